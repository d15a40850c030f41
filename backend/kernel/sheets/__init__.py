"""Tables that people open in a spreadsheet: read and written row by row, and never run as formulas."""

from kernel.sheets.reading import SheetProblem, kind_of, rows_of
from kernel.sheets.writing import csv_blocks, neutral, plain, write_xlsx

__all__ = ["SheetProblem", "csv_blocks", "kind_of", "neutral", "plain", "rows_of", "write_xlsx"]
