"""A platform that issues medical e-receipts, in the wire form of the widespread vendor."""
