"""The parts of a workbook, which is a ZIP: how large they are, and which of them hold its sheets."""

import zipfile
from typing import IO

from kernel.sheets.cells import SheetProblem
from kernel.sheets.markup import BLOCK, Attributes, walk

#: So much may come out of a file, from so many parts.
MAX_UNPACKED, MAX_PARTS = 400 * 1024 * 1024, 1000


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
    sheets: list[Attributes] = []
    relations: list[Attributes] = []
    with parts.open("xl/workbook.xml") as stream:
        walk(stream, {"sheet": sheets.append})
    with parts.open("xl/_rels/workbook.xml.rels") as stream:
        walk(stream, {"Relationship": relations.append})
    targets = {each.get("Id", ""): each.get("Target", "") for each in relations}
    ids = [value for each in sheets for name, value in each.items() if name.endswith(":id")]
    return [_part(targets.get(one, "")) for one in ids]


def _part(target: str) -> str:
    name = target.lstrip("/")
    return name if name != target or name.startswith("xl/") else f"xl/{name}"
