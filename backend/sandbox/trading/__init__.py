"""What the payment providers have in common: trades and refunds of one merchant, pushes that misbehave, keys."""
