"""CSV in blocks and Excel files that are written to disk row by row."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import IO

import xlsxwriter

FORMULA_SIGNS = frozenset("=+-@\t\r\n＝＋－＠")
BLOCK_ROWS = 500


def neutral(text: str) -> str:
    """A spreadsheet would run text that begins like a formula: an apostrophe in front makes it text."""
    return f"'{text}" if text[:1] in FORMULA_SIGNS else text


def plain(text: str) -> str:
    """What `neutral` was given: the apostrophe is taken away where it guards such a text, and nowhere else."""
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA_SIGNS else text


def csv_blocks(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """CSV text in blocks, neutralised, with the mark by which spreadsheets know UTF-8."""
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer)
    for number, row in enumerate(rows):
        writer.writerow([neutral(text) for text in row])
        if number % BLOCK_ROWS == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def write_xlsx(rows: Iterable[Iterable[str]], target: IO[bytes]) -> None:
    """Write one sheet of text cells; memory stays flat. Cells are typed as text, so nothing is run."""
    book = xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            sheet.write_string(number, column, neutral(text))
    book.close()
