"""Text on its way to the paper: replaced where that was asked for, checked for glyphs, and drawn."""

from collections.abc import Mapping

from reportlab.pdfgen.canvas import Canvas

from kernel.pdf.document import Align
from kernel.pdf.fonts import ASCENT, Face, face
from kernel.pdf.problems import Missing, MissingGlyphs

MAX_MISSING = 100
#: Height of a line as a multiple of the letters' size.
LEADING = 1.4
#: Signs that print nothing, and those that stand for a blank or a new line.
_SILENT = dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\r")
_PLAIN = {"\t": " ", "\u2028": "\n", "\u2029": "\n"}


class Ink:
    """Collects what is missing, so that all of it can be told at once."""

    def __init__(self, replacements: Mapping[str, str]) -> None:
        self._table = str.maketrans(_SILENT | _PLAIN | dict(replacements))
        self._known = face().widths.keys() | {"\n"}
        self._missing: list[Missing] = []

    def text(self, text: str, where: str) -> str:
        """The text as it is printed; a character that can't be is noted with its place."""
        printed = text.translate(self._table)
        for character in sorted(set(printed) - self._known):
            self._missing.append(Missing(character, where, text))
        return printed

    def require_all(self) -> None:
        """MissingGlyphs if there was one."""
        if self._missing:
            raise MissingGlyphs(self._missing[:MAX_MISSING])

    @property
    def gives_up(self) -> bool:
        """Whether there is so much missing that the rest need not be looked at."""
        return len(self._missing) >= MAX_MISSING


def draw_text(
    canvas: Canvas,
    text: str,
    left: float,
    top: float,
    *,
    used: Face,
    size: float,
    align: Align = "left",
    width: float = 0,
    grey: float = 0,
) -> None:
    """One line whose box begins at left and top; `width`: of the box it is aligned in. `grey`: 0 is black."""
    if not text:
        return
    if align != "left":
        spare = width - used.width(text, size)
        left += spare if align == "right" else spare / 2
    canvas.setFillGray(grey)
    canvas.setFont(used.name, size)
    canvas.drawString(left, top - size * ((LEADING - 1) / 2 + ASCENT), text)
