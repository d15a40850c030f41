"""Prints: a document is declared in blocks and becomes a PDF; sizes are mm, letters pt.

    document = Document("一日清单", [Fields([("姓名", "张三"), ("床号", "12")]), Table([Column("项目", 3), …], rows)])
    pdf = render(document)

Text is text: nothing in it is read as markup. What the typeface lacks is reported, never printed as a box.
"""

from kernel.pdf.document import (
    A4,
    A5,
    ROLL_58,
    ROLL_80,
    Beside,
    Block,
    Code,
    Column,
    Document,
    Fields,
    Figure,
    Heading,
    Page,
    PageBreak,
    Paragraph,
    Picture,
    Rule,
    Signatures,
    Space,
    Table,
    Together,
    label,
    landscape,
)
from kernel.pdf.problems import DoesNotFit, Missing, MissingGlyphs
from kernel.pdf.rendering import render, render_spelt, write

__all__ = [
    "A4", "A5", "ROLL_58", "ROLL_80", "Beside", "Block", "Code", "Column", "Document", "DoesNotFit", "Fields", "Figure",
    "Heading", "Missing", "MissingGlyphs", "Page", "PageBreak", "Paragraph", "Picture", "Rule", "Signatures", "Space",
    "Table", "Together", "label", "landscape", "render", "render_spelt", "write",
]  # fmt: skip
