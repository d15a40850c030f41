"""Clients of what the product is connected to."""
