"""标签: a hospital's words for patients, put on and taken off many at once."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from apps.patients.models import Patient, PatientTag
from kernel import clock
from kernel.errors import DuplicateValue, InvalidValue, StateConflict
from kernel.locks import lock_rows, save_version

#: As many as the archive's own field takes.
MOST_TAGS = 50


def create_tag(**fields: Any) -> PatientTag:
    """Add a word; DuplicateValue, InvalidValue."""
    tag = PatientTag(**fields)
    tag.name = " ".join(tag.name.split())
    if not tag.name:
        raise InvalidValue(field="name")
    try:
        with transaction.atomic():
            tag.save(force_insert=True)
    except IntegrityError as error:
        raise DuplicateValue(field="name") from error
    return tag


def update_tag(tag: PatientTag, *, version: int, **changes: Any) -> PatientTag:
    """Recolour, sort or deactivate a word read at `version`; patients keep it. StaleVersion."""
    for name, value in changes.items():
        setattr(tag, name, value)
    save_version(tag, set(changes), version=version)
    return tag


@transaction.atomic
def put_on(tag: PatientTag, patient_ids: Iterable[UUID]) -> int:
    """Put the word on these patients of the tag's hospital; returns on how many it was not yet.

    StateConflict for a word out of force; InvalidValue if a patient is of another hospital, merged or full of words.
    """
    if not tag.is_active:
        raise StateConflict
    changed = [patient for patient in _patients(tag, patient_ids) if tag.name not in patient.tags]
    if any(len(patient.tags) >= MOST_TAGS for patient in changed):
        raise InvalidValue(field="patient_ids")
    return _write(changed, {patient.pk: [*patient.tags, tag.name] for patient in changed})


@transaction.atomic
def take_off(tag: PatientTag, patient_ids: Iterable[UUID]) -> int:
    """Take the word off these patients; returns how many had it. InvalidValue as in `put_on`."""
    changed = [patient for patient in _patients(tag, patient_ids) if tag.name in patient.tags]
    return _write(changed, {p.pk: [name for name in p.tags if name != tag.name] for p in changed})


def _patients(tag: PatientTag, patient_ids: Iterable[UUID]) -> list[Patient]:
    wanted = set(patient_ids)
    found = lock_rows(Patient.objects.filter(pk__in=wanted, hospital_id=tag.hospital_id, merged_into=None))
    if len(found) != len(wanted):
        raise InvalidValue(field="patient_ids")
    return found


def _write(patients: list[Patient], tags: dict[UUID, list[str]]) -> int:
    for patient in patients:
        Patient.objects.filter(pk=patient.pk).update(
            tags=tags[patient.pk], version=F("version") + 1, updated_at=clock.now()
        )
    return len(patients)
