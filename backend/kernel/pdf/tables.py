"""Tables, row by row: only the rows of one page are ever held."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from kernel.charts import EMPTY
from kernel.pdf.document import Column, Table
from kernel.pdf.fonts import face
from kernel.pdf.ink import LEADING, draw_text
from kernel.pdf.problems import DoesNotFit
from kernel.pdf.strips import HAIR, LINE_GREY, Setting, Strip
from kernel.pdf.wrapping import wrapped

PAD, PAD_HIGH, SHADE, LEAST = 3, 2, 0.93, 0.6
_Cell = tuple[list[str], float]


@dataclass(frozen=True, slots=True)
class _Set:
    """A table in its setting."""

    block: Table
    setting: Setting
    size: float
    widths: list[float]

    def row(self, cells: Sequence[str], where: str, *, bold: bool = False) -> list[_Cell]:
        """Lines and size of the letters of every cell."""
        columns = self.block.columns
        if len(cells) != len(columns):
            raise ValueError(f"{len(cells)} cells for {len(columns)} columns: {where}")
        pairs = zip(cells, columns, self.widths, strict=True)
        return [self._cell(text, column, width - 2 * PAD, where, bold=bold) for text, column, width in pairs]

    def _cell(self, text: str, column: Column, width: float, where: str, *, bold: bool) -> _Cell:
        place = f"{column.title}[{where}]"
        printed, used = self.setting.ink.text(text, place), face(bold)
        if column.align != "right" or where == "titles":
            return wrapped(printed, used, self.size, width), self.size
        wide = max(used.width(line, self.size) for line in printed.split("\n"))
        if wide * LEAST > width:
            raise DoesNotFit(place, needed=wide * LEAST / mm, available=width / mm)
        return printed.split("\n"), self.size * min(1, width / wide if wide else 1)

    def strip(self, cells: list[_Cell], where: str, *, bold: bool = False, is_title: bool = False) -> Strip:
        """A row as it is drawn."""
        height = max(len(lines) for lines, _ in cells) * self.size * LEADING + 2 * PAD_HIGH

        def draw(canvas: Canvas, left: float, top: float) -> None:
            self._lines(canvas, left, top, height, shaded=is_title or bold)
            for (lines, size), column, width in zip(cells, self.block.columns, self.widths, strict=True):
                for number, line in enumerate(lines):
                    draw_text(
                        canvas,
                        line,
                        left + PAD,
                        top - PAD_HIGH - number * self.size * LEADING,
                        used=face(bold or is_title),
                        size=size,
                        align=column.align,
                        width=width - 2 * PAD,
                    )
                left += width

        return Strip(height, draw, where)

    def _lines(self, canvas: Canvas, left: float, top: float, height: float, *, shaded: bool) -> None:
        right = left + sum(self.widths)
        canvas.setStrokeGray(LINE_GREY)
        canvas.setLineWidth(HAIR)
        if not self.block.grid:
            if shaded:
                canvas.line(left, top - height, right, top - height)
            return
        if shaded:
            canvas.setFillGray(SHADE)
            canvas.rect(left, top - height, right - left, height, stroke=0, fill=1)
        canvas.rect(left, top - height, right - left, height, stroke=1, fill=0)
        for width in self.widths[:-1]:
            left += width
            canvas.line(left, top - height, left, top)

    def tall(self, cells: list[_Cell], room: float) -> Iterator[list[_Cell]]:
        """The row in pieces of which each fits on a page; one piece, but for texts of pages."""
        most = max(1, int((room - 2 * PAD_HIGH) / (self.size * LEADING)))
        count = max(len(lines) for lines, _ in cells)
        for first in range(0, count, most):
            yield [(lines[first : first + most] or [""], size) for lines, size in cells]


def table(block: Table, setting: Setting, where: str) -> Iterator[Strip]:
    """Titles, rows and totals; titles stay with the first row, totals with the last."""
    shares = sum(column.share for column in block.columns)
    widths = [column.share / shares * setting.width for column in block.columns]
    made = _Set(block, setting, block.size or setting.size, widths)
    titles = made.strip(
        made.row([column.title for column in block.columns], "titles", bold=True), where, is_title=True
    )
    totals = None
    if block.totals is not None:
        totals = made.strip(made.row(block.totals, "totals", bold=True), where, bold=True)
    yield replace(titles, keep=True)
    last: Strip | None = None
    for number, cells in enumerate(block.rows, start=1):
        if setting.ink.gives_up:
            return
        for piece in made.tall(made.row(cells, str(number)), setting.height - titles.height):
            if last:
                yield last
            last = replace(made.strip(piece, where), above=titles)
    last = last or replace(_nothing(made, where), above=titles)
    yield replace(last, keep=totals is not None)
    if totals:
        yield replace(totals, above=titles)
    yield Strip(made.size * 0.4, is_blank=True)


def _nothing(made: _Set, where: str) -> Strip:
    height, width = made.size * LEADING + 2 * PAD_HIGH, sum(made.widths)

    def draw(canvas: Canvas, left: float, top: float) -> None:
        if made.block.grid:
            canvas.setStrokeGray(LINE_GREY)
            canvas.setLineWidth(HAIR)
            canvas.rect(left, top - height, width, height, stroke=1, fill=0)
        draw_text(
            canvas,
            EMPTY,
            left,
            top - PAD_HIGH,
            used=face(),
            size=made.size,
            align="center",
            width=width,
            grey=0.4,
        )

    return Strip(height, draw, where)
