"""Grants on a patient follow the live relations of a person, under the lock of the patient's row."""

import datetime as dt
from uuid import UUID

from django.db.models import Q

from apps.access.services.grants import set_grants
from apps.identity.models import StaffMember
from apps.patients.models import CareTeamMember, Patient, PatientUserObjectPermission
from kernel import clock
from kernel.errors import NotFound


def lock_patient(patient_id: UUID) -> None:
    """Order changes of one patient's relations; rows that refer to the patient can still be written meanwhile."""
    if not Patient.objects.select_for_update(no_key=True).filter(pk=patient_id).values_list("pk"):
        raise NotFound


def follow(patient_id: UUID, staff_id: UUID, user_id: UUID | None = None) -> None:
    """Bring the person's grants in line with the live relations. The patient's row is locked."""
    user_id = user_id or StaffMember.objects.filter(pk=staff_id).values_list("user_id", flat=True).first()
    if user_id is None:
        return
    live = Q(valid_until=None) | Q(valid_until__gt=clock.now())
    relations = CareTeamMember.objects.filter(live, patient_id=patient_id, staff_id=staff_id, ended_at=None)
    terms = list(relations.values_list("can_change", "valid_until"))
    wanted: dict[str, dt.datetime | None] = {}
    for codename, ends in (
        ("view_patient", [until for _, until in terms]),
        ("change_patient", [until for can_change, until in terms if can_change]),
    ):
        if ends:
            dated = [until for until in ends if until is not None]
            wanted[codename] = max(dated) if len(dated) == len(ends) else None
    set_grants(PatientUserObjectPermission, patient_id, user_id, wanted)
