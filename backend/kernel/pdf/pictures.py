"""Blocks that are pictures, and those that hold other blocks."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from PIL import Image, UnidentifiedImageError
from reportlab.graphics import renderPDF
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from kernel.charts import Series
from kernel.charts.drawing import drawing
from kernel.pdf import document
from kernel.pdf.document import Align, Beside, Code, Figure, PageBreak, Picture, Together
from kernel.pdf.fonts import face
from kernel.pdf.ink import LEADING, draw_text
from kernel.pdf.problems import DoesNotFit
from kernel.pdf.strips import Setting, Strip, fields, heading, paragraph, rule, signatures, space
from kernel.pdf.tables import table
from kernel.pdf.wrapping import wrapped

#: A picture that unpacks to more than this is refused.
MAX_PIXELS = 40_000_000


def picture(block: Picture, setting: Setting, where: str) -> Iterator[Strip]:
    """PNG or JPEG; ValueError for anything else, and for more than 40 million pixels."""
    try:
        with Image.open(io.BytesIO(block.data), formats=["PNG", "JPEG"]) as looked:
            pixels = looked.size
            if pixels[0] * pixels[1] > MAX_PIXELS:
                raise ValueError(f"a picture of more than {MAX_PIXELS} pixels: {where}")
            looked.load()
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise ValueError(f"no PNG or JPEG: {where}") from error
    scale = min(block.width * mm / pixels[0], setting.width / pixels[0], setting.height / pixels[1])
    width, height = pixels[0] * scale, pixels[1] * scale

    def draw(canvas: Canvas, left: float, top: float) -> None:
        at = left + _aligned(block.align, setting.width - width)
        image = ImageReader(io.BytesIO(block.data))
        canvas.drawImage(image, at, top - height, width, height, mask="auto")

    yield Strip(height, draw, where)


def code(block: Code, setting: Setting, where: str) -> Iterator[Strip]:
    """A code with its caption. BadCode where its modules would be too small, DoesNotFit where it is too wide."""
    symbol, size = block.symbol, setting.size
    module, width = symbol.module_of(block.width) * mm, block.width * mm
    if width > setting.width + 0.1:
        raise DoesNotFit(where, needed=block.width, available=setting.width / mm)
    high = module if symbol.is_square else block.height * mm
    height = width if symbol.is_square else high
    lines = (
        wrapped(setting.ink.text(block.caption, where), face(), size, setting.width) if block.caption else []
    )

    def draw(canvas: Canvas, left: float, top: float) -> None:
        at = left + _aligned(block.align, setting.width - width)
        path = canvas.beginPath()
        for start, row, run in symbol.runs():
            path.rect(at + start * module, top - (row + 1) * high, run * module, high)
        canvas.setFillGray(0)
        canvas.drawPath(path, stroke=0, fill=1)
        for number, line in enumerate(lines):
            below = top - height - number * size * LEADING
            spare = width - face().width(line, size)
            draw_text(canvas, line, at + spare / 2, below, used=face(), size=size)

    yield Strip(height + len(lines) * size * LEADING, draw, where)


def figure(block: Figure, setting: Setting, where: str) -> Iterator[Strip]:
    """A chart, its texts checked like all others."""
    ink, chart = setting.ink, block.chart
    shown = replace(
        chart,
        title=ink.text(chart.title, where),
        unit=ink.text(chart.unit, where),
        labels=[ink.text(text, where) for text in chart.labels],
        series=[Series(ink.text(series.name, where), series.values) for series in chart.series],
    )
    height = block.height * mm

    def draw(canvas: Canvas, left: float, top: float) -> None:
        renderPDF.draw(drawing(shown, setting.width, height), canvas, left, top - height)

    yield Strip(height, draw, where, keep=True)
    yield Strip(2 * mm, is_blank=True)


def together(block: Together, setting: Setting, where: str) -> Iterator[Strip]:
    """All strips of its blocks, each staying with the next."""
    held = [
        strip
        for number, inner in enumerate(block.blocks)
        for strip in strips_of(inner, setting, f"{where}.{number}")
    ]
    for number, strip in enumerate(held):
        yield replace(strip, keep=strip.keep or number < len(held) - 1)


def beside(block: Beside, setting: Setting, where: str) -> Iterator[Strip]:
    """One strip, as high as its highest cell."""
    gap, shares = block.gap * mm, block.shares or [1] * len(block.cells)
    width = setting.width - gap * (len(block.cells) - 1)
    cells, start = [], 0.0
    for number, (cell, share) in enumerate(zip(block.cells, shares, strict=True)):
        inner = replace(setting, width=width * share / sum(shares))
        cells.append(
            (start, [strip for each in cell for strip in strips_of(each, inner, f"{where}.{number}")])
        )
        start += inner.width + gap

    def draw(canvas: Canvas, left: float, top: float) -> None:
        for start, strips in cells:
            below = top
            for strip in strips:
                if strip.draw:
                    strip.draw(canvas, left + start, below)
                below -= strip.height

    yield Strip(max(sum(strip.height for strip in strips) for _, strips in cells), draw, where)


def page_break(block: PageBreak, setting: Setting, where: str) -> Iterator[Strip]:
    """The end of a page."""
    yield Strip(0, where=where, ends_page=True)


def _aligned(align: Align, spare: float) -> float:
    return {"left": 0.0, "center": spare / 2, "right": spare}[align]


_KINDS: dict[type, Callable[[Any, Setting, str], Iterator[Strip]]] = {
    document.Beside: beside,
    document.Code: code,
    document.Fields: fields,
    document.Figure: figure,
    document.Heading: heading,
    document.PageBreak: page_break,
    document.Paragraph: paragraph,
    document.Picture: picture,
    document.Rule: rule,
    document.Signatures: signatures,
    document.Space: space,
    document.Table: table,
    document.Together: together,
}


def strips_of(block: document.Block, setting: Setting, where: str) -> Iterator[Strip]:
    """The strips of any block; `where` is its number, inner ones after a dot."""
    return _KINDS[type(block)](block, setting, where)
