"""The typeface of all prints: Noto Sans SC (OFL 1.1, see typeface/OFL.txt) in two weights, read when first needed."""

import gzip
import io
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

TYPEFACE = Path(__file__).parent / "typeface"
REGULAR, BOLD = "NotoSansSC-Regular", "NotoSansSC-Bold"
#: Of the letters' size: how far above the baseline they reach.
ASCENT = 0.88
_faces: dict[str, "Face"] = {}
_loading = threading.Lock()


@dataclass(frozen=True, slots=True)
class Face:
    """One weight: `widths` of its characters in thousandths of the size."""

    name: str
    widths: dict[str, float]

    def width(self, text: str, size: float) -> float:
        """Points that a text takes."""
        widths = self.widths
        return sum([widths.get(character, 1000) for character in text]) * size / 1000


class _Font(TTFont):
    """Says of every glyph which characters it stands for, beyond U+FFFF too, so that what is copied is right."""

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - reportlab's name
        subsets = list(self.state[doc].subsets)
        super().addObjects(doc)
        fonts = doc.idToObject["BasicFonts"].dict
        prefix = doc.fontMapping[self.fontName].removeprefix("/")
        for number, characters in enumerate(subsets):
            stream = doc.idToObject[fonts[f"{prefix}+{number}"].ToUnicode.name]
            stream.content = _to_unicode(characters)


def face(bold: bool = False) -> Face:
    """The weight, registered with reportlab; the first call of a process takes a moment."""
    name = BOLD if bold else REGULAR
    if name not in _faces:
        with _loading:
            if name not in _faces:
                _faces[name] = _load(name)
    return _faces[name]


def _load(name: str) -> Face:
    content = gzip.decompress((TYPEFACE / f"{name}.ttf.gz").read_bytes())
    font = _Font(name, io.BytesIO(content))
    pdfmetrics.registerFont(font)
    widths = {chr(code): font.face.charWidths[code] for code in font.face.charToGlyph}
    return Face(name, widths)


def _to_unicode(characters: list[int]) -> str:
    """The CMap of one subset (PDF 32000-1, 9.10.3): at most a hundred entries a block, UTF-16."""
    entries = [
        f"<{code:02X}> <{chr(at).encode('utf-16-be').hex().upper()}>" for code, at in enumerate(characters)
    ]
    blocks = [entries[first : first + 100] for first in range(0, len(entries), 100)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            f"1 begincodespacerange <00> <{len(characters) - 1:02X}> endcodespacerange",
            *(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks),
            "endcmap CMapName currentdict /CMap defineresource pop end end",
        ]
    )
