"""How much two archives look like one person's: pure, and the same for one patient and for the whole hospital."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.patients.models import Gender, Patient

LIKELY = 50
#: Points per reason; `different_id_number` speaks against (twins, parent and child under one phone).
POINTS = {
    "same_id_number": 70, "same_phone": 35, "same_name": 35, "same_pinyin": 25, "same_birth_date": 30,
    "same_gender": 5, "different_id_number": -40,
}  # fmt: skip
#: Values that archives have in common before they are compared; each has an index or is grouped by.
ALIKE: tuple[tuple[str, ...], ...] = (
    ("national_id_index",),
    ("phone_index", "pinyin"),
    ("phone_index", "birth_date"),
    ("name_key", "birth_date"),
)
COLUMNS = ("id", "name_key", "pinyin", "gender", "birth_date", "id_kind", "national_id_index", "phone_index")


@dataclass(frozen=True, slots=True)
class Archive:
    """What is compared; secrets only by their blind indexes."""

    id: UUID
    name_key: str
    pinyin: str
    gender: str
    birth_date: dt.date | None
    id_kind: str
    national_id_index: bytes | None
    phone_index: bytes | None

    @classmethod
    def read(cls, row: Sequence[Any]) -> "Archive":
        """From a row of COLUMNS."""
        values = dict(zip(COLUMNS, row, strict=True))
        for name in ("national_id_index", "phone_index"):
            values[name] = bytes(values[name]) if values[name] else None
        return cls(**values)

    @classmethod
    def of(cls, patient: Patient) -> "Archive":
        """From a patient."""
        return cls.read([getattr(patient, name) for name in COLUMNS])


@dataclass(frozen=True, slots=True)
class Likeness:
    """0 – 100 with the reasons, the weightiest first."""

    score: int
    reasons: list[str]

    @property
    def likely(self) -> bool:
        """Whether somebody should look."""
        return self.score >= LIKELY


def compare(first: Archive, second: Archive) -> Likeness:
    """How alike two archives are."""
    numbers = (first.national_id_index, second.national_id_index)
    same = all(numbers) and numbers[0] == numbers[1]
    holds = {
        "same_id_number": same,
        "same_phone": _same(first.phone_index, second.phone_index),
        "same_name": _same(first.name_key, second.name_key),
        "same_pinyin": first.name_key != second.name_key and _same(first.pinyin, second.pinyin),
        "same_birth_date": _same(first.birth_date, second.birth_date),
        "same_gender": first.gender == second.gender != Gender.UNKNOWN,
        "different_id_number": all(numbers) and not same and first.id_kind == second.id_kind,
    }
    reasons = [reason for reason, true in holds.items() if true]
    return Likeness(max(0, min(100, sum(POINTS[reason] for reason in reasons))), reasons)


def _same(first: Any, second: Any) -> bool:
    return bool(first) and first == second
