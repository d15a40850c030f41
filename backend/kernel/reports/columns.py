"""The columns of a report, and what their values are to people."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kernel import clock
from kernel.money import fen_to_yuan
from kernel.words import ValueWords, Words

#: Shown where a row belongs to none of what the rows are told apart by.
NONE = Words("(无)", "(none)")
Values = Mapping[str, Any]


class ColumnKind(StrEnum):
    """`key`: names what a row stands for, for the report of its rows; shown by programs alone."""

    TEXT = "text"
    MONEY = "money"
    COUNT = "count"
    PERCENT = "percent"
    MOMENT = "moment"
    DAY = "day"
    KEY = "key"


Kind = ColumnKind
NUMBERS = (Kind.MONEY, Kind.COUNT, Kind.PERCENT)


@dataclass(frozen=True, slots=True)
class Column:
    """`width` in characters; `total`: added up below the rows, which only amounts and counts can be.

    Money is fen, percent hundredths of one. `words(parameters)`: value → its words. `titled_by`: the title is that of
    the value of this choice.
    """

    name: str
    zh: str
    en: str
    kind: Kind = Kind.TEXT
    width: int = 14
    total: bool = False
    words: Callable[[Values], Mapping[str, ValueWords]] | None = None
    titled_by: str = ""

    def __post_init__(self) -> None:
        if self.total and self.kind not in (Kind.MONEY, Kind.COUNT):
            raise TypeError(f"column {self.name!r}: only amounts and counts are added up")

    @property
    def is_shown(self) -> bool:
        """Whether people see it."""
        return self.kind != Kind.KEY

    @property
    def title(self) -> str:
        """In the language of the request; money is yuan in tables."""
        return self.label + (Words("(元)", " (yuan)").text if self.kind == Kind.MONEY else "")

    @property
    def label(self) -> str:
        """The same without its unit."""
        return Words(self.zh, self.en).text


def text_of(column: Column, value: Any, words: Mapping[str, ValueWords]) -> str:
    """A value as people read it, in the language of the request."""
    if value is None:
        return "" if column.kind != Kind.TEXT or not words else NONE.text
    match column.kind:
        case Kind.MONEY:
            return fen_to_yuan(int(value))
        case Kind.PERCENT:
            return f"{int(value) / 100:.2f}%"
        case Kind.MOMENT:
            return f"{value.astimezone(clock.LOCAL):%Y-%m-%d %H:%M:%S}"
        case Kind.DAY:
            return value.isoformat() if isinstance(value, dt.date) else str(value)
    return words[str(value)].text if str(value) in words else str(value)
