"""Breaks text into lines as Chinese is set: between any two characters, but not before 。 or after (, nor in a word."""

import re
from typing import Protocol

_NOT_FIRST = "，。、；：？！）》」』】〕〉”’…—～％‰℃°·"
_NOT_LAST = "（《「『【〔〈“‘￥"
#: Blanks, or what stays together: a word or figure, or one character, with the signs that belong to it.
_UNIT = re.compile(rf"\s+|[{_NOT_LAST}]*(?:[!-\u024f]+|\S)[{_NOT_FIRST}]*")


class Measure(Protocol):
    """What knows how wide a text is."""

    def width(self, text: str, size: float) -> float:
        """Points."""


def wrapped(text: str, face: Measure, size: float, width: float, *, first: float | None = None) -> list[str]:
    """Lines no wider than `width` points, the first no wider than `first`; at least one, and none is lost."""
    lines: list[str] = []
    room = width if first is None else first
    for part in text.split("\n"):
        if face.width(part, size) <= room:
            lines.append(part)
        else:
            lines += _broken(part, face, size, (room, width))
        room = width
    return lines


def shortened(text: str, face: Measure, size: float, width: float) -> str:
    """The text, or as much of its beginning as fits with an ellipsis."""
    if face.width(text, size) <= width:
        return text
    while text and face.width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def _broken(text: str, face: Measure, size: float, rooms: tuple[float, float]) -> list[str]:
    lines, line, used = [], "", 0.0
    room = rooms[0]
    for unit in _UNIT.findall(text):
        wide = face.width(unit, size)
        if used + wide <= room or (unit.isspace() and line):
            line, used = line + unit, used + wide
            continue
        if wide > rooms[1]:
            *full, line = _cut(line + unit, face, size, (room, rooms[1]))
            lines += full
            room = rooms[1] if full else room
        else:
            lines.append(line)
            line, room = unit, rooms[1]
        used = face.width(line, size)
    lines.append(line)
    return [each.rstrip() for each in lines if each] or [""]


def _cut(text: str, face: Measure, size: float, rooms: tuple[float, float]) -> list[str]:
    """What has no place to break is broken where the line ends."""
    lines, used, room = [""], 0.0, rooms[0]
    for character in text:
        wide = face.width(character, size)
        if lines[-1] and used + wide > room:
            lines.append("")
            used, room = 0.0, rooms[1]
        lines[-1] += character
        used += wide
    return lines
