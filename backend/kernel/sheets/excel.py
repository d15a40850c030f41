"""Excel workbooks: looked through first (size, stray cells, errors, merged cells), then read."""

import datetime as dt
import zipfile
from collections.abc import Iterator, Sequence
from itertools import chain, islice, repeat
from typing import IO, Any

import python_calamine

from kernel.sheets.cells import FIRST_LOST, BadCell, Cell, Line, SheetProblem
from kernel.sheets.headings import ANYTHING, Form
from kernel.sheets.looking import ABOVE_TITLES, MAX_COLUMNS, Area, Looked, look, padding_formats
from kernel.sheets.parts import names_of_sheets, sizes_of_parts
from kernel.text import clean

#: Visible sheets, and the bytes and cells of them all: a part that several sheets name is read, and counts, for each.
MAX_SHEETS, MAX_READ, MAX_CELLS = 64, 400 * 1024 * 1024, 10_000_000
MAX_CELL = 4000


def excel_lines(file: IO[bytes], *, most_rows: int, forms: Sequence[Form] = (ANYTHING,)) -> Iterator[Line]:
    """The rows of the visible sheet that has the titles of a form, of the first one if none has.

    SheetProblem: too_large, too_many_sheets, too_much_content and too_many_cells (with the limit), stray_cell (with the
    cell), several_sheets (with their places), unreadable.
    """
    sizes = sizes_of_parts(file)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(file)
        visible = [
            index
            for index, sheet in enumerate(book.sheets_metadata)
            if sheet.visible == python_calamine.SheetVisibleEnum.Visible
            and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        looks = _looks(file, sizes, visible or [0], most_rows)
        index = _meant(book, visible, forms) if len(visible) > 1 else min(looks)
        looked = looks[index]
        sheet = book.get_sheet_by_index(index)
        _, first_column = sheet.start or (0, 0)
        yield from _lines(sheet.iter_rows(), looked, first_column)
    except (python_calamine.CalamineError, IndexError, OSError, KeyError) as error:
        raise SheetProblem("unreadable") from error


def _meant(book: Any, visible: list[int], forms: Sequence[Form]) -> int:
    """The one sheet with all titles that are needed and rows below them, else the one with most of the known ones."""
    found = {}
    for index in visible:
        rows = book.get_sheet_by_index(index).iter_rows()
        head = [[str(value) for value in row] for row in islice(rows, ABOVE_TITLES) if any(row)]
        known = [[form.fields(row) for form in forms] for row in head]
        best = max(range(len(head)), key=lambda row: max(map(len, known[row])), default=None)
        here = known[best] if best is not None else [set() for _ in forms]
        named = any(form.required.keys() <= of for form, of in zip(forms, here, strict=True))
        found[index] = (
            named and best is not None and best + 1 < len(head),
            max(map(len, here)),
            len(head),
        )
    most = max(known for _, known, _ in found.values())
    meant = [
        index for index in visible if found[index][0] and found[index][1] * 2 > most
    ]  # not a list of the titles
    if len(meant) > 1 and any(form.required for form in forms):
        raise SheetProblem(
            "several_sheets", sheets="、".join(str(visible.index(index) + 1) for index in meant)
        )
    return max(visible, key=lambda index: (*found[index][:2], found[index][2] > 0, -index))


def _lines(rows: Any, looked: Looked, first_column: int) -> Iterator[Line]:
    spread = _Merged(looked.merges)
    last = max(looked.errors, default=-1)  # rows that hold nothing but errors may stand below all others
    for row, values in enumerate(chain(rows, repeat(()))):
        if values == () and row > last:
            return
        cells: list[Cell] = [*[""] * first_column, *map(_text, values)]
        for column, width in looked.padded.get(row, ()):
            if column < len(cells) and isinstance(text := cells[column], str) and text.isdigit():
                cells[column] = text.zfill(width)
        for column in looked.errors.get(row, ()):
            _put(cells, column, column, BadCell("error_cell"))
        spread.fill(row, cells)
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield Line(row + 1, cells)


class _Merged:
    """A value that stands over several rows belongs to each; over several columns nobody knows to which."""

    def __init__(self, merges: list[Area]) -> None:
        self.starting: dict[int, list[Area]] = {}
        _refuse_overlaps(merges)
        for merge in merges:
            self.starting.setdefault(merge[0], []).append(merge)
        self.open: list[tuple[Area, Cell]] = []

    def fill(self, row: int, cells: list[Cell]) -> None:
        """Write what merged cells show into this row's cells."""
        self.open = [entry for entry in self.open if entry[0][2] >= row]
        if not any(cells):
            return  # a cell that reaches below the table makes no row
        for (_, left, _, right), value in self.open:
            _put(cells, left, right, value)
        for merge in self.starting.pop(row, ()):
            _, left, bottom, right = merge
            value = cells[left] if left < len(cells) else ""
            if value and right > left:
                _put(cells, left + 1, right, BadCell("merged_cell", str(value)[:40]))
            if value and bottom > row:
                self.open.append((merge, value if right == left else BadCell("merged_cell", str(value)[:40])))


def _refuse_overlaps(merges: list[Area]) -> None:
    """No program writes merged cells over each other; fifty thousand would be looked at for every row."""
    until = [-1] * MAX_COLUMNS
    for top, left, bottom, right in sorted(merges):
        columns = range(left, min(right + 1, MAX_COLUMNS))
        if any(until[column] >= top for column in columns):
            raise SheetProblem("unreadable")
        for column in columns:
            until[column] = bottom


def _put(cells: list[Cell], left: int, right: int, value: Cell) -> None:
    cells.extend([""] * (right + 1 - len(cells)))
    cells[left : right + 1] = [value] * (right + 1 - left)


def _text(value: Any) -> Cell:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (int, float)):
        if abs(value) >= FIRST_LOST:
            return BadCell("number_lost", f"{value:.0f}")
        return str(int(value)) if float(value).is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return clean(str(value)).strip()[:MAX_CELL]


def _looks(
    file: IO[bytes], sizes: dict[str, int], sheets: Sequence[int], most_rows: int
) -> dict[int, Looked]:
    """A look at each of the sheets, if all of them together are within bounds; `sizes`: bytes by part."""
    if len(sheets) > MAX_SHEETS:
        raise SheetProblem("too_many_sheets", limit=MAX_SHEETS)
    with zipfile.ZipFile(file) as parts:
        targets, widths = names_of_sheets(parts), _widths(parts)
        names = {index: targets[index] for index in sheets}
        if sum(sizes[name] for name in names.values()) > MAX_READ:
            raise SheetProblem("too_much_content", limit=MAX_READ >> 20)
        looks: dict[int, Looked] = {}
        for index, name in names.items():
            with parts.open(name) as stream:
                looks[index] = look(stream, widths, most_rows=most_rows)
            if sum(looked.cells for looked in looks.values()) > MAX_CELLS:
                raise SheetProblem("too_many_cells", limit=MAX_CELLS)
    file.seek(0)
    return looks


def _widths(parts: zipfile.ZipFile) -> dict[str, int]:
    if "xl/styles.xml" not in parts.namelist():
        return {}
    with parts.open("xl/styles.xml") as stream:
        return padding_formats(stream)
