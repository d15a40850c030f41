"""床位: who lies where. Locks: the stay, then its beds by key."""

import datetime as dt
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.billing.types import BillSource
from apps.identity.models import StaffMember
from apps.inpatient import errors
from apps.inpatient.models import Admission, Bed, BedStay, Ward
from apps.inpatient.services.announce import note_care
from apps.inpatient.services.encounter import follow_details
from apps.inpatient.states import BEDS, AdmissionStatus, BedState
from kernel import clock
from kernel.errors import InvalidValue, StateConflict
from kernel.expectations import OF_THE_HOSPITAL
from kernel.locks import lock_one, lock_rows, save_version


@transaction.atomic
def place(admission: Admission, *, bed: Bed, staff: StaffMember | None = None) -> Admission:
    """安排床位, or 转床/转科 for who lies in another one; the stay's department is the ward's from then on.

    AdmissionOfHis, AdmissionDischarged, BedNotFree, WardClosed, InvalidValue, StateConflict (lies there already).
    """
    stay = lock_one(
        Admission.objects.select_related("department", "practitioner", "patient"), pk=admission.pk
    )
    if stay.source == BillSource.HIS:
        raise errors.AdmissionOfHis
    if stay.status != AdmissionStatus.ADMITTED:
        raise errors.AdmissionDischarged
    if bed.hospital_id != stay.hospital_id:
        raise InvalidValue(field="bed_id", expected=OF_THE_HOSPITAL)
    now_in = open_stay_of(stay.pk)
    if now_in is not None and now_in.bed_id == bed.pk:
        raise StateConflict(current=BedState.OCCUPIED)
    target = _take(bed.pk, now_in)
    if now_in is not None:
        _end(now_in, at=max(clock.now(), now_in.started_at), to_ward=target.ward)
    _begin(stay, target, now_in, staff)
    _follow(stay, target)
    return stay


def open_stay_of(admission_id: UUID) -> BedStay | None:
    """Where the patient lies now."""
    return BedStay.objects.filter(admission_id=admission_id, ended_at=None).first()


def leave(stay: Admission, *, at: dt.datetime) -> None:
    """The patient has left the house: the bed is to be cleaned. In the caller's transaction, which holds the stay."""
    now_in = open_stay_of(stay.pk)
    if now_in is not None:
        lock_one(Bed.objects, pk=now_in.bed_id)
        _end(now_in, at=max(at, now_in.started_at), to_ward=None)


@transaction.atomic
def set_state(bed: Bed, state: BedState, *, note: str | None = None) -> Bed:
    """Cleaned, closed (`note`: why) or opened again. StateConflict; a bed is taken and left by its patient alone."""
    row = lock_one(Bed.objects, pk=bed.pk)
    if BedState.OCCUPIED in (state, row.state):
        raise StateConflict(current=row.state, target=state)
    BEDS.move(row, state, note=row.note if note is None else note)
    return row


def _take(bed_id: UUID, now_in: BedStay | None) -> Bed:
    """The bed is the patient's, who leaves the former one."""
    keys = {bed_id} | ({now_in.bed_id} if now_in is not None else set())
    locked = {row.pk: row for row in lock_rows(Bed.objects.filter(pk__in=keys))}
    target = locked[bed_id]
    target.ward = Ward.objects.select_related("department").get(pk=target.ward_id)
    if not target.ward.is_active:
        raise errors.WardClosed
    if target.state != BedState.FREE:
        raise errors.BedNotFree(current=target.state)
    BEDS.move(target, BedState.OCCUPIED)
    return target


def _end(now_in: BedStay, *, at: dt.datetime, to_ward: Ward | None) -> None:
    BedStay.objects.filter(pk=now_in.pk).update(ended_at=at, to_ward=to_ward, updated_at=clock.now())
    BEDS.move(Bed.objects.get(pk=now_in.bed_id), BedState.CLEANING)
    now_in.ended_at = at


def _begin(stay: Admission, bed: Bed, before: BedStay | None, staff: StaffMember | None) -> None:
    since = before.ended_at if before is not None and before.ended_at is not None else clock.now()
    made = BedStay(
        hospital_id=stay.hospital_id, admission=stay, bed=bed, ward_id=bed.ward_id, started_at=since,
        from_ward_id=before.ward_id if before is not None else None, placed_by=staff,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        if "bed_one_patient" not in str(error) and "bed_stay_of_ward" not in str(error):
            raise
        raise errors.BedNotFree(current=BedState.OCCUPIED) from error


def _follow(stay: Admission, bed: Bed) -> None:
    """The stay says where the patient lies; its encounter and who cares for them follow."""
    moved = stay.department_id != bed.ward.department_id
    stay.ward, stay.bed, stay.department = bed.ward.name, bed.code, bed.ward.department
    save_version(stay, {"ward", "bed", "department"}, version=stay.version)
    if moved:
        follow_details(stay)
        note_care(stay)
