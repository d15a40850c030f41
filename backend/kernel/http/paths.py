"""Paths as they may be written down."""

import re

#: A provider that signs nothing is known by a secret in its path.
_SECRET = re.compile(r"(/callbacks/[^/\s\"']+/)[^\s\"'?]+")


def without_secrets(text: str) -> str:
    """The text with what stands in the paths of callbacks dropped."""
    return _SECRET.sub(r"\1[dropped]", text) if "/callbacks/" in text else text
