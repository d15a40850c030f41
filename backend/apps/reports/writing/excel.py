"""Excel: the rows as what they are, the totals, and a sheet that says what it is."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

from apps.reports.services.rows import TOTAL, Row
from apps.reports.writing.sheet import EMPTY, Sheet
from kernel.reports import Column, Kind
from kernel.reports.columns import text_of
from kernel.sheets.books import Book, BookColumn, write_book
from kernel.words import Words

_NOTES = Words("说明", "About")
_KINDS = {
    Kind.MONEY: "money",
    Kind.COUNT: "whole",
    Kind.PERCENT: "percent",
    Kind.MOMENT: "moment",
    Kind.DAY: "day",
}


class Excel:
    """One sheet of rows, more of them where there are too many for one, and one of notes."""

    def write(self, sheet: Sheet, target: BinaryIO, beat: Callable[[int], Any]) -> None:
        shown = sheet.rows.report.shown
        pairs = zip(shown, sheet.titles, strict=True)
        columns = [
            BookColumn(title, _KINDS.get(column.kind, "text"), column.width) for column, title in pairs
        ]
        book = Book(
            sheet.title, columns, _cells(sheet, beat), sheet.rows.count, _totals(sheet),
            (_NOTES.text, [(sheet.title, ""), *sheet.notes, *_sums(sheet)]), EMPTY.text,
        )  # fmt: skip
        write_book(book, target)

    def letters(self) -> Iterable[str]:
        return ()


def _cells(sheet: Sheet, beat: Callable[[int], Any]) -> Iterator[list[Any]]:
    report, words = sheet.rows.report, sheet.rows.words
    places = [(place, column) for place, column in enumerate(report.columns) if column.is_shown]
    texts = {place for place, column in places if column.kind == Kind.TEXT}
    for row in sheet.ticking(beat):
        yield [
            text_of(column, row[place], words[place]) if place in texts else row[place]
            for place, column in places
        ]


def _sums(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """The totals once more, where no filter and no sorting of the rows moves them."""
    totals = sheet.rows.total_texts("") or []
    yield from (
        (f"{TOTAL.text} {title}", text) for title, text in zip(sheet.titles, totals, strict=False) if text
    )


def _totals(sheet: Sheet) -> list[Any] | None:
    if sheet.rows.total_texts("") is None:
        return None
    report: Iterable[tuple[Column, int | None]] = zip(
        sheet.rows.report.columns, sheet.rows.totals, strict=True
    )
    found: Row = tuple(total for column, total in report if column.is_shown)
    return [TOTAL.text if found[0] is None else found[0], *found[1:]]
