"""What one cell holds: text, or the reason why its text can't be trusted."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that shows something else than was meant.

    `code`: number_lost, error_cell, merged_cell, broken_text, no_title.
    """

    code: str
    shown: str = ""

    def __bool__(self) -> bool:
        return True


Cell = str | BadCell
#: What a spreadsheet shows, and writes into CSV, where a formula failed.
ERRORS = frozenset({"#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})
#: A spreadsheet keeps 15 digits of a number; from here on its cell holds another number than was typed.
FIRST_LOST = 10**15


def trusted(text: str) -> Cell:
    """The text, unless a character of it was cut or could not be read."""
    return BadCell("broken_text", text) if "\ufffd" in text else text


@dataclass(frozen=True, slots=True)
class Line:
    """A row that has something in it, numbered as the spreadsheet does."""

    number: int
    cells: list[Cell]


class SheetProblem(Exception):
    """The file can't be read as a table; `code` says why, `where` the place (line, cell, columns)."""

    def __init__(self, code: str, **where: object) -> None:
        super().__init__(code)
        self.code, self.where = code, where

    @property
    def findings(self) -> list[dict[str, Any]]:
        """{code, …} of everything that is wrong with it, however many that are."""
        listed: Any = self.where.get("findings")
        return list(listed) if listed else [{"code": self.code, **self.where}]


def column_letters(number: int) -> str:
    """`0` → `A`, `26` → `AA`."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
