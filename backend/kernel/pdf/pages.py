"""Lays strips onto pages, with what stands on every page around them."""

import math
import threading
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import IO

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from kernel.pdf.document import Align, Document
from kernel.pdf.fonts import face
from kernel.pdf.ink import LEADING, Ink, draw_text
from kernel.pdf.pictures import strips_of
from kernel.pdf.problems import DoesNotFit
from kernel.pdf.strips import HAIR, LINE_GREY, Setting, Strip
from kernel.pdf.wrapping import shortened, wrapped

PRODUCER = "医汇"
SMALL, MARGIN_GREY, TOTAL = 8, 0.35, "pages"
#: Of the width: how much a text beside the page number may take.
SIDE = 0.36
SIDES: tuple[Align, Align] = ("left", "right")
WATERMARK_SIZE, WATERMARK_ALPHA = 120, 0.09
#: What a viewer of PDF opens (PDF 32000-1, annex C): 5 m of a roll.
LONGEST, SHORTEST = 14400, 20 * mm
NEARLY = 0.01
#: reportlab cuts the glyphs of a document out of a font that all threads share.
_saving = threading.Lock()


def print_document(document: Document, target: IO[bytes]) -> None:
    """Lay the document out and write it."""
    ink = Ink(document.replacements)
    pages = _Pages(document, ink, target)
    pages.lay_out()
    ink.require_all()
    with _saving:
        pages.canvas.save()


class _Pages:
    """The canvas with the page that is open: `room` is what is left of it in points."""

    def __init__(self, document: Document, ink: Ink, target: IO[bytes]) -> None:
        self.document, self.ink, page = document, ink, document.page
        self.width: float = page.width * mm
        self.margin: float = page.margin * mm
        self.height: float = LONGEST if page.height is None else page.height * mm
        self.band: float = SMALL * LEADING + 7 if page.has_margins_text else 0
        self.number, self.room, self.is_open = 0, 0.0, False
        self.title = ink.text(document.title, "title")
        self.watermark = ink.text(document.watermark, "watermark")
        self.around = [ink.text(text, "header") for text in document.header] + [
            ink.text(text, "footer") for text in document.footer
        ]
        self.canvas = Canvas(
            target, pagesize=(self.width, self.height), pageCompression=1, invariant=1, lang=document.language
        )
        self.canvas.setTitle(document.title)
        self.canvas.setProducer(PRODUCER)
        self.canvas.setCreator(PRODUCER)
        self.canvas.setViewerPreference("DisplayDocTitle", "true")

    @property
    def body(self) -> float:
        """Height of a page between its margins."""
        header = self.band if any(self.around[:2]) else 0
        return self.height - 2 * self.margin - header - self._footer_band()

    def lay_out(self) -> None:
        """Every strip, page after page; a document without blocks is a page too."""
        strips = self._strips()
        if self.document.page.height is None:
            self._roll(strips)
        else:
            for group in _groups(strips, self.body):
                self._place(group)
            if self.number == 0:
                self._open()
        self._close()
        if self.document.page.has_margins_text and self.document.page_numbers:
            self._total()

    def _strips(self) -> Iterator[Strip]:
        setting = Setting(self.ink, self.width - 2 * self.margin, self.body, self.document.page.size)
        blocks = (strips_of(block, setting, str(at)) for at, block in enumerate(self.document.blocks))
        return chain(self._title(setting), chain.from_iterable(blocks))

    def _title(self, setting: Setting) -> Iterator[Strip]:
        if not self.document.shows_title or not self.title:
            return
        size = setting.size * 1.6
        for line in wrapped(self.title, face(True), size, setting.width):

            def draw(canvas: Canvas, left: float, top: float, line: str = line) -> None:
                used = face(True)
                draw_text(canvas, line, left, top, used=used, size=size, align="center", width=setting.width)

            yield Strip(size * LEADING, draw, "title", keep=True)
        yield Strip(setting.size * 0.6, keep=True)

    def _roll(self, strips: Iterable[Strip]) -> None:
        """Each piece of the roll up to a break is a page of its own length."""
        piece: list[Strip] = []
        for strip in chain(strips, [Strip(0, ends_page=True)]):
            if not strip.ends_page:
                piece.append(strip)
                continue
            if not piece and self.number:
                continue
            length = sum(each.height for each in piece) + 2 * self.margin
            if length > LONGEST:
                raise DoesNotFit("roll", needed=length / mm, available=LONGEST / mm)
            self._close()
            self.height = max(length, SHORTEST)
            self.canvas.setPageSize((self.width, self.height))
            self._open()
            for each in piece:
                self._draw(each)
            piece = []

    def _place(self, group: list[Strip]) -> None:
        """Strips that stay together: here, on the next page, or one by one where no page holds them."""
        first, height = group[0], sum(strip.height for strip in group)
        if first.ends_page:
            self._close()
            return
        if self.is_open and height > self.room + NEARLY:
            self._require_no_label(first, height)
            self._close()
        if not self.is_open:
            if first.is_blank and len(group) == 1:
                return
            self._open()
            if first.above:
                self._draw(first.above)
        if height <= self.room + NEARLY:
            for strip in group:
                self._draw(strip)
        elif len(group) > 1:
            for strip in group:
                self._place([strip])
        else:
            raise DoesNotFit(first.where, needed=height / mm, available=self.room / mm)

    def _require_no_label(self, first: Strip, height: float) -> None:
        """A label has no next page."""
        if self.document.page.is_label:
            used = self.body - self.room + height
            raise DoesNotFit(first.where, needed=used / mm, available=self.body / mm)

    def _draw(self, strip: Strip) -> None:
        if strip.draw:
            strip.draw(self.canvas, self.margin, self.margin + self._footer_band() + self.room)
        self.room -= strip.height

    def _footer_band(self) -> float:
        return self.band if any(self.around[2:]) or self.document.page_numbers else 0

    def _open(self) -> None:
        self.number += 1
        self.is_open, self.room = True, self.body
        if self.document.page.has_margins_text:
            self._around()

    def _close(self) -> None:
        if not self.is_open:
            return
        self.is_open = False
        if self.watermark:
            self._mark()
        self.canvas.showPage()

    def _around(self) -> None:
        """Header and footer; the number of all pages is a form that is filled in when it is known."""
        top, bottom = self.height - self.margin, self.margin + SMALL * LEADING
        for texts, at in ((self.around[:2], top), (self.around[2:], bottom)):
            for text, align in zip(texts, SIDES, strict=True):
                self._beside_margin(text, align, at)
        if any(self.around[:2]):
            self.canvas.setStrokeGray(LINE_GREY)
            self.canvas.setLineWidth(HAIR)
            line = top - SMALL * LEADING - 1
            self.canvas.line(self.margin, line, self.width - self.margin, line)
        if self.document.page_numbers:
            text = f"第 {self.number} 页 / 共 "
            left = self.width / 2 - face().width(text + "1 页", SMALL) / 2
            draw_text(self.canvas, text, left, bottom, used=face(), size=SMALL, grey=MARGIN_GREY)
            self.canvas.saveState()
            self.canvas.translate(left + face().width(text, SMALL), bottom)
            self.canvas.doForm(TOTAL)
            self.canvas.restoreState()

    def _beside_margin(self, text: str, align: Align, top: float) -> None:
        width = self.width - 2 * self.margin
        draw_text(
            self.canvas,
            shortened(text, face(), SMALL, width * SIDE),
            self.margin,
            top,
            used=face(),
            size=SMALL,
            align=align,
            width=width,
            grey=MARGIN_GREY,
        )

    def _total(self) -> None:
        self.canvas.beginForm(TOTAL, 0, -SMALL * LEADING, 20 * SMALL, 0)
        draw_text(self.canvas, f"{self.number} 页", 0, 0, used=face(), size=SMALL, grey=MARGIN_GREY)
        self.canvas.endForm()

    def _mark(self) -> None:
        """The watermark across the page, over everything and pale."""
        diagonal = math.hypot(self.width, self.height) if self.height < 3 * self.width else self.width * 1.2
        size = min(WATERMARK_SIZE, diagonal * 0.75 / max(1, len(self.watermark)))
        self.canvas.saveState()
        self.canvas.setFillAlpha(WATERMARK_ALPHA)
        self.canvas.translate(self.width / 2, self.height / 2)
        self.canvas.rotate(math.degrees(math.atan2(min(self.height, 1.4 * self.width), self.width)))
        self.canvas.setFont(face(True).name, size)
        self.canvas.drawCentredString(0, -size * 0.35, self.watermark)
        self.canvas.restoreState()


def _groups(strips: Iterable[Strip], most: float) -> Iterator[list[Strip]]:
    """Strips that stay together; no more of them are held than a page and a little."""
    group: list[Strip] = []
    height = 0.0
    for strip in strips:
        if strip.ends_page and group:
            yield group
            group, height = [], 0.0
        group.append(strip)
        height += strip.height
        if not strip.keep or height > most:
            yield group
            group, height = [], 0.0
    if group:
        yield group
