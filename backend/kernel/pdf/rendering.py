"""From a document to its bytes. reportlab is imported with the first print of a process, never at the start."""

import io
from typing import IO

from kernel.pdf.document import Document


def render(document: Document) -> bytes:
    """The PDF; the same document gives the same bytes. MissingGlyphs, DoesNotFit, ValueError for what is no picture."""
    target = io.BytesIO()
    write(document, target)
    return target.getvalue()


def write(document: Document, target: IO[bytes]) -> None:
    """Write the PDF, or raise what `render` raises before the first byte."""
    from kernel.pdf.pages import print_document

    print_document(document, target)
