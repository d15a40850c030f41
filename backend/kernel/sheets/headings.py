"""Titles of columns as people write them: found below a letterhead, read without blanks, brackets and stars."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from kernel.sheets.cells import Cell, Line, SheetProblem, column_letters

#: The field of columns that say nothing; there may be several.
IGNORED = "ignored"
#: The field of columns that say something for which there is no place.
LEFT_OUT = "left_out"
#: Rows looked at for the titles: a letterhead, a date, a remark may stand above.
MAX_ABOVE = 20
#: No title is longer: what follows would cost a reader time and say nothing.
MAX_TITLE = 120
_ASIDE = re.compile(r"[(\[【〔<][^()\[\]【】〔〕<>]*[)\]】〕>]")


def bare_title(text: str) -> str:
    """`手机\\n号`, ` 手机号 * `, `手机号（必填）` → `手机号`; Latin titles in lower case."""
    folded = unicodedata.normalize("NFKC", text[:MAX_TITLE])
    bare = re.sub(r"[\s*:：]", "", _ASIDE.sub("", _ASIDE.sub("", folded))) or re.sub(r"[\s*:：]", "", folded)
    return bare.lower()


@dataclass(frozen=True, slots=True)
class Form:
    """A form of table. `known`: bare title → field; `required`: field → title.

    `marks`: sets of bare titles, all of one of which tell the form; a form without marks is tried last. `is_lenient`:
    what its titles do not say is left out, as in files that other programs write.
    """

    code: str = ""
    zh: str = ""
    en: str = ""
    known: Mapping[str, str] = field(default_factory=dict)
    required: Mapping[str, str] = field(default_factory=dict)
    marks: tuple[frozenset[str], ...] = ()
    is_lenient: bool = False

    def fields(self, titles: Iterable[Cell]) -> set[str]:
        """The fields that such titles name."""
        return {self.known[bare] for bare in _bare(titles) if bare in self.known}

    def is_marked(self, titles: Iterable[Cell]) -> bool:
        """Whether the titles are those of this form and of no other."""
        bare = set(_bare(titles))
        return any(mark <= bare for mark in self.marks)


ANYTHING = Form()


def form_of(titles: Sequence[Cell], forms: Sequence[Form]) -> Form:
    """The form whose marks are among the titles, else the one without marks."""
    plain = next(form for form in forms if not form.marks)
    return next((form for form in forms if form.is_marked(titles)), plain)


@dataclass(frozen=True, slots=True)
class Heading:
    """Which field stands in which column (None: no title), the row of the titles, and the form they are of."""

    row: int
    fields: list[str | None]
    titles: list[str] = field(default_factory=list)
    form: Form = ANYTHING

    def of(self, line: Line) -> Iterator[tuple[str | None, int, Cell]]:
        """(field, column, cell) of every cell that has something in it."""
        for column, cell in enumerate(line.cells):
            if cell:
                yield (self.fields[column] if column < len(self.fields) else None), column, cell


def read_heading(lines: Iterator[Line], forms: Sequence[Form]) -> tuple[Heading, Iterator[Line]]:
    """The titles and the lines below. SheetProblem `bad_titles` lists everything that is wrong with them at once."""
    above: list[Line] = []
    for line in lines:
        above.append(line)
        if len(above) == MAX_ABOVE:
            break
    if not above:
        raise SheetProblem("empty")
    best = max(above, key=lambda line: (max(len(form.fields(line.cells)) for form in forms), -line.number))
    form = form_of(best.cells, forms)
    heading = Heading(
        best.number, [_field(cell, form) for cell in best.cells], [_title(c) for c in best.cells], form
    )
    findings = list(_findings(heading))
    if findings:
        raise SheetProblem("bad_titles", findings=findings)
    below = [line for line in above if line.number > best.number]
    return heading, chain(below, lines)


def _bare(titles: Iterable[Cell]) -> Iterator[str]:
    return (bare_title(title) for title in titles if isinstance(title, str) and title)


def _title(cell: Cell) -> str:
    return " ".join(cell.split()) if isinstance(cell, str) else ""


def _field(cell: Cell, form: Form) -> str | None:
    if not isinstance(cell, str) or not cell:
        return None
    return form.known.get(bare_title(cell)) or (LEFT_OUT if form.is_lenient else None)


def _findings(heading: Heading) -> Iterator[dict[str, object]]:
    seen: dict[str, str] = {}
    for column, (name, title) in enumerate(zip(heading.fields, heading.titles, strict=True)):
        place = {"row": heading.row, "column": title[:40], "cell": f"{column_letters(column)}{heading.row}"}
        if name is None and title:
            yield {"code": "unknown_column", **place}
        elif name is not None and name in seen and name not in (IGNORED, LEFT_OUT):
            other = seen[name]
            same = bare_title(other) == bare_title(title)
            yield (
                {"code": "column_twice", **place}
                if same
                else {"code": "field_twice", "other": other, **place}
            )
        elif name is not None:
            seen[name] = title[:40]
    for name, title in heading.form.required.items():
        if name not in seen:
            yield {"code": "missing_column", "row": heading.row, "column": title, "cell": ""}
