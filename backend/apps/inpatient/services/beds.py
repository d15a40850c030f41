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
    _begin(stay, target, now_in or _left(stay, target), staff)
    _follow(stay, target)
    return stay


def open_stay_of(admission_id: UUID) -> BedStay | None:
    """Where the patient lies now."""
    return BedStay.objects.filter(admission_id=admission_id, ended_at=None).first()


def leave(stay: Admission, *, at: dt.datetime) -> None:
    """The patient has left the house: the bed is to be cleaned. In the caller's transaction, which holds the stay."""
    now_in = open_stay_of(stay.pk)
    if now_in is not None:
        if at < now_in.started_at:
            raise InvalidValue(field="discharged_at", expected=errors.AFTER_LAST_MOVE)
        lock_one(Bed.objects, pk=now_in.bed_id)
        _end(now_in, at=at, to_ward=None)


def come_back(stay: Admission, *, left_at: dt.datetime | None) -> None:
    """They lie where they lay until `left_at`, or nowhere if the bed was given away. The caller holds the stay."""
    last = _last_of(stay.pk)
    if last is None or left_at is None or last.ended_at != left_at:
        return
    bed = lock_one(Bed.objects, pk=last.bed_id)
    later = BedStay.objects.filter(bed=bed, started_at__gte=left_at).exclude(pk=last.pk)
    if bed.state == BedState.CLEANING and not later.exists():
        BEDS.move(bed, BedState.OCCUPIED)
        BedStay.objects.filter(pk=last.pk).update(ended_at=None, updated_at=clock.now())
        return
    stay.ward = stay.bed = ""
    save_version(stay, {"ward", "bed"}, version=stay.version)


def _last_of(admission_id: UUID) -> BedStay | None:
    """Where the patient lies, or lay last."""
    return BedStay.objects.filter(admission_id=admission_id).order_by("-id").first()


@transaction.atomic
def clean(bed: Bed) -> Bed:
    """It is free again. StateConflict unless it was to be cleaned."""
    return _moved(bed, BedState.FREE, BedState.CLEANING)


@transaction.atomic
def close(bed: Bed, *, note: str) -> Bed:
    """Nobody is put there, `note`: why. StateConflict while somebody lies there."""
    return _moved(bed, BedState.CLOSED, BedState.FREE, BedState.CLEANING, note=note)


@transaction.atomic
def reopen(bed: Bed) -> Bed:
    """It is free again, or to be cleaned if it was when it was closed. StateConflict unless it is closed."""
    return _moved(bed, BedState.FREE, BedState.CLOSED, note="")


def _moved(bed: Bed, to: BedState, *expected: BedState, note: str | None = None) -> Bed:
    row = lock_one(Bed.objects, pk=bed.pk)
    if row.state not in expected:
        raise StateConflict(current=row.state, target=to)
    if row.is_unclean and row.state == BedState.CLOSED:
        to = BedState.CLEANING
    is_unclean = to == BedState.CLOSED and row.state == BedState.CLEANING
    BEDS.move(row, to, is_unclean=is_unclean, note=row.note if note is None else note)
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


def _left(stay: Admission, target: Bed) -> BedStay | None:
    """Where a patient who was called back lay: a move from there, for a census, since they were admitted once."""
    last = _last_of(stay.pk)
    if last is not None:
        BedStay.objects.filter(pk=last.pk).update(to_ward=target.ward, updated_at=clock.now())
        last.ended_at = None  # the new one begins now
    return last


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
