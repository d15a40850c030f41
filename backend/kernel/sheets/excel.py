"""Excel workbooks: looked through first (size, stray cells, errors, merged cells), then read."""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, repeat
from typing import IO, Any

import python_calamine

from kernel.sheets.cells import FIRST_LOST, BadCell, Cell, Line, SheetProblem
from kernel.sheets.headings import ANYTHING, Form
from kernel.sheets.parts import BLOCK, names_of_sheets, sizes_of_parts
from kernel.text import clean

#: Visible sheets, and the bytes and cells of them all: a part that several sheets name is read, and counts, for each.
MAX_SHEETS, MAX_READ, MAX_CELLS = 64, 400 * 1024 * 1024, 10_000_000
OVERLAP = 4096
MAX_CELL = 4000
#: Columns that are read (A … DX: contacts have a hundred), and rows that may stand above the titles.
MAX_COLUMNS, ABOVE_TITLES = 128, 100
#: Within a tag; bounded, so that a tag that goes on for ever costs no more than its length.
_REST = rb"[^<>]{0,200}"
_AT = rb"[\"']([A-Z]{1,3})([0-9]{1,7})[\"']"
_CELL = rb"<(?:\w{1,20}:)?c\b"
#: A cell with content from column DY or row 100,000 on: what may be too far out.
_FAR = re.compile(
    _CELL + _REST + rb"?\br=[\"'](?:((?:D[YZ]|[E-Z][A-Z]|[A-Z]{3,20})[0-9]{1,20})|[A-Z]{1,3}([0-9]{6,20}))[\"']" + _REST
    + rb">\s{0,20}<(?:\w{1,20}:)?(?:v|f|is)\b"
)  # fmt: skip
_ERROR = re.compile(_CELL + rb"(?=" + _REST + rb"?\bt=[\"']e[\"'])" + _REST + rb"?\br=" + _AT)
#: A formula that was written by a program and never calculated.
_UNCALCULATED = re.compile(
    _CELL + rb"(?!" + _REST + rb"?\bt=[\"']str[\"'])" + _REST
    + rb"?\br=" + _AT + _REST + rb">\s{0,20}<(?:\w{1,20}:)?f\b" + _REST
    + rb">[^<]{0,2000}</(?:\w{1,20}:)?f>\s{0,20}(?:<(?:\w{1,20}:)?v\s{0,5}/>|<(?:\w{1,20}:)?v>\s{0,20}"
    rb"</(?:\w{1,20}:)?v>)?\s{0,20}</(?:\w{1,20}:)?c>"
)  # fmt: skip
#: A number format of nothing but zeros; tags and attributes in whatever order a program writes them.
_ZEROS = re.compile(rb"0{2,32}")
_OPENED = re.compile(_CELL + _REST + rb">")
_ANY_CELL = re.compile(_CELL)
_FORMAT = re.compile(rb"<(?:\w{1,20}:)?(?:numFmt|xf)\b" + _REST + rb"/?>")
_ATTRIBUTE = re.compile(rb"\b(\w{1,20})=[\"']([^\"'<>]{0,200})[\"']")
_PLACE = re.compile(rb"([A-Z]{1,3})([0-9]{1,7})")
MAX_STYLES = 8 * 1024 * 1024
_MERGE = re.compile(
    rb"<(?:\w{1,20}:)?mergeCell\b"
    + _REST
    + rb"?\bref=[\"']([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})[\"']"
)


@dataclass(slots=True)
class Looked:
    """What a look at the sheet's own text tells; rows and columns count from 0."""

    errors: dict[int, list[int]] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    #: Row → columns whose format shows a number with zeros in front, and with how many digits.
    padded: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    cells: int = 0


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

    def __init__(self, merges: list[tuple[int, int, int, int]]) -> None:
        self.starting: dict[int, list[tuple[int, int, int, int]]] = {}
        _refuse_overlaps(merges)
        for merge in merges:
            self.starting.setdefault(merge[0], []).append(merge)
        self.open: list[tuple[tuple[int, int, int, int], Cell]] = []

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


def _refuse_overlaps(merges: list[tuple[int, int, int, int]]) -> None:
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
        targets, widths = names_of_sheets(parts), _padding_formats(parts)
        names = {index: targets[index] for index in sheets}
        if sum(sizes[name] for name in names.values()) > MAX_READ:
            raise SheetProblem("too_much_content", limit=MAX_READ >> 20)
        looks: dict[int, Looked] = {}
        for index, name in names.items():
            looks[index] = _look(parts, name, widths, most_rows)
            if sum(looked.cells for looked in looks.values()) > MAX_CELLS:
                raise SheetProblem("too_many_cells", limit=MAX_CELLS)
    file.seek(0)
    return looks


def _look(parts: zipfile.ZipFile, name: str, widths: dict[bytes, int], most_rows: int) -> Looked:
    """Read the text of the sheet in blocks; what stands far out is refused before anything is laid out densely."""
    looked, rest = Looked(), b""
    with parts.open(name) as stream:
        while block := stream.read(BLOCK):
            rest += block
            end = len(rest) - OVERLAP if len(block) == BLOCK else len(rest)
            for found in _FAR.finditer(rest):
                if found[1] or int(found[2]) > most_rows + ABOVE_TITLES:
                    raise SheetProblem("stray_cell", cell=_reference(found))
            for found in chain(_ERROR.finditer(rest), _UNCALCULATED.finditer(rest)):
                if found.start() < end:
                    looked.errors.setdefault(int(found[2]) - 1, []).append(_column(found[1]))
            for found in _OPENED.finditer(rest) if widths else ():
                named = dict(_ATTRIBUTE.findall(found[0]))
                width, at = widths.get(named.get(b"s", b"")), _PLACE.fullmatch(named.get(b"r", b""))
                if found.start() < end and width and at and named.get(b"t", b"n") == b"n":
                    looked.padded.setdefault(int(at[2]) - 1, []).append((_column(at[1]), width))
            looked.cells += len(_ANY_CELL.findall(block))
            looked.merges += [_range(found) for found in _MERGE.finditer(rest) if found.start() < end]
            rest = rest[max(end, 0) :]
    looked.merges = [merge for merge in looked.merges if merge[3] < MAX_COLUMNS]
    return looked


def _padding_formats(parts: zipfile.ZipFile) -> dict[bytes, int]:
    """Cell format → digits, of the formats that are made of zeros alone (`00000000`)."""
    try:
        with parts.open("xl/styles.xml") as stream:
            styles = stream.read(MAX_STYLES)
    except KeyError:
        return {}
    _, _, used = styles.partition(b"cellXfs")
    numbers = [dict(_ATTRIBUTE.findall(tag)) for tag in _FORMAT.findall(styles) if b"formatCode" in tag]
    digits = {
        number[b"numFmtId"]: len(number[b"formatCode"])
        for number in numbers
        if b"numFmtId" in number and _ZEROS.fullmatch(number.get(b"formatCode", b""))
    }
    formats = [dict(_ATTRIBUTE.findall(tag)) for tag in _FORMAT.findall(used.partition(b"cellXfs")[0])]
    named = ((b"%d" % place, digits.get(each.get(b"numFmtId", b""))) for place, each in enumerate(formats))
    return {place: width for place, width in named if width}


def _reference(found: "re.Match[bytes]") -> str:
    reference = re.search(rb"\br=[\"']([A-Z]+[0-9]+)", found[0])
    return reference[1].decode() if reference else ""


def _range(found: "re.Match[bytes]") -> tuple[int, int, int, int]:
    return int(found[2]) - 1, _column(found[1]), int(found[4]) - 1, _column(found[3])


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
