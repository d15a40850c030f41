"""Text with separators: CSV as Excel, WPS and hospital systems write it."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import IO

from kernel.sheets.cells import Line, SheetProblem
from kernel.text import clean

BLOCK, MAX_CELL = 1 << 20, 4000
SEPARATORS = ",\t;"


def csv_lines(file: IO[bytes]) -> Iterator[Line]:
    """UTF-8, UTF-16 or GB 18030; commas, tabs or semicolons. SheetProblem names the line of a broken quote."""
    encoding = _encoding(file)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    rows = csv.reader(text, strict=True, delimiter=_separator(text))
    number = begin = 0
    try:
        for number, row in enumerate(rows, start=1):
            begin = rows.line_num
            cells = [clean(cell).strip()[:MAX_CELL] for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                yield Line(number, list(cells))
    except csv.Error as error:
        raise SheetProblem("broken_quotes", line=begin + 1) from error
    except UnicodeDecodeError as error:
        raise SheetProblem("unreadable", line=rows.line_num + 1) from error


def _separator(text: io.TextIOWrapper) -> str:
    """The one that the first line with something in it has most of, outside quotes."""
    try:
        head = text.read(64 * 1024)
    except UnicodeDecodeError as error:
        raise SheetProblem("unreadable", line=1) from error
    text.seek(0)
    first = next((line for line in head.splitlines() if line.strip(SEPARATORS + ' "\ufeff')), "")
    bare = "".join(first.split('"')[::2])
    return max(SEPARATORS, key=bare.count)


def _encoding(file: IO[bytes]) -> str:
    """UTF-8 if all of it is, else the Chinese code page that Excel writes."""
    if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        file.seek(0)
        return "utf-16"
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "gb18030"
    finally:
        file.seek(0)
    return "utf-8-sig"
