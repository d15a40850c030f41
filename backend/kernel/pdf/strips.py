"""Every block becomes strips of paper, which are laid one below the other: texts and what is made of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from kernel.pdf.document import Align, Fields, Heading, Paragraph, Rule, Signatures, Space
from kernel.pdf.fonts import face
from kernel.pdf.ink import LEADING, Ink, draw_text
from kernel.pdf.wrapping import wrapped

LABEL_GREY, LINE_GREY, HAIR = 0.35, 0.6, 0.5
#: Room to sign on.
SIGNED = 20 * mm


@dataclass(frozen=True, slots=True)
class Strip:
    """So many points of paper; `draw(canvas, left, top)` fills it.

    `keep`: stays with the next one. `above`: drawn over it where it begins a page. `ends_page`: nothing but that.
    `is_blank`: left out at the top of a page.
    """

    height: float
    draw: Callable[[Canvas, float, float], None] | None = None
    where: str = ""
    keep: bool = False
    above: "Strip | None" = None
    ends_page: bool = False
    is_blank: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """What a block is set into: points of width, of height that a page has, and the size of its letters."""

    ink: Ink
    width: float
    height: float
    size: float


@dataclass(frozen=True, slots=True)
class _Line:
    """How the lines of one text are drawn."""

    size: float
    bold: bool = False
    align: Align = "left"
    keep: bool = False


def paragraph(block: Paragraph, setting: Setting, where: str) -> Iterator[Strip]:
    """Its lines; neither the first nor the last stands alone on a page."""
    size = block.size or setting.size
    indent = block.indent * size
    text = setting.ink.text(block.text, block.name or where)
    lines = wrapped(text, face(block.bold), size, setting.width, first=setting.width - indent)
    for number, line in enumerate(lines):
        last = number == len(lines) - 1
        strip = _line(
            line,
            _Line(size, block.bold, block.align, keep=number in (0, len(lines) - 2) and not last),
            setting.width,
            indent=indent if number == 0 else 0,
        )
        yield replace(strip, height=strip.height + (size * 0.3 if last else 0), where=where)


def heading(block: Heading, setting: Setting, where: str) -> Iterator[Strip]:
    """Bold lines that stay with what follows."""
    size = block.size or setting.size * 1.15
    yield Strip(size * 0.3, is_blank=True, keep=True)
    for line in wrapped(setting.ink.text(block.text, where), face(True), size, setting.width):
        yield _line(line, _Line(size, True, block.align, keep=True), setting.width)


def fields(block: Fields, setting: Setting, where: str) -> Iterator[Strip]:
    """Rows of labels and values; a label has its own width, its value what is left of the column."""
    size, gap = block.size or setting.size, 4 * mm
    width = (setting.width - gap * (block.columns - 1)) / block.columns
    for first in range(0, len(block.pairs), block.columns):
        cells = []
        for number, (label, value) in enumerate(block.pairs[first : first + block.columns]):
            shown = setting.ink.text(f"{label}：" if label else "", where)
            beside = min(face().width(shown, size), width / 2)
            text = setting.ink.text(value, label or where)
            lines = wrapped(text, face(), size, width - beside)
            cells.append((number * (width + gap), wrapped(shown, face(), size, beside + 0.1), beside, lines))
        height = max(max(len(shown), len(lines)) for _, shown, _, lines in cells) * size * LEADING
        yield Strip(height, _fields_row(cells, size), where)
    yield Strip(size * 0.4, is_blank=True)


def signatures(block: Signatures, setting: Setting, where: str) -> Iterator[Strip]:
    """As many beside each other as have room to sign on."""
    names = [setting.ink.text(f"{name}：", where) for name in block.names]
    size, gap = setting.size, 5 * mm
    widest = max(face().width(name, size) for name in names)
    in_row = max(1, min(len(names), int((setting.width + gap) / (widest + SIGNED + gap))))
    width = (setting.width - gap * (in_row - 1)) / in_row
    for first in range(0, len(names), in_row):
        row = names[first : first + in_row]

        def draw(canvas: Canvas, left: float, top: float, row: list[str] = row) -> None:
            for number, name in enumerate(row):
                start = left + number * (width + gap)
                draw_text(canvas, name, start, top - size, used=face(), size=size)
                canvas.setLineWidth(HAIR)
                canvas.setStrokeGray(0)
                base = top - size * 2.2
                canvas.line(start + face().width(name, size) + 2, base, start + width, base)

        yield Strip(size * 2.6, draw, where)


def rule(block: Rule, setting: Setting, where: str) -> Iterator[Strip]:
    """A line in a little room."""

    def draw(canvas: Canvas, left: float, top: float) -> None:
        canvas.saveState()
        canvas.setStrokeGray(LINE_GREY)
        canvas.setLineWidth(HAIR)
        if block.dashed:
            canvas.setDash(3, 2)
        canvas.line(left, top - 3, left + setting.width, top - 3)
        canvas.restoreState()

    yield Strip(6, draw, where)


def space(block: Space, setting: Setting, where: str) -> Iterator[Strip]:
    """Nothing."""
    yield Strip(block.height * mm, is_blank=True, where=where)


def _line(text: str, style: _Line, width: float, *, indent: float = 0) -> Strip:
    def draw(canvas: Canvas, left: float, top: float) -> None:
        draw_text(
            canvas,
            text,
            left + indent,
            top,
            used=face(style.bold),
            size=style.size,
            align=style.align,
            width=width - indent,
        )

    return Strip(style.size * LEADING, draw, keep=style.keep)


def _fields_row(
    cells: list[tuple[float, list[str], float, list[str]]], size: float
) -> Callable[[Canvas, float, float], None]:
    def draw(canvas: Canvas, left: float, top: float) -> None:
        for start, shown, beside, lines in cells:
            for number, line in enumerate(shown):
                height = top - number * size * LEADING
                draw_text(canvas, line, left + start, height, used=face(), size=size, grey=LABEL_GREY)
            for number, line in enumerate(lines):
                height = top - number * size * LEADING
                draw_text(canvas, line, left + start + beside, height, used=face(), size=size)

    return draw
