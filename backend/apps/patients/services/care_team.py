"""Who cares for a patient. Object grants follow the live relations of a person, in the same transaction."""

import datetime as dt
from enum import Enum
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from apps.access.services.grants import drop_lapsed, grant_open_sql, open_permissions
from apps.identity.fragments import STAFF
from apps.identity.models import StaffMember
from apps.patients.errors import PatientMerged
from apps.patients.models import (
    CareRole,
    CareTeamMember,
    Patient,
    PatientDepartment,
    PatientUserObjectPermission,
)
from apps.patients.services.following import follow, lock_patient
from apps.patients.services.upholding import FOREVER, held_until, settle_shares
from kernel import clock, ids
from kernel.errors import IN_THE_PAST, InvalidValue, PermissionDenied, StateConflict
from kernel.expectations import ANOTHER, OF_THE_HOSPITAL
from kernel.prepared import Prepared
from kernel.sql import statement


class Unchanged(Enum):
    """Stands for what nobody has said anything about."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED
End = dt.datetime | Unchanged | None

_NOTE_BOOKING = Prepared(
    "note_booking",
    statement(
        "apps.patients",
        "note_booking",
        staff=STAFF,
        grant=grant_open_sql(PatientUserObjectPermission, "holder"),
    ),
    {"id": "uuid", "now": "timestamptz", "permissions": "integer[]", "by_booking": "boolean"}
    | dict.fromkeys(("hospital", "object", "staff", "department"), "uuid"),
    writes=True,
    by_key=True,
)


def note_booking(
    *, hospital_id: UUID, patient_id: UUID, staff_id: UUID, department_id: UUID, by_booking: bool = True
) -> None:
    """The doctor attends the patient from now on and the department treats the patient.

    One statement; call it inside the booking's transaction. `by_booking`: it is only a booking so far, and what is new
    ends with it if nobody comes (`services.upholding`).
    """
    values: dict[str, Any] = {
        "id": ids.uuid7(), "now": clock.now(), "hospital": hospital_id, "object": patient_id,
        "staff": staff_id, "department": department_id, "by_booking": by_booking,
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
    valid_until: End = UNCHANGED,
    shared_by: StaffMember | None = None,
    by_role: bool = False,
) -> CareTeamMember:
    """The person takes that role for the patient (an existing live relation of the role is brought to these terms).

    `valid_until`: None is for good; UNCHANGED keeps the end of the live relation, and is for good where there is none.
    """
    if staff.hospital_id != patient.hospital_id:
        raise InvalidValue(field="staff_id", expected=OF_THE_HOSPITAL)
    if isinstance(valid_until, dt.datetime) and valid_until <= clock.now():
        raise InvalidValue(field="valid_until", expected=IN_THE_PAST)
    if patient.merged_into_id is not None:
        raise PatientMerged(merged_into_id=str(patient.merged_into_id))
    lock_patient(patient.pk)
    valid_until = _end_of(patient, staff, role, valid_until)
    terms = {
        "can_change": can_change, "valid_until": valid_until, "shared_by": shared_by, "by_role": by_role,
        "by_booking": False,
    }  # fmt: skip
    member, created = CareTeamMember.objects.get_or_create(
        patient=patient, staff=staff, role=role, ended_at=None,
        defaults={"hospital_id": patient.hospital_id, **terms},
    )  # fmt: skip
    if not created:
        for name, value in terms.items():
            setattr(member, name, value)
        member.updated_at = clock.now()
        member.save(update_fields=[*terms, "updated_at"])
    follow(patient.pk, staff.pk, staff.user_id)
    if not created:
        settle_shares(patient.pk)
    return member


def _end_of(patient: Patient, staff: StaffMember, role: CareRole, asked: End) -> dt.datetime | None:
    """Until when a relation is to last; under the patient's lock."""
    if not isinstance(asked, Unchanged):
        return asked
    live = CareTeamMember.objects.filter(
        patient=patient, staff=staff, role=role, ended_at=None, valid_until__gt=clock.now()
    )
    return live.values_list("valid_until", flat=True).first()


@transaction.atomic
def leave(*, patient_id: UUID, staff_id: UUID, role: CareRole) -> None:
    """The relation of that role ends now; grants stay as far as another relation carries them. No relation: nothing."""
    lock_patient(patient_id)
    live = CareTeamMember.objects.filter(patient_id=patient_id, staff_id=staff_id, role=role, ended_at=None)
    if live.update(ended_at=clock.now(), updated_at=clock.now()):
        follow(patient_id, staff_id)
        settle_shares(patient_id)


@transaction.atomic
def share(
    *,
    patient: Patient,
    staff: StaffMember,
    by: StaffMember,
    can_change: bool,
    valid_until: End = UNCHANGED,
    by_role: bool = False,
) -> CareTeamMember:
    """`by` lets a colleague of the hospital see (and change) the patient until `valid_until` (None: as long as `by`).

    UNCHANGED: until the end that the share has, if there is one; asking again takes no end away unless it says so.
    Never longer and never more than `by` may himself, and it falls with his relation. `by_role`: his role reaches the
    patient without any. PermissionDenied if nothing does.
    """
    if staff.pk == by.pk:
        raise InvalidValue(field="staff_id", expected=ANOTHER)
    lock_patient(patient.pk)
    valid_until = _end_of(patient, staff, CareRole.SHARED, valid_until)
    if not by_role:
        seeing, changing = held_until(patient.pk, by.pk)
        end = changing if can_change else seeing
        if end is None:
            raise PermissionDenied
        valid_until = min(valid_until or FOREVER, end)
        valid_until = None if valid_until == FOREVER else valid_until
    other = CareTeamMember.objects.filter(
        patient=patient, staff=staff, role=CareRole.SHARED, ended_at=None
    ).exclude(shared_by=by)
    standing = other.filter(can_change__gte=can_change).first()
    if standing and (standing.valid_until or FOREVER) >= (valid_until or FOREVER):
        return standing  # somebody else's, and wider: it is not his to narrow
    return join(
        patient=patient, staff=staff, role=CareRole.SHARED, can_change=can_change, valid_until=valid_until,
        shared_by=by, by_role=by_role,
    )  # fmt: skip


@transaction.atomic
def end(member: CareTeamMember) -> CareTeamMember:
    """End this relation now; StateConflict if it has ended before."""
    lock_patient(member.patient_id)
    changes = {"ended_at": clock.now(), "updated_at": clock.now()}
    if not CareTeamMember.objects.filter(pk=member.pk, ended_at=None).update(**changes):
        raise StateConflict
    member.ended_at = changes["ended_at"]
    follow(member.patient_id, member.staff_id)
    settle_shares(member.patient_id)
    return member


def sweep(limit: int = 1000) -> int:
    """End lapsed relations and remove lapsed grants (both stopped counting at their end); returns relations ended."""
    lapsed = CareTeamMember.objects.filter(ended_at=None, valid_until__lte=clock.now())
    rows = list(lapsed.order_by("patient_id").values_list("pk", "patient_id", "staff_id")[:limit])
    for pk, patient_id, staff_id in rows:
        with transaction.atomic():
            lock_patient(patient_id)
            still = CareTeamMember.objects.filter(pk=pk, ended_at=None, valid_until__lte=clock.now())
            if still.update(ended_at=clock.now(), updated_at=clock.now()):
                follow(patient_id, staff_id)
                settle_shares(patient_id)
    drop_lapsed(PatientUserObjectPermission, clock.now())
    return len(rows)
