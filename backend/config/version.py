"""The version of the product; pyproject.toml, the image and the documents say the same (a test compares)."""

VERSION = "0.3.0"
