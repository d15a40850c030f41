"""What the product does per second, beside what the machine could do at most: `./scripts/bench --help`."""
