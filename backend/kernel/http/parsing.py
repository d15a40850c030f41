"""Strict JSON: what PostgreSQL or a 64-bit integer can't hold is refused here, not by a crash below."""

from typing import Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from kernel.text import clean


class ORJSONParser(BaseParser):
    """Accepts application/json; refuses invalid UTF-8, NaN and NUL characters, cleans every text."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read()
        if b"\\u0000" in body or b"\0" in body:
            raise ParseError("JSON text may not contain NUL characters")
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"JSON parse error - {error}") from error
        return value if body.isascii() and b"\\u" not in body else _cleaned(value)


def _cleaned(value: Any) -> Any:
    """The value with characters that nobody sees taken out of its texts."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(name): _cleaned(item) for name, item in value.items()}
    return value
