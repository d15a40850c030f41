"""标签: a hospital's words for patients, put on and taken off many at once."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from apps.patients.models import Patient, PatientTag
from kernel import clock
from kernel.errors import REQUIRED, Expectation, InvalidValue, StateConflict
from kernel.locks import lock_rows
from kernel.rows import create_row
from kernel.text import clean_line

#: As many as the archive's own field takes.
MAX_TAGS = 50
TAGS_FULL = Expectation(
    "tags_full", f"每位患者最多 {MAX_TAGS} 个标签", f"A patient has {MAX_TAGS} tags at most."
)
TAGGABLE = Expectation(
    "taggable",
    "患者须为本院未合并的档案",
    "Patients have to be archives of the hospital that were not merged.",
)

#: What parts several tags in one cell of a sheet, and therefore stands in none.
BETWEEN_TAGS = re.compile(r"[;；,，、|\n]")
ONE_TAG = Expectation(
    "one_tag", "标签名称不能含有 ; , 、 | 等分隔符", "The name of a tag holds none of ; , 、 |."
)


NO_TAG = Expectation(
    "no_tag",
    "没有这个标签,请先在患者标签中添加",
    "There is no such tag; add it to the hospital's tags first.",
)


def words_of(hospital_id: UUID) -> dict[str, str]:
    """The tags in force: how a name is compared → how it is written."""
    tags = PatientTag.objects.filter(hospital_id=hospital_id, is_active=True).order_by("sort", "id")
    return {name.casefold(): name for name in tags.values_list("name", flat=True)}


def known_tags(names: Iterable[str], words: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Names as the hospital writes them, each once, and those that it does not have."""
    typed = [name for name in map(clean_line, names) if name]
    known = dict.fromkeys(words[name.casefold()] for name in typed if name.casefold() in words)
    return list(known), [name for name in typed if name.casefold() not in words]


def checked_tags(names: Collection[str], hospital_id: UUID, *, kept: Iterable[str] = ()) -> list[str]:
    """Tags as the hospital writes them; those `kept` may be out of force. InvalidValue for an unknown one."""
    if not names:
        return []
    words = words_of(hospital_id)
    known, unknown = known_tags(names, {name.casefold(): name for name in kept} | words)
    if unknown:
        raise InvalidValue(field="tags", expected=NO_TAG, choices=words.values())
    return known


def create_tag(*, name: str, **fields: Any) -> PatientTag:
    """Add a word; DuplicateValue, InvalidValue. Patients keep it, whatever becomes of it."""
    spaced = " ".join(name.split())
    if not spaced:
        raise InvalidValue(field="name", expected=REQUIRED)
    if BETWEEN_TAGS.search(spaced):
        raise InvalidValue(field="name", expected=ONE_TAG)
    return create_row(PatientTag, name=spaced, **fields)


@transaction.atomic
def put_on(tag: PatientTag, patient_ids: Iterable[UUID]) -> int:
    """Put the word on these patients of the tag's hospital; returns on how many it was not yet.

    StateConflict for a word out of force; InvalidValue if a patient is of another hospital, merged or full of words.
    """
    if not tag.is_active:
        raise StateConflict
    changed = [patient for patient in _patients(tag, patient_ids) if tag.name not in patient.tags]
    if any(len(patient.tags) >= MAX_TAGS for patient in changed):
        raise InvalidValue(field="patient_ids", expected=TAGS_FULL)
    return _write(changed, {patient.pk: [*patient.tags, tag.name] for patient in changed})


@transaction.atomic
def remove_tag(tag: PatientTag, patient_ids: Iterable[UUID]) -> int:
    """Take the word off these patients; returns how many had it. InvalidValue as in `put_on`."""
    changed = [patient for patient in _patients(tag, patient_ids) if tag.name in patient.tags]
    return _write(changed, {p.pk: [name for name in p.tags if name != tag.name] for p in changed})


def _patients(tag: PatientTag, patient_ids: Iterable[UUID]) -> list[Patient]:
    wanted = set(patient_ids)
    found = lock_rows(Patient.objects.filter(pk__in=wanted, hospital_id=tag.hospital_id, merged_into=None))
    if len(found) != len(wanted):
        raise InvalidValue(field="patient_ids", expected=TAGGABLE)
    return found


def _write(patients: list[Patient], tags: dict[UUID, list[str]]) -> int:
    for patient in patients:
        Patient.objects.filter(pk=patient.pk).update(
            tags=tags[patient.pk], version=F("version") + 1, updated_at=clock.now()
        )
    return len(patients)
