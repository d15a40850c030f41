"""Contacts and guardians (监护人) one by one. A verified guardian may act for a minor (rules.md 23)."""

from typing import Any
from uuid import UUID

from django.db import transaction

from apps.patients.errors import PatientMerged
from apps.patients.models import Patient, RelatedPerson
from apps.patients.services.archive import check_contact
from kernel import clock
from kernel.errors import Expectation, InvalidValue, StateConflict

MAX_PERSONS = 20
PERSONS_FULL = Expectation(
    "persons_full", f"每位患者最多 {MAX_PERSONS} 位联系人", f"A patient has {MAX_PERSONS} contacts at most."
)
#: Who is meant changed with any of these: somebody has to look again.
IDENTITY = ("name", "id_kind", "national_id", "is_guardian")
LINKED = Expectation(
    "linked_patient",
    "须为本院另一位患者的档案",
    "It has to be the archive of another patient of the hospital.",
)


@transaction.atomic
def add_person(*, patient: Patient, linked_patient: Patient | None = None, **fields: Any) -> RelatedPerson:
    """Add a contact; `linked_patient` is the person's own archive. InvalidValue, PatientMerged."""
    _lock(patient)
    if RelatedPerson.objects.filter(patient=patient).count() >= MAX_PERSONS:
        raise InvalidValue(field="patient_id", expected=PERSONS_FULL)
    person = RelatedPerson(
        patient=patient, hospital_id=patient.hospital_id, linked_patient=linked_patient, **fields
    )
    _check(person)
    person.save(force_insert=True)
    return person


@transaction.atomic
def change_person(person: RelatedPerson, **changes: Any) -> RelatedPerson:
    """Change a contact; a guardian whose identity changes is no longer verified. InvalidValue, PatientMerged."""
    _lock(person.patient)
    before = [getattr(person, name) for name in IDENTITY]
    for name, value in changes.items():
        setattr(person, name, value)
    _check(person)
    if [getattr(person, name) for name in IDENTITY] != before:
        person.verified_at = person.verified_by = None
    person.updated_at = clock.now()
    person.save()
    return person


@transaction.atomic
def remove_person(person: RelatedPerson) -> None:
    """Remove a contact; PatientMerged."""
    _lock(person.patient)
    RelatedPerson.objects.filter(pk=person.pk).delete()


@transaction.atomic
def verify_guardian(person: RelatedPerson, *, by_id: UUID) -> RelatedPerson:
    """Somebody saw the guardian's document. StateConflict unless it is a guardian who is not verified yet."""
    _lock(person.patient)
    changes = {"verified_at": clock.now(), "verified_by_id": by_id, "updated_at": clock.now()}
    found = RelatedPerson.objects.filter(pk=person.pk, is_guardian=True, verified_at=None)
    if not found.update(**changes):
        raise StateConflict
    person.refresh_from_db()
    return person


def _lock(patient: Patient) -> None:
    row = Patient.objects.select_for_update(no_key=True, of=("self",)).get(pk=patient.pk)
    if row.merged_into_id is not None:
        raise PatientMerged(merged_into_id=str(row.merged_into_id))


def _check(person: RelatedPerson) -> None:
    check_contact(person)
    link = person.linked_patient
    if link is not None and (link.pk == person.patient_id or link.hospital_id != person.hospital_id):
        raise InvalidValue(field="linked_patient_id", expected=LINKED)
