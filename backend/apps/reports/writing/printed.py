"""PDF: heading, chart, the table with its titles on every page, the totals."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

from apps.reports.services.rows import TOTAL
from apps.reports.writing.sheet import EMPTY, Sheet
from kernel.pdf import A4, Column, Document, Fields, Figure, Paragraph, Space, Table, landscape, write
from kernel.pdf.document import Block
from kernel.pdf.fonts import face
from kernel.reports.columns import NUMBERS
from kernel.sheets.books import cleaned

#: Wider than this in characters, it lies on its side; its letters are smaller, too.
UPRIGHT, SMALL = 84, 130
PORTRAIT_MM, LANDSCAPE_MM = 70, 62


class Printed:
    """A character that the typeface lacks is printed as its code point."""

    def write(self, sheet: Sheet, target: BinaryIO, beat: Callable[[int], Any]) -> None:
        wide = sum(column.width for column in sheet.rows.report.shown)
        page = A4 if wide <= UPRIGHT else landscape(A4)
        document = Document(
            sheet.title, _blocks(sheet, beat, wide), page=page, header=(sheet.hospital, sheet.title),
            footer=(sheet.moment, sheet.by),
            replacements={letter: f"〔U+{ord(letter):04X}〕" for letter in sheet.rows.strange},
        )  # fmt: skip
        write(document, target)

    def letters(self) -> Iterable[str]:
        return {*face().widths, "\n", "\t"}


def _blocks(sheet: Sheet, beat: Callable[[int], Any], wide: int) -> Iterator[Block]:
    yield Fields(sheet.notes, columns=2)
    yield Space(2)
    if not sheet.rows.count:
        yield Paragraph(EMPTY.text, align="center")
        return
    chart = sheet.rows.chart()
    if chart is not None:
        yield Figure(chart, PORTRAIT_MM if wide <= UPRIGHT else LANDSCAPE_MM)
        yield Space(2)
    pairs = zip(sheet.rows.report.shown, sheet.titles, strict=True)
    columns = [
        Column(title, max(column.width, 6), "right" if column.kind in NUMBERS else "left")
        for column, title in pairs
    ]
    rows = ([cleaned(text) for text in sheet.rows.texts(row)] for row in sheet.ticking(beat))
    yield Table(columns, rows, sheet.rows.total_texts(TOTAL.text), size=7.5 if wide > SMALL else 8.5)
