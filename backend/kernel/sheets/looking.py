"""What a sheet's own text tells that its values don't: errors, merged cells, zeros in front, what stands far out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO

from kernel.sheets.cells import SheetProblem, column_letters
from kernel.sheets.markup import Attributes, feed, walk, walker

#: Columns that are read (A … DX: contacts have a hundred), and rows that may stand above the titles.
MAX_COLUMNS, ABOVE_TITLES = 128, 100
#: Every row before it is laid out, however few may hold something.
ALWAYS_READ = 99_999
#: A number format of nothing but zeros.
_ZEROS = re.compile(r"0{2,32}")
#: Excel itself makes no more.
MAX_FORMATS = 65_490
_REFERENCE = re.compile(r"([A-Za-z]{1,20})([0-9]{1,20})")

Area = tuple[int, int, int, int]


@dataclass(slots=True)
class Looked:
    """Rows and columns count from 0. `merges`: top, left, bottom, right."""

    errors: dict[int, list[int]] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)
    #: Row → columns whose format shows a number with zeros in front, and with how many digits.
    padded: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    cells: int = 0


def look(stream: IO[bytes], widths: Mapping[str, int], *, most_rows: int) -> Looked:
    """SheetProblem: stray_cell (with the cell), unreadable. `widths`: digits by cell format."""
    eye = _Eye(widths, most_rows)
    feed(eye.parser, stream)
    return eye.looked


class _Eye:
    """Goes from tag to tag; a cell without a place of its own stands right of the one before."""

    def __init__(self, widths: Mapping[str, int], most_rows: int) -> None:
        self.looked = Looked()
        self._widths = widths
        self._first_far = max(ALWAYS_READ, most_rows + ABOVE_TITLES)
        self._row = self._next_row = self._next_column = 0
        self._cell: tuple[int, int] | None = None
        self._uncalculated = self._is_text = False
        self.parser = walker(
            {
                "row": self._on_row, "c": self._on_cell, "f": self._on_formula, "v": self._on_value,
                "is": self._on_inline, "mergeCell": self._on_merge,
            },
            self.close_cell,
        )  # fmt: skip

    def close_cell(self, _: Attributes) -> None:
        """A formula that was written by a program and never calculated shows nothing of what was meant."""
        if self._uncalculated and self._cell:
            self.looked.errors.setdefault(self._cell[0], []).append(self._cell[1])
            self.parser.CharacterDataHandler = None
        self._cell, self._uncalculated = None, False

    def _on_row(self, attributes: Attributes) -> None:
        self.close_cell(attributes)
        if number := attributes.get("r"):
            self._next_row = _place(f"A{number}")[0]
        self._row, self._next_column = self._next_row, 0
        self._next_row += 1

    def _on_cell(self, attributes: Attributes) -> None:
        self.close_cell(attributes)
        self.looked.cells += 1
        place = attributes.get("r")
        row, column = self._cell = _place(place) if place else (self._row, self._next_column)
        self._next_column = column + 1
        kind = attributes.get("t", "n")
        self._is_text = kind == "str"
        if kind == "e":
            self.looked.errors.setdefault(row, []).append(column)
        elif self._widths and kind == "n" and (width := self._widths.get(attributes.get("s", "0"))):
            self.looked.padded.setdefault(row, []).append((column, width))

    def _on_formula(self, _: Attributes) -> None:
        self._refuse_far()
        if self._cell and not self._is_text:
            self._uncalculated = True

    def _on_value(self, _: Attributes) -> None:
        self._refuse_far()
        if self._uncalculated:
            self.parser.CharacterDataHandler = self._on_text

    def _on_inline(self, _: Attributes) -> None:
        self._refuse_far()
        self._uncalculated = False

    def _on_text(self, text: str) -> None:
        if text.strip():
            self._uncalculated = False
            self.parser.CharacterDataHandler = None

    def _on_merge(self, attributes: Attributes) -> None:
        first, _, last = attributes.get("ref", "").partition(":")
        area = (*_place(first), *_place(last or first))
        if area[3] < MAX_COLUMNS:
            self.looked.merges.append(area)

    def _refuse_far(self) -> None:
        if self._cell and (self._cell[1] >= MAX_COLUMNS or self._cell[0] >= self._first_far):
            row, column = self._cell
            raise SheetProblem("stray_cell", cell=f"{column_letters(column)}{row + 1}")


def _place(reference: str) -> tuple[int, int]:
    """Row and column of a reference as A1."""
    found = _REFERENCE.fullmatch(reference)
    if found is None or (row := int(found[2])) < 1:
        raise SheetProblem("unreadable")
    number = 0
    for letter in found[1].upper():
        number = number * 26 + ord(letter) - 64
    return row - 1, number - 1


def padding_formats(stream: IO[bytes]) -> dict[str, int]:
    """Cell format → digits, of the formats that are made of zeros alone (`00000000`)."""
    styles = _Styles()
    outside = dict.fromkeys(("cellStyleXfs", "cellStyles", "dxfs", "tableStyles"), styles.leave)
    tags = {"numFmt": styles.number, "cellXfs": styles.enter, "xf": styles.cell_format}
    walk(stream, {**tags, **outside})
    named = enumerate(styles.used)
    return {str(place): styles.digits[number] for place, number in named if number in styles.digits}


class _Styles:
    """`used`: the number's format of each cell format."""

    def __init__(self) -> None:
        self.digits: dict[str, int] = {}
        self.used: list[str] = []
        self._inside = False

    def enter(self, _: Attributes) -> None:
        self._inside = True

    def leave(self, _: Attributes) -> None:
        self._inside = False

    def number(self, attributes: Attributes) -> None:
        if _ZEROS.fullmatch(code := attributes.get("formatCode", "")):
            self.digits[attributes.get("numFmtId", "")] = len(code)

    def cell_format(self, attributes: Attributes) -> None:
        if self._inside and len(self.used) < MAX_FORMATS:
            self.used.append(attributes.get("numFmtId", ""))
