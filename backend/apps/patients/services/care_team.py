"""Who cares for a patient. Object grants follow the live relations of a person, in the same transaction."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from apps.access.services.grants import drop_lapsed, grant_open_sql, open_permissions, set_grants
from apps.identity.models import StaffMember
from apps.patients.errors import PatientMerged
from apps.patients.models import (
    CareRole,
    CareTeamMember,
    Patient,
    PatientDepartment,
    PatientUserObjectPermission,
)
from kernel import clock, ids
from kernel.errors import InvalidValue, NotFound, StateConflict
from kernel.prepared import Prepared

# The patient's row is locked only when the relation is new: it orders this against join and leave of the same patient.
_NOTE_BOOKING = Prepared(
    "note_booking",
    f"""
WITH fresh AS (
  SELECT p.id FROM patients_patient p WHERE p.id = %(object)s AND NOT EXISTS (
    SELECT FROM patients_careteammember m WHERE m.patient_id = %(object)s AND m.staff_id = %(staff)s
      AND m.role = 'attending' AND m.ended_at IS NULL AND m.valid_until IS NULL AND m.can_change)
  FOR NO KEY UPDATE
), joined AS (
  INSERT INTO patients_careteammember
    (id, created_at, updated_at, hospital_id, patient_id, staff_id, role, can_change)
  SELECT %(id)s, %(now)s, %(now)s, %(hospital)s, fresh.id, %(staff)s, 'attending', true FROM fresh
  ON CONFLICT (patient_id, staff_id, role) WHERE ended_at IS NULL
  DO UPDATE SET valid_until = NULL, can_change = true, updated_at = EXCLUDED.updated_at
  RETURNING staff_id
), holder AS (
  SELECT s.user_id FROM joined JOIN identity_staffmember s ON s.id = joined.staff_id
), granted AS ({grant_open_sql(PatientUserObjectPermission, "holder")}
), treated AS (
  INSERT INTO patients_patientdepartment (hospital_id, patient_id, department_id)
  SELECT %(hospital)s, %(object)s, %(department)s WHERE NOT EXISTS (
    SELECT FROM patients_patientdepartment d WHERE d.patient_id = %(object)s AND d.department_id = %(department)s)
  ON CONFLICT (patient_id, department_id) DO NOTHING
)
SELECT count(*) FROM joined
""",  # noqa: S608 - fragments of our own
    {"id": "uuid", "now": "timestamptz", "permissions": "integer[]"}
    | dict.fromkeys(("hospital", "object", "staff", "department"), "uuid"),
    writes=True,
    by_key=True,
)


def note_booking(*, hospital_id: UUID, patient_id: UUID, staff_id: UUID, department_id: UUID) -> None:
    """The doctor attends the patient from now on and the department treats the patient.

    One statement; call it inside the booking's transaction.
    """
    values: dict[str, Any] = {
        "id": ids.uuid7(), "now": clock.now(), "hospital": hospital_id, "object": patient_id,
        "staff": staff_id, "department": department_id,
        "permissions": open_permissions(PatientUserObjectPermission, ("view_patient", "change_patient")),
    }  # fmt: skip
    with connection.cursor() as cursor:
        _NOTE_BOOKING.execute(cursor, values)


def note_department(*, hospital_id: UUID, patient_id: UUID, department_id: UUID) -> None:
    """The department treats the patient; its head sees the patient from now on."""
    PatientDepartment.objects.bulk_create(
        [PatientDepartment(hospital_id=hospital_id, patient_id=patient_id, department_id=department_id)],
        ignore_conflicts=True,
    )


@transaction.atomic
def join(
    *,
    patient: Patient,
    staff: StaffMember,
    role: CareRole,
    can_change: bool = True,
    valid_until: dt.datetime | None = None,
    shared_by: StaffMember | None = None,
) -> CareTeamMember:
    """The person takes that role for the patient (an existing live relation of the role is brought to these terms)."""
    if staff.hospital_id != patient.hospital_id:
        raise InvalidValue(field="staff")
    if valid_until is not None and valid_until <= clock.now():
        raise InvalidValue(field="valid_until")
    if patient.merged_into_id is not None:
        raise PatientMerged(merged_into=str(patient.merged_into_id))
    _lock(patient.pk)
    terms = {"can_change": can_change, "valid_until": valid_until, "shared_by": shared_by}
    member, created = CareTeamMember.objects.get_or_create(
        patient=patient,
        staff=staff,
        role=role,
        ended_at=None,
        defaults={"hospital_id": patient.hospital_id, **terms},
    )
    if not created:
        for name, value in terms.items():
            setattr(member, name, value)
        member.updated_at = clock.now()
        member.save(update_fields=[*terms, "updated_at"])
    follow(patient.pk, staff.pk, staff.user_id)
    return member


@transaction.atomic
def leave(*, patient_id: UUID, staff_id: UUID, role: CareRole) -> None:
    """The relation of that role ends now; grants stay as far as another relation carries them. No relation: nothing."""
    _lock(patient_id)
    live = CareTeamMember.objects.filter(patient_id=patient_id, staff_id=staff_id, role=role, ended_at=None)
    if live.update(ended_at=clock.now(), updated_at=clock.now()):
        follow(patient_id, staff_id)


def share(
    *,
    patient: Patient,
    staff: StaffMember,
    by: StaffMember,
    can_change: bool,
    valid_until: dt.datetime | None,
) -> CareTeamMember:
    """`by` lets a colleague of the hospital see (and change) the patient until `valid_until` (None: until ended)."""
    if staff.pk == by.pk:
        raise InvalidValue(field="staff")
    return join(
        patient=patient,
        staff=staff,
        role=CareRole.SHARED,
        can_change=can_change,
        valid_until=valid_until,
        shared_by=by,
    )


def end_share(member: CareTeamMember) -> CareTeamMember:
    """Take a share back; StateConflict if it is not a share."""
    if member.role != CareRole.SHARED:
        raise StateConflict
    return end(member)


@transaction.atomic
def end(member: CareTeamMember) -> CareTeamMember:
    """End this relation now; StateConflict if it has ended before."""
    _lock(member.patient_id)
    changes = {"ended_at": clock.now(), "updated_at": clock.now()}
    if not CareTeamMember.objects.filter(pk=member.pk, ended_at=None).update(**changes):
        raise StateConflict
    member.ended_at = changes["ended_at"]
    follow(member.patient_id, member.staff_id)
    return member


def sweep(limit: int = 1000) -> int:
    """End lapsed relations and remove lapsed grants (both stopped counting at their end); returns relations ended."""
    lapsed = CareTeamMember.objects.filter(ended_at=None, valid_until__lte=clock.now())
    rows = list(lapsed.order_by("patient_id").values_list("pk", "patient_id", "staff_id")[:limit])
    for pk, patient_id, staff_id in rows:
        with transaction.atomic():
            _lock(patient_id)
            still = CareTeamMember.objects.filter(pk=pk, ended_at=None, valid_until__lte=clock.now())
            if still.update(ended_at=clock.now(), updated_at=clock.now()):
                follow(patient_id, staff_id)
    drop_lapsed(PatientUserObjectPermission, clock.now())
    return len(rows)


def _lock(patient_id: UUID) -> None:
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
