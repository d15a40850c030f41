"""Strict JSON: what PostgreSQL or a 64-bit integer can't hold is refused here, not by a crash below."""

import json
import re
from collections.abc import Iterator
from typing import Any

import orjson
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser

from kernel.expectations import NO_NUL
from kernel.http.limits import require_small_from_nobody
from kernel.text import clean

#: Levels of lists and objects within each other. What follows walks them by recursion.
DEEPEST = 32
#: Escapes that may stand for what nobody sees, and the one control character that JSON takes as it is.
_ESCAPED = re.compile(rb"\\[ubf]|\x7f")
SURROGATES = range(0xD800, 0xE000)


class ORJSONParser(BaseParser):
    """Accepts application/json; refuses invalid UTF-8, NaN, deep nesting, members that stand twice, and by field NUL
    and half characters. Every text loses what nobody can see."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        require_small_from_nobody((parser_context or {}).get("request"))
        body = stream.read()
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            _require_whole_characters(body)
            raise ParseError(f"JSON parse error - {error}") from error
        if body.count(b"[") + body.count(b"{") > DEEPEST and is_deeper(data):
            raise ParseError(f"JSON parse error - more than {DEEPEST} levels")
        _require_each_once(body)
        if b"\\u0000" in body:
            _refuse(data, NO_NUL.code, NO_NUL.text, lambda found: "\0" in found)
        plain = body.isascii() and not _ESCAPED.search(body)
        return data if plain else _cleaned(data)


def _require_each_once(body: bytes) -> None:
    """Of two members of one name every reader drops another one: of an amount nobody knows which was meant."""
    json.loads(body, object_pairs_hook=_each_once, parse_int=str, parse_float=str)


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _value in pairs]
    if len(set(names)) != len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise ParseError(f'JSON parse error - "{twice[:64]}" stands twice in one object')


def _cleaned(value: Any) -> Any:
    """The value with characters that nobody sees taken out of its texts."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(name): _cleaned(item) for name, item in value.items()}
    return value


def _require_whole_characters(body: bytes) -> None:
    """Names the fields with half a surrogate pair, if that is all that is wrong: orjson does not."""
    if b"\\ud" not in body.lower():
        return
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return
    if is_deeper(data):
        return
    text = _("Surrogate characters are not allowed: U+{code_point:X}.").format(code_point=SURROGATES.start)
    _refuse(
        data, "surrogate_characters_not_allowed", text, lambda found: any(ord(c) in SURROGATES for c in found)
    )


def _refuse(data: Any, code: str, text: str, is_bad: Any) -> None:
    fields = {field: [text] for field, found in _texts(data, "") if is_bad(found)}
    if fields:
        raise ValidationError(fields, code=code)


def _texts(data: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text with the dotted path of its field. A bad key is its object's."""
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield path, key
            yield from _texts(value, f"{path}.{key}" if path else key)
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _texts(value, f"{path}.{number}" if path else str(number))


def is_deeper(data: Any, most: int = DEEPEST) -> bool:
    """Whether lists and objects lie more than `most` deep; without recursion."""
    level = [data]
    for _depth in range(most + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True
