"""What keeps a business day open. Apps say it of their own things; a day with any of them is not closed."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from kernel.errors import in_english

#: Named of each kind at most.
MAX_SHOWN = 50


@dataclass(frozen=True, slots=True)
class OpenThing:
    """One thing that is not finished: whose id and number or name people find it by."""

    subject_id: UUID | None
    subject_name: str


#: (hospital, day) → what of that day, or of an earlier one, is not finished.
Finder = Callable[[UUID, dt.date], Iterable[OpenThing]]


@dataclass(frozen=True, slots=True)
class BlockerKind:
    """`code` is `<app>.<what>`; `subject_type`: label of the model whose ids are named."""

    code: str
    zh: str
    en: str
    subject_type: str
    find: Finder

    @property
    def name(self) -> str:
        """In the request's language."""
        return self.en if in_english() else self.zh


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What is shown of an open thing."""

    kind: str
    kind_name: str
    subject_type: str
    subject_id: str
    subject_name: str


KINDS: dict[str, BlockerKind] = {}


def register(kind: BlockerKind) -> None:
    """From now on; TypeError for a code that is taken."""
    if kind.code in KINDS:
        raise TypeError(f"two kinds of open things are named {kind.code!r}")
    KINDS[kind.code] = kind


def open_items(hospital_id: UUID, day: dt.date) -> list[OpenItem]:
    """Everything that keeps that day open, at most MAX_SHOWN of each kind."""
    return [
        OpenItem(kind.code, kind.name, kind.subject_type, str(thing.subject_id or ""), thing.subject_name)
        for _, kind in sorted(KINDS.items())
        for _, thing in zip(range(MAX_SHOWN), kind.find(hospital_id, day), strict=False)
    ]
