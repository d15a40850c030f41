"""Uploaded CSV (UTF-8, GBK) and Excel files as rows of text, within limits that stop bombs."""

import codecs
import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from typing import IO, Any

import python_calamine

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MOST_COLUMNS, LONGEST_CELL = 64, 4000
#: An Excel file is a ZIP: so much may come out of it, from so many parts.
MOST_UNPACKED, MOST_PARTS = 400 * 1024 * 1024, 1000
BLOCK = 1 << 20


class SheetProblem(Exception):
    """The file can't be read as a table; `code` says why: unreadable, too_large, too_many_columns, too_many_rows."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def kind_of(head: bytes) -> str:
    """`xlsx` or `csv` by the first bytes; the name given is not looked at. SheetProblem for the old Excel format."""
    if head.startswith(ZIP):
        return "xlsx"
    if head.startswith(OLE) or b"\0" in head:
        raise SheetProblem("unreadable")
    return "csv"


def rows_of(file: IO[bytes], kind: str, *, most_rows: int) -> Iterator[list[str]]:
    """The rows of the (first) sheet as stripped text, the header first. Raises SheetProblem while reading."""
    rows = _excel(file) if kind == "xlsx" else _csv(file)
    for number, row in enumerate(rows):
        if number > most_rows:
            raise SheetProblem("too_many_rows")
        if len(row) > MOST_COLUMNS:
            raise SheetProblem("too_many_columns")
        yield row


def _csv(file: IO[bytes]) -> Iterator[list[str]]:
    text = io.TextIOWrapper(file, encoding=_encoding(file), newline="")
    try:
        for row in csv.reader(text, strict=True):
            yield [cell.replace("\0", "").strip()[:LONGEST_CELL] for cell in row]
    except (csv.Error, UnicodeDecodeError) as error:
        raise SheetProblem("unreadable") from error


def _encoding(file: IO[bytes]) -> str:
    """UTF-8 if all of it is, else the Chinese code page that Excel writes."""
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


def _excel(file: IO[bytes]) -> Iterator[list[str]]:
    _weigh(file)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(file)
        rows = book.get_sheet_by_index(0).iter_rows()
        for row in rows:
            yield [_text(cell)[:LONGEST_CELL] for cell in row]
    except (python_calamine.CalamineError, IndexError, OSError) as error:
        raise SheetProblem("unreadable") from error


def _weigh(file: IO[bytes]) -> None:
    """Unpack every part once, counting: what a file says of its own size is not believed."""
    total = 0
    try:
        with zipfile.ZipFile(file) as parts:
            if len(parts.infolist()) > MOST_PARTS:
                raise SheetProblem("too_large")
            for part in parts.infolist():
                with parts.open(part) as stream:
                    while block := stream.read(BLOCK):
                        total += len(block)
                        if total > MOST_UNPACKED:
                            raise SheetProblem("too_large")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise SheetProblem("unreadable") from error
    file.seek(0)


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell).replace("\0", "").strip()
