"""The parts of a workbook, which is a ZIP: how large they are, and which of them hold its sheets."""

import re
import zipfile
from typing import IO

from kernel.sheets.cells import SheetProblem

#: So much may come out of a file, from so many parts.
MAX_UNPACKED, MAX_PARTS = 400 * 1024 * 1024, 1000
BLOCK = 1 << 20


def sizes_of_parts(file: IO[bytes]) -> dict[str, int]:
    """Unpack every part once, counting its bytes: what a file says of its own size is not believed."""
    sizes: dict[str, int] = {}
    total = 0
    try:
        with zipfile.ZipFile(file) as parts:
            if len(parts.infolist()) > MAX_PARTS:
                raise SheetProblem("too_large")
            for part in parts.infolist():
                begin = total
                with parts.open(part) as stream:
                    while block := stream.read(BLOCK):
                        total += len(block)
                        if total > MAX_UNPACKED:
                            raise SheetProblem("too_much_content", limit=MAX_UNPACKED >> 20)
                sizes[part.filename] = total - begin
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise SheetProblem("unreadable") from error
    file.seek(0)
    return sizes


def names_of_sheets(parts: zipfile.ZipFile) -> list[str]:
    """The names of the parts that hold the sheets, in their order in the workbook."""
    book = parts.read("xl/workbook.xml")
    ids = re.findall(rb"<(?:\w+:)?sheet\b[^<>]*?\b\w+:id=[\"']([^\"']+)[\"']", book)
    relations = parts.read("xl/_rels/workbook.xml.rels")
    tags = re.findall(rb"<(?:\w+:)?Relationship\b[^<>]*>", relations)
    named = [dict(re.findall(rb"\b(Id|Target)=[\"']([^\"']*)[\"']", tag)) for tag in tags]
    targets = {each[b"Id"]: each[b"Target"].decode() for each in named if len(each) == 2}
    names = (targets.get(sheet, "") for sheet in ids)
    return [name.lstrip("/") if name.startswith("/") else f"xl/{name}" for name in names]
