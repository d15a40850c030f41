"""Titles of columns as people write them: found below a letterhead, read without blanks, brackets and stars."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from kernel.sheets.cells import Cell, Line, SheetProblem, column_letters

#: The field of columns that say nothing; there may be several.
IGNORED = "ignored"
#: Rows looked at for the titles: a letterhead, a date, a remark may stand above.
MAX_ABOVE = 20
_ASIDE = re.compile(r"[(\[【〔<][^)\]】〕>]*[)\]】〕>]")


def bare_title(text: str) -> str:
    """`手机\\n号`, ` 手机号 * `, `手机号（必填）` → `手机号`; Latin titles in lower case."""
    folded = unicodedata.normalize("NFKC", text)
    bare = re.sub(r"[\s*:：]", "", _ASIDE.sub("", folded)) or re.sub(r"[\s*:：]", "", folded)
    return bare.lower()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Bare title → field, and the fields without which a table is not the one that is meant."""

    known: Mapping[str, str] = field(default_factory=dict)
    required: frozenset[str] = frozenset()


ANYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class Heading:
    """Which field stands in which column (None: no title), and the row of the titles."""

    row: int
    fields: list[str | None]
    titles: list[str] = field(default_factory=list)

    def of(self, line: Line) -> Iterator[tuple[str | None, int, Cell]]:
        """(field, column, cell) of every cell that has something in it."""
        for column, cell in enumerate(line.cells):
            if cell:
                yield (self.fields[column] if column < len(self.fields) else None), column, cell


def read_heading(
    lines: Iterator[Line], known: Mapping[str, str], required: Mapping[str, str]
) -> tuple[Heading, Iterator[Line]]:
    """The titles and the lines below them. `known`: bare title → field; `required`: field → title.

    SheetProblem `bad_titles` lists everything that is wrong with them at once.
    """
    above: list[Line] = []
    for line in lines:
        above.append(line)
        if len(above) == MAX_ABOVE:
            break
    if not above:
        raise SheetProblem("empty")
    best = max(above, key=lambda line: (_known_in(line, known), -line.number))
    heading = Heading(
        best.number, [_field(cell, known) for cell in best.cells], [_title(c) for c in best.cells]
    )
    findings = list(_findings(heading, required))
    if findings:
        raise SheetProblem("bad_titles", findings=findings)
    below = [line for line in above if line.number > best.number]
    return heading, chain(below, lines)


def _known_in(line: Line, known: Mapping[str, str]) -> int:
    return len({_field(cell, known) for cell in line.cells} - {None})


def _title(cell: Cell) -> str:
    return " ".join(cell.split()) if isinstance(cell, str) else ""


def _field(cell: Cell, known: Mapping[str, str]) -> str | None:
    return known.get(bare_title(cell)) if isinstance(cell, str) and cell else None


def _findings(heading: Heading, required: Mapping[str, str]) -> Iterator[dict[str, object]]:
    seen: set[str] = set()
    for column, (name, title) in enumerate(zip(heading.fields, heading.titles, strict=True)):
        place = {"row": heading.row, "column": title[:40], "cell": f"{column_letters(column)}{heading.row}"}
        if name is None and title:
            yield {"code": "unknown_column", **place}
        elif name is not None and name in seen and name != IGNORED:
            yield {"code": "column_twice", **place}
        elif name is not None:
            seen.add(name)
    for name, title in required.items():
        if name not in seen:
            yield {"code": "missing_column", "row": heading.row, "column": title, "cell": ""}
