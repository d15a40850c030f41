"""Byte ranges and validators of a download (RFC 9110, sections 13 and 14)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_UNIT = re.compile(r"bytes\s*=\s*(?P<specs>.*)", re.IGNORECASE | re.DOTALL)
_SPEC = re.compile(r"(?P<first>[0-9]*)-(?P<last>[0-9]*)")
_TAG = re.compile(r'(?:W/)?"[^"]*"|\*')
#: More digits than any file has bytes.
_DIGITS = 18


@dataclass(frozen=True, slots=True)
class ByteRange:
    """`length` bytes from `start` on."""

    start: int
    length: int

    def of(self, size: int) -> str:
        """The value of Content-Range."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{size}"


class Unsatisfiable(Exception):
    """No wanted byte exists: 416."""


def wanted_range(headers: Mapping[str, str], *, size: int, etag: str) -> ByteRange | None:
    """The one range of a GET; None: the whole. Unsatisfiable.

    What is no range, several ranges at once, and a range of another version (`If-Range`) are answered whole.
    """
    text = headers.get("Range", "")
    if not text or headers.get("If-Range", etag).strip() != etag:
        return None
    return parsed(text, size)


def parsed(text: str, size: int) -> ByteRange | None:
    """The range that the value of a Range header asks of `size` bytes; None: the whole. Unsatisfiable."""
    unit = _UNIT.fullmatch(text.strip())
    specs = [part.strip() for part in unit["specs"].split(",") if part.strip()] if unit else []
    found: list[ByteRange | None] = []
    for spec in specs:
        match = _SPEC.fullmatch(spec)
        if match is None or not (match["first"] or match["last"]):
            return None
        first, last = _number(match["first"]), _number(match["last"])
        if first is not None and last is not None and last < first:
            return None
        found.append(_within(first, last, size))
    if found and not any(found):
        raise Unsatisfiable
    return found[0] if len(found) == 1 else None


def _within(first: int | None, last: int | None, size: int) -> ByteRange | None:
    """What of the range exists; None: nothing."""
    if first is None:
        length = min(last or 0, size)
        return ByteRange(size - length, length) if length else None
    end = size - 1 if last is None else min(last, size - 1)
    return ByteRange(first, end - first + 1) if first <= end else None


def _number(digits: str) -> int | None:
    if not digits:
        return None
    return int(digits) if len(digits) <= _DIGITS else 10**_DIGITS


def is_unchanged(headers: Mapping[str, str], *, etag: str) -> bool:
    """Whether `If-None-Match` names the version there is: 304."""
    tags = _TAG.findall(headers.get("If-None-Match", ""))
    return any(tag == "*" or tag.removeprefix("W/") == etag for tag in tags)
