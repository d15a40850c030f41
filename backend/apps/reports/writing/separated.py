"""CSV: the titles, the rows, the totals, and nothing that a program which reads it would stumble over."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

from apps.reports.services.rows import TOTAL
from apps.reports.writing.sheet import EMPTY, Sheet
from kernel.reports import Column, Kind
from kernel.sheets.books import cleaned
from kernel.sheets.writing import separated_blocks

#: What is a number in the table, and may begin with a sign.
_PLAIN = (Kind.MONEY, Kind.COUNT, Kind.PERCENT, Kind.DAY, Kind.MOMENT)


class Separated:
    """UTF-8 with its mark; texts that begin like a formula get an apostrophe, figures stay figures."""

    def write(self, sheet: Sheet, target: BinaryIO, beat: Callable[[int], Any]) -> None:
        shown = sheet.rows.report.shown
        target.writelines(
            block.encode()
            for block in separated_blocks(_lines(sheet, shown, beat), plain=[c.kind in _PLAIN for c in shown])
        )

    def letters(self) -> Iterable[str]:
        return ()


def _lines(sheet: Sheet, shown: tuple[Column, ...], beat: Callable[[int], Any]) -> Iterator[list[str]]:
    yield sheet.titles
    for row in sheet.ticking(beat):
        yield [cleaned(text) for text in sheet.rows.texts(row)]
    if not sheet.rows.count:
        yield [EMPTY.text, *[""] * (len(shown) - 1)]
    elif totals := sheet.rows.total_texts(TOTAL.text):
        yield totals
