"""The uploaded file of a job as rows: for the check, and for the sheet of results."""

from collections.abc import Iterable, Iterator
from typing import IO, Any

from apps.access.actor import Actor
from apps.files.content import open_file
from apps.files.models import File
from apps.imports.errors import ImportUnreadable
from apps.imports.kinds import KINDS, ImportKind
from apps.imports.models import ImportJob, RowOutcome
from apps.imports.reasons import Words, reason
from apps.imports.selectors import importer_of
from apps.imports.states import ImportState
from kernel.errors import in_english
from kernel.sheets import LEFT_OUT, Cell, Heading, Line, SheetProblem, read_heading, rows_of

MAX_FINDINGS = 200
BATCH = 1000
#: What a spreadsheet would write for a number whose digits are lost, and for a cell of several columns.
DISTRUSTED = {"number_lost": "#NUM!", "merged_cell": "#VALUE!"}
#: What a sheet of results adds in front.
RESULT = ("原行号", "检查结果", "原因")
#: What becomes of a row, and what has become of it, in Chinese and English.
_PLANNED: Words = {
    RowOutcome.GOOD: ("可导入", "Can be imported"), RowOutcome.BAD: ("错误", "Wrong"),
    RowOutcome.DUPLICATE: ("重复(跳过)", "Duplicate (to be skipped)"),
}  # fmt: skip
_DONE: Words = {
    RowOutcome.GOOD: ("已导入", "Imported"), RowOutcome.BAD: ("错误(未导入)", "Wrong (not imported)"),
    RowOutcome.DUPLICATE: ("重复(已跳过)", "Duplicate (skipped)"),
}  # fmt: skip
_IN_PART = ("(部分内容除外)", " in part")


def unreadable(code: str) -> ImportUnreadable:
    """The refusal of a file, in the words of its reason."""
    return ImportUnreadable(field="file", why=code, said=reason({"code": code}, {}))


def opened(job: ImportJob) -> IO[bytes]:
    """The file as it was uploaded; FileNotFoundError once it is forgotten."""
    return open_file(File.objects.get(pk=job.file_id))


def table(job: ImportJob, file: IO[bytes]) -> tuple[Heading, Iterator[Line]]:
    """The titles and the lines below. SheetProblem while it is read."""
    kind = KINDS[job.kind]
    rows = rows_of(file, job.file_type, most_rows=kind.max_rows, forms=kind.forms)
    return read_heading(rows, kind.forms)


def staged_rows(job: ImportJob, kind: ImportKind, file: IO[bytes]) -> Iterator[dict[str, Any]]:
    """The rows as the kind reads them. Notes on the job which form it is and which columns are left out."""
    heading, lines = table(job, file)
    job.form = heading.form.code
    left_out: dict[str, None] = {}
    yield from kind.rows(job, heading, _noting(heading, lines, left_out))
    job.left_out = list(left_out)


def _noting(heading: Heading, lines: Iterable[Line], left_out: dict[str, None]) -> Iterator[Line]:
    """The lines; `left_out` gets the titles of columns that have content and no place."""
    columns = [column for column, name in enumerate(heading.fields) if name == LEFT_OUT]
    for line in lines:
        for column in columns:
            if column < len(line.cells) and line.cells[column]:
                left_out[heading.titles[column]] = None
        yield line


def findings(error: SheetProblem | FileNotFoundError) -> tuple[str, list[dict[str, Any]]]:
    """The code of what is wrong with the file, and each finding with its place."""
    if not isinstance(error, SheetProblem):
        return "unreadable", [{"code": "unreadable"}]
    found = error.findings
    first = found[0]["code"]
    places = [f.get("column") or f.get("cell") or f.get("line") for f in found if f["code"] == first]
    named = "、".join(str(place) for place in places if place)
    return (f"{first}: {named}" if named else first)[:255], found[:MAX_FINDINGS]


def problem_rows(job: ImportJob, reader: Actor | None) -> Iterator[dict[str, Any]]:
    """Every problem and remark with its row, in the order of the file, as that person may read it."""
    last, kind = 0, KINDS[job.kind]
    rows = kind.staged._default_manager.filter(job=job).exclude(problems=[]).order_by("row_number")
    while batch := list(rows.filter(row_number__gt=last).values("row_number", "outcome", "problems")[:BATCH]):
        found = [(row["row_number"], row["outcome"], problem) for row in batch for problem in row["problems"]]
        shown = kind.shown_to(reader, job, [problem for *_, problem in found])
        for (number, outcome, _), problem in zip(found, shown, strict=True):
            if problem is not None:
                yield {"row": number, "outcome": outcome, "problem": problem}
        last = batch[-1]["row_number"]


def result_rows(job: ImportJob) -> Iterator[list[str]]:
    """The file as it was uploaded, from its titles on, with columns of rows, outcomes and reasons in front.

    For who uploaded it. SheetProblem while it is read; FileNotFoundError once the file is forgotten.
    """
    kind = KINDS[job.kind]
    outcomes: dict[int, str] = {}
    reasons: dict[int, list[str]] = {}
    for row in problem_rows(job, importer_of(job)):
        outcomes[row["row"]], problem = row["outcome"], row["problem"]
        reasons.setdefault(row["row"], []).append(f"{problem['column']}:{reason(problem, kind.words)}")
    with opened(job) as file:
        heading, lines = table(job, file)
        columns = [at for at, title in enumerate(heading.titles) if title not in RESULT]
        yield [*RESULT, *(heading.titles[at] for at in columns)]
        for line in lines:
            said = reasons.get(line.number, [])
            word = outcome_word(job, outcomes.get(line.number, RowOutcome.GOOD), in_part=bool(said))
            shown = (_shown(line.cells[at]) if at < len(line.cells) else "" for at in columns)
            yield [str(line.number), word, "; ".join(said), *shown]


def outcome_word(job: ImportJob, outcome: str, *, in_part: bool) -> str:
    """What becomes of a row, or has become of it once the import is applied; of a good row a part may be left out."""
    words, language = _DONE if job.state == ImportState.APPLIED else _PLANNED, 1 if in_english() else 0
    return words[outcome][language] + (_IN_PART[language] if outcome == RowOutcome.GOOD and in_part else "")


def _shown(cell: Cell) -> str:
    """What the cell says; one that can't be trusted is marked, so that it is refused again if nobody mends it."""
    if isinstance(cell, str):
        return cell
    return cell.shown if cell.code == "broken_text" else DISTRUSTED.get(cell.code, "#N/A")
