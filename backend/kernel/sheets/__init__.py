"""Tables that people open in a spreadsheet: read and written row by row, and never run as formulas."""

from kernel.sheets.cells import ERRORS, BadCell, Cell, Line, SheetProblem, column_letters
from kernel.sheets.headings import IGNORED, LEFT_OUT, Form, Heading, bare_title, read_heading
from kernel.sheets.reading import kind_of, rows_of
from kernel.sheets.vcards import TITLES as CARD_TITLES
from kernel.sheets.writing import csv_blocks, neutral, plain, write_template, write_xlsx

__all__ = [
    "CARD_TITLES", "ERRORS", "IGNORED", "LEFT_OUT", "BadCell", "Cell", "Form", "Heading", "Line", "SheetProblem",
    "bare_title", "column_letters", "csv_blocks", "kind_of", "neutral", "plain", "read_heading", "rows_of",
    "write_template", "write_xlsx",
]  # fmt: skip
