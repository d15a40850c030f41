"""CSV in blocks and Excel files that are written to disk row by row."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO

FORMULA_SIGNS = frozenset("=+-@\t\r\n＝＋－＠")
GUARDS = frozenset("'’")
BLOCK_ROWS = 500
EXACT_DIGITS = 15
READABLE_COLUMNS, READABLE_WIDTH = 127, 18


def neutral(text: str) -> str:
    """A spreadsheet would run text that begins like a formula: an apostrophe in front makes it text."""
    return f"'{text}" if text[:1] in FORMULA_SIGNS else text


def whole(text: str) -> str:
    """Spreadsheets keep fifteen digits of a number: an apostrophe in front of longer ones makes them text."""
    return f"'{text}" if len(text) > EXACT_DIGITS and text.isascii() and text.isdigit() else neutral(text)


def plain(text: str) -> str:
    """What `neutral` was given: an apostrophe that guards such a text or digits is taken away, and nowhere else."""
    if text[:1] in GUARDS and (text[1:2] in FORMULA_SIGNS or text[1:2].isdigit()):
        return text[1:]
    return text


def csv_blocks(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """CSV text in blocks, neutralised, with the mark by which spreadsheets know UTF-8; long numbers stay whole."""
    return _blocks([whole(text) for text in row] for row in rows)


def separated_blocks(rows: Iterable[Sequence[str]], *, plain: Sequence[bool]) -> Iterator[str]:
    """The same; columns that are `plain` hold figures or times of ours below their title, left as they are."""
    return _blocks(
        [text if whole and number else neutral(text) for text, whole in zip(row, plain, strict=True)]
        for number, row in enumerate(rows)
    )


def _blocks(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer)
    for number, row in enumerate(rows):
        writer.writerow(row)
        if number % BLOCK_ROWS == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def write_xlsx(
    rows: Iterable[Iterable[str]], target: IO[bytes], *, wide: Mapping[int, int] | None = None, fixed: int = 0
) -> None:
    """Write one sheet of text cells; memory stays flat. Cells are typed as text, so nothing is run.

    `wide`: column → width in characters, its texts broken over lines. `fixed`: so many columns stay in view.
    """
    from xlsxwriter import Workbook

    wide = wide or {}
    book = Workbook(target, {"constant_memory": True, "strings_to_formulas": False})
    text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet()
    titles = book.add_format({"num_format": "@", "bold": True, "bottom": 1})
    broken = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    sheet.set_column(0, READABLE_COLUMNS, READABLE_WIDTH)
    for column, width in wide.items():
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, fixed)
    number = columns = 0
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            columns = max(columns, column)
            kind = broken if column in wide and number else text if number else titles
            sheet.write_string(number, column, neutral(value), kind)
    if wide:
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    if number:
        sheet.autofilter(0, 0, number, columns)
    book.close()


def write_template(
    target: IO[bytes],
    *,
    titles: Sequence[str],
    examples: Iterable[Sequence[str]],
    notes: Iterable[Sequence[str]],
) -> None:
    """A sheet to fill in, whose columns are text from top to bottom, and a second one that explains each column."""
    from xlsxwriter import Workbook

    book = Workbook(target, {"strings_to_formulas": False, "strings_to_numbers": False})
    text, bold = book.add_format({"num_format": "@"}), book.add_format({"num_format": "@", "bold": True})
    sheet = book.add_worksheet("数据")
    sheet.set_column(0, len(titles) - 1, 20, text)
    for number, row in enumerate([titles, *examples]):
        for column, value in enumerate(row):
            sheet.write_string(number, column, value, text if number else bold)
    sheet.freeze_panes(1, 0)
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    explained = book.add_worksheet("填写说明")
    explained.set_column(0, 0, 16, wrapped)
    explained.set_column(1, 1, 80, wrapped)
    for number, row in enumerate(notes):
        for column, value in enumerate(row):
            explained.write_string(number, column, value, wrapped if number else bold)
    book.close()
