"""Text with separators: CSV as Excel, WPS and hospital systems write it."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import IO

from kernel.sheets.cells import Line, SheetProblem, trusted
from kernel.text import clean

BLOCK, MAX_CELL = 1 << 20, 4000
#: Of a pasted report; a quote that nobody closed goes on beyond it.
csv.field_size_limit(2 << 20)
#: So many characters must be whole for each one that is not.
MIN_WHOLE = 5
SEPARATORS = ",\t;"
#: So many lines tell the separator.
MAX_LOOKED_AT = 50


def csv_lines(file: IO[bytes]) -> Iterator[Line]:
    """UTF-8, UTF-16 or GB 18030; commas, tabs or semicolons. SheetProblem names the line of a broken quote."""
    text = io.TextIOWrapper(file, encoding=encoding_of(file), errors="replace", newline="")
    rows = csv.reader(text, strict=True, delimiter=_separator(text))
    number = begin = 0
    try:
        for number, row in enumerate(rows, start=1):
            begin = rows.line_num
            cells = [trusted(clean(cell).strip()[:MAX_CELL]) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                yield Line(number, cells)
    except csv.Error as error:
        raise SheetProblem("broken_quotes", line=begin + 1) from error


def _separator(text: io.TextIOWrapper) -> str:
    """The one that most of the first lines have, outside quotes: a letterhead above the titles has another or none."""
    head = text.read(64 * 1024)
    text.seek(0)
    bare = "".join(head.split('"')[::2])
    lines = [line for line in bare.splitlines() if line.strip()][:MAX_LOOKED_AT]
    return max(SEPARATORS, key=lambda one: (sum(one in line for line in lines), bare.count(one)))


def encoding_of(file: IO[bytes]) -> str:
    """UTF-8 if nearly all of it is, else the Chinese code page that Excel writes. SheetProblem for what is neither.

    A field that was cut within a character makes no other code page of a file: only that character is lost.
    """
    if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        file.seek(0)
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        broken, whole = _share(file, encoding)
        if broken * MIN_WHOLE <= whole:
            return encoding
    raise SheetProblem("unreadable")


def _share(file: IO[bytes], encoding: str) -> tuple[int, int]:
    """How many characters beyond ASCII are broken in that code page, and how many are whole."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    broken = whole = 0
    file.seek(0)
    while True:
        block = file.read(BLOCK)
        text = decoder.decode(block, final=not block)
        if not text.isascii():
            lost = text.count("\ufffd")
            broken += lost
            whole += len(text) - len(text.encode("ascii", "ignore")) - lost
        if not block:
            file.seek(0)
            return broken, whole
