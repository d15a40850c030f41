"""Excel files of many rows of figures, by a fast writer (rustpy-xlsxwriter) behind `write_book`.

Text is text, whatever it begins with; numbers that a spreadsheet would round are text, too.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from kernel import clock
from kernel.sheets.cells import FIRST_LOST

#: Of one sheet, below its titles and with a row for the totals; and characters of one cell.
MAX_ROWS, MAX_TEXT = 1_048_574, 32_767
CUT = "…〔已截断〕"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_FORMATS = {
    "text": "@", "money": "#,##0.00", "whole": "#,##0", "percent": "0.00%", "moment": "yyyy-mm-dd hh:mm:ss",
    "day": "yyyy-mm-dd",
}  # fmt: skip


def cleaned(text: str) -> str:
    """Without what no cell shows: control characters and halves of characters."""
    return _CONTROL.sub("", text)


@dataclass(frozen=True, slots=True)
class BookColumn:
    """`kind`: text, money (fen), whole, percent (hundredths of one), moment, day; `width` in characters."""

    title: str
    kind: str = "text"
    width: int = 14


@dataclass(frozen=True, slots=True)
class Book:
    """`rows`: `count` of them, of values as the kinds want them, None for an empty cell; `totals` below them.

    `notes`: name and rows of the sheet that says what it is. `empty`: stands where there is no row.
    """

    name: str
    columns: Sequence[BookColumn]
    rows: Iterable[Sequence[Any]]
    count: int
    totals: Sequence[Any] | None
    notes: tuple[str, Sequence[tuple[str, str]]]
    empty: str


def write_book(book: Book, target: BinaryIO) -> None:
    """Write it; memory stays flat. Titles stay in view and filter the rows."""
    from rustpy_xlsxwriter import Format, write_worksheets

    titles = _unique([cleaned(column.title) for column in book.columns])
    source = iter(book.rows)
    parts = max(1, -(-book.count // MAX_ROWS))
    name = _NO_SHEET_NAME.sub(" ", book.name)[:26].strip() or "1"
    names = [name] if parts == 1 else [f"{name} {number}" for number in range(1, parts + 1)]
    sheets = [(each, _Part(book, titles, source, last=each == names[-1])) for each in names]
    about, notes = book.notes
    head = Format().set_bold().set_border_bottom("thin").set_text_wrap()
    formats = [_format(Format, column) for column in book.columns]
    widths = {each: [float(column.width) for column in book.columns] for each in names}
    write_worksheets(
        [*((each, iter(part)) for each, part in sheets), (about, [{" ": key, "  ": text} for key, text in notes])],
        target, autofit=False, freeze_panes={each: {"row": 1, "col": 0} for each in names},
        column_widths={**widths, about: [16.0, 60.0]},
        column_formats={**dict.fromkeys(names, formats), about: [Format().set_bold(), Format().set_num_format("@")]},
        header_format=dict.fromkeys(names, head), autofilter=dict.fromkeys(names, True),
        row_formats=_emphasis(book, names[-1], Format),
    )  # fmt: skip


def _emphasis(book: Book, last: str, made: Any) -> dict[str, Any]:
    """The totals, below the rows of the last sheet, in bold letters."""
    if book.totals is None or not book.count:
        return {}
    return {last: {(book.count - 1) % MAX_ROWS + 2: made().set_bold()}}


def _format(made: Any, column: BookColumn) -> Any:
    shown = made().set_num_format(_FORMATS[column.kind])
    return shown.set_text_wrap() if column.kind == "text" and column.width > 30 else shown


@dataclass
class _Part:
    """The rows of one sheet, as they are taken."""

    book: Book
    titles: list[str]
    source: Iterator[Sequence[Any]]
    last: bool

    def __iter__(self) -> Iterator[dict[str, Any]]:
        cells = [_CELLS[column.kind] for column in self.book.columns]
        for row in islice(self.source, MAX_ROWS):
            yield {
                title: None if value is None else cell(value)
                for title, cell, value in zip(self.titles, cells, row, strict=True)
            }
        if not self.last:
            return
        if not self.book.count:
            yield {title: self.book.empty if not place else None for place, title in enumerate(self.titles)}
        elif self.book.totals is not None:
            yield dict(zip(self.titles, self._totals(cells), strict=True))

    def _totals(self, cells: list[Callable[[Any], Any]]) -> Iterator[Any]:
        for cell, value in zip(cells, self.book.totals or (), strict=True):
            yield value if value is None or isinstance(value, str) else cell(value)


def _unique(titles: list[str]) -> list[str]:
    """The writer knows columns by their titles."""
    found: list[str] = []
    for title in titles:
        found.append(title if title not in found else f"{title} {len(found) + 1}")
    return found


def _text(value: Any) -> str:
    text = _CONTROL.sub("", str(value))
    return text if len(text) <= MAX_TEXT // 2 else _cut(text)


def _cut(text: str) -> str:
    """A spreadsheet counts in UTF-16."""
    if len(text.encode("utf-16-le")) // 2 <= MAX_TEXT:
        return text
    kept = text.encode("utf-16-le")[: (MAX_TEXT - len(CUT)) * 2].decode("utf-16-le", "ignore")
    return kept + CUT


def _whole(value: Any) -> Any:
    return value if -FIRST_LOST < value < FIRST_LOST else str(value)


def _money(value: Any) -> float:
    return int(value) / 100


def _percent(value: Any) -> float:
    return int(value) / 10_000


def _moment(value: dt.datetime) -> dt.datetime:
    return value.astimezone(clock.LOCAL).replace(tzinfo=None)


def _day(value: Any) -> Any:
    return value


_CELLS: dict[str, Callable[[Any], Any]] = {
    "text": _text, "money": _money, "whole": _whole, "percent": _percent, "moment": _moment, "day": _day,
}  # fmt: skip
