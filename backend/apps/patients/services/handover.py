"""One doctor stands in for another: many patients change hands at once, relations and grants together."""

import datetime as dt
from collections.abc import Collection, Mapping
from uuid import UUID

from django.db import transaction

from apps.access.services.grants import grant_open_many, revoke
from apps.identity.models import StaffMember
from apps.patients.models import CareRole, CareTeamMember, Patient, PatientUserObjectPermission
from apps.patients.services.following import follow
from apps.patients.services.upholding import settle_shares
from kernel import clock


def lock_patients(patient_ids: Collection[UUID]) -> None:
    """Order changes of these patients' relations; inside a transaction, before numbers are locked."""
    rows = Patient.objects.select_for_update(no_key=True).filter(pk__in=patient_ids)
    list(rows.order_by("pk").values_list("pk"))


@transaction.atomic
def hand_over(
    *,
    hospital_id: UUID,
    patient_ids: Collection[UUID],
    source: StaffMember,
    target: StaffMember,
    ending: Mapping[UUID, dt.datetime],
) -> None:
    """`target` attends the patients from now on; `source` no longer attends those of `ending`.

    `ending` gives the moment since when the reason that is gone had stood: an older relation has another reason and
    stays. Grants follow; other roles of `source` keep theirs.
    """
    lock_patients(patient_ids)
    _join(hospital_id, patient_ids, target)
    attending = CareTeamMember.objects.filter(
        patient_id__in=list(ending), staff=source, role=CareRole.ATTENDING, by_booking=True, ended_at=None
    )
    over = {row.pk: row.patient_id for row in attending if row.created_at >= ending[row.patient_id]}
    now = clock.now()
    CareTeamMember.objects.filter(pk__in=list(over)).update(ended_at=now, updated_at=now)
    others = CareTeamMember.objects.filter(patient_id__in=over.values(), staff=source, ended_at=None)
    kept = set(others.values_list("patient_id", flat=True))
    for patient_id in kept:
        follow(patient_id, source.pk, source.user_id)
    if source.user_id is not None:
        revoke(PatientUserObjectPermission, set(over.values()) - kept, source.user_id)
    shared = CareTeamMember.objects.filter(
        patient_id__in=over.values(), role=CareRole.SHARED, shared_by=source, ended_at=None
    )
    for patient_id in sorted(set(shared.values_list("patient_id", flat=True))):
        settle_shares(patient_id)


def _join(hospital_id: UUID, patient_ids: Collection[UUID], target: StaffMember) -> None:
    now = clock.now()
    live = CareTeamMember.objects.filter(
        patient_id__in=patient_ids, staff=target, role=CareRole.ATTENDING, ended_at=None
    )
    live.update(valid_until=None, can_change=True, updated_at=now)
    known = set(live.values_list("patient_id", flat=True))
    CareTeamMember.objects.bulk_create(
        CareTeamMember(
            hospital_id=hospital_id,
            patient_id=patient,
            staff=target,
            role=CareRole.ATTENDING,
            by_booking=True,
        )
        for patient in sorted(set(patient_ids) - known)
    )
    if target.user_id is not None:
        codenames = ("view_patient", "change_patient")
        grant_open_many(PatientUserObjectPermission, patient_ids, target.user_id, codenames)
