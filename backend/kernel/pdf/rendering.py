"""From a document to its bytes. reportlab is imported with the first print of a process, never at the start."""

import io
from dataclasses import replace
from typing import IO

from kernel.pdf.document import Document
from kernel.pdf.problems import MissingGlyphs


def render(document: Document) -> bytes:
    """The PDF; the same document gives the same bytes. MissingGlyphs, DoesNotFit, ValueError for what is no picture."""
    target = io.BytesIO()
    write(document, target)
    return target.getvalue()


def render_spelt(document: Document) -> bytes:
    """The same with `〔U+20BB7〕` for a character that the typeface lacks: who waits at a window gets the paper.

    `document.blocks` is a sequence, since it may be read twice.
    """
    try:
        return render(document)
    except MissingGlyphs as error:
        spelt = {each.character: f"〔{each.code_point}〕" for each in error.missing}
        return render(replace(document, replacements={**document.replacements, **spelt}))


def write(document: Document, target: IO[bytes]) -> None:
    """Write the PDF, or raise what `render` raises before the first byte."""
    from kernel.pdf.pages import print_document

    print_document(document, target)
