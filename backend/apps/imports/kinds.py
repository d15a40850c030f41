"""Kinds of import, registered by the apps whose rows they will be."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeAlias

from apps.access.actor import Actor
from apps.imports.models import ImportJob, StagedRow
from apps.imports.reasons import Words
from kernel.errors import in_english
from kernel.files import FileOwner, require_defined
from kernel.sheets import Form, Heading, Line

#: What is wrong with a file or a cell: {code, …place, is_remark?}.
Finding: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """What people download to fill in: titles, rows as examples, (title, what is expected) for the second sheet."""

    titles: Sequence[str]
    examples: Sequence[Sequence[str]]
    notes: Callable[[], Sequence[tuple[str, str]]]


class ImportKind(Protocol):
    """What is imported. `code` is stored for ever.

    `owner`: of uploaded files; `result_owner`: of the sheets of results, XLSX and CSV, both sealed and read by nobody.
    `forms`: the forms of file that are known, the template's own first. `staged`: the table of rows between check and
    apply. `words`: code of a problem → what is wrong, beside those of `reasons.WORDS`.
    """

    code: ClassVar[str]
    zh: ClassVar[str]
    en: ClassVar[str]
    owner: ClassVar[FileOwner]
    result_owner: ClassVar[FileOwner]
    forms: ClassVar[tuple[Form, ...]]
    staged: ClassVar[type[StagedRow]]
    template: ClassVar[Template]
    words: ClassVar[Words] = {}
    max_rows: ClassVar[int] = 200_000
    accepts_cards: ClassVar[bool] = False  #: vCard files, too

    def rows(self, job: ImportJob, heading: Heading, lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
        """Read the lines: columns of `staged` with what is wrong with each row; secrets are sealed."""
        ...

    def mark_on_file(self, job: ImportJob) -> Finding | None:
        """Tell staged rows whose record is there; once more before they are applied.

        Rows tell nothing of a record that the importer may not see. Answers why the check stops, if that is so: rows
        would tell an importer too often that a record is there.
        """
        ...

    def mark_in_file(self, job: ImportJob) -> None:
        """Tell staged rows that say the same as an earlier one."""
        ...

    def shown_to(self, actor: Actor | None, job: ImportJob, problems: list[Finding]) -> list[Finding | None]:
        """The problems as that person may read them, nothing of records out of reach; None: not told."""
        return [*problems]

    def reserve(self, job: ImportJob, count: int) -> dict[str, Any]:
        """Set numbers aside for so many records, before the transaction: `ImportJob.reserved`."""
        return {}

    def insert(self, job: ImportJob) -> int:
        """Let the good rows be records; returns how many. Runs in the transaction that applies."""
        ...

    def forget_secrets(self, job: ImportJob) -> None:
        """Good rows with remarks stay for a week once they are applied: without what is secret."""
        ...

    @property
    def name(self) -> str:
        """In the request's language."""
        return self.en if in_english() else self.zh


KINDS: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> None:
    """Make a kind known; TypeError for a code that is taken, or words that are missing."""
    if kind.code in KINDS:
        raise TypeError(f"two kinds of import are named {kind.code!r}")
    if not kind.zh or not kind.en or not kind.forms:
        raise TypeError(f"import {kind.code!r}: words in both languages and a form of file")
    require_defined(kind.owner)
    require_defined(kind.result_owner)
    KINDS[kind.code] = kind
