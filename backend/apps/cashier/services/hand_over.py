"""交班: what was counted goes to a named person, who takes it or does not."""

from django.db import transaction

from apps.access.actor import actor_of
from apps.cashier.errors import RECEIVES, CountersignRequired, DifferenceUnexplained, NotCounted
from apps.cashier.models import CashierShift
from apps.cashier.services.books import post_acceptance
from apps.cashier.services.count import forget_count, is_explained
from apps.cashier.services.rows import lock, lock_closing, lock_given, refuse_same_person
from apps.cashier.states import SHIFTS, ShiftState
from apps.cashier.work import OVERDUE, RECEIVE, RECOUNT
from apps.identity.models import StaffMember
from apps.identity.selectors import records_of_persons
from apps.worklist.services.items import close_item, open_item
from kernel import clock
from kernel.errors import InvalidValue, PermissionDenied, StateConflict


@transaction.atomic
def hand_over(shift: CashierShift, *, by: StaffMember, receiver: StaffMember) -> CashierShift:
    """Give the counted cash to `receiver`, who has to accept it.

    InvalidValue and SamePerson for a receiver who can't (the clerk, who closes in the clerk's place), NotCounted,
    DifferenceUnexplained, CountersignRequired, StateConflict, PermissionDenied.
    """
    row = lock_closing(shift, by)
    _check_ready(row)
    refuse_same_person(receiver, by.pk)
    _check_receiver(row, receiver)
    now = clock.now()
    SHIFTS.move(
        row, ShiftState.HANDED_OVER, receiver=receiver, handed_over_at=row.handed_over_at or now, reject_reason="",
        overdue_at=None, takings_fen=(row.counted_fen or 0) - row.float_fen + (row.safe_drop_fen or 0),
    )  # fmt: skip
    for kind in (OVERDUE, RECOUNT):
        close_item(kind, subject_id=row.pk, outcome="已交班")
    open_item(
        RECEIVE, hospital=row.hospital, subject_type="cashier.cashiershift", subject_id=row.pk, executor=receiver,
        title=f"接收交班现金 {row.shift_no} {row.clerk.name}",
        barred=records_of_persons([key for key in (row.clerk_id, row.closed_by_id) if key]),
    )  # fmt: skip
    return row


def is_ready(row: CashierShift) -> bool:
    """Whether nothing but a receiver is missing."""
    is_signed = not row.needs_countersign or row.countersigned_at is not None
    is_counted = row.state == ShiftState.COUNTING and row.counted_at is not None
    return is_counted and is_explained(row) and is_signed


def _check_ready(row: CashierShift) -> None:
    if row.state != ShiftState.COUNTING:
        raise StateConflict(current=row.state)
    if row.counted_at is None:
        raise NotCounted
    if not is_explained(row):
        raise DifferenceUnexplained(difference_fen=row.difference_fen)
    if row.needs_countersign and row.countersigned_at is None:
        raise CountersignRequired(difference_fen=row.difference_fen)


def _check_receiver(row: CashierShift, receiver: StaffMember) -> None:
    """Somebody else of the hospital who may receive cash."""
    refuse_same_person(receiver, row.clerk_id, row.closed_by_id)
    actor = actor_of(receiver.user) if receiver.user is not None else None
    if receiver.hospital_id != row.hospital_id or actor is None or not actor.has("cashier.shift.accept"):
        raise InvalidValue(field="receiver_id", expected=RECEIVES)


@transaction.atomic
def accept(shift: CashierShift, *, by: StaffMember) -> CashierShift:
    """The receiver has it: it leaves the drawer's account. StateConflict, PermissionDenied."""
    row = _lock_received(shift, by)
    SHIFTS.move(row, ShiftState.ACCEPTED, accepted_at=clock.now())
    post_acceptance(row)
    close_item(RECEIVE, subject_id=row.pk, outcome="已接收", staff=by)
    return row


@transaction.atomic
def reject(shift: CashierShift, *, by: StaffMember, reason: str) -> CashierShift:
    """The receiver does not agree: the clerk counts it again. StateConflict, PermissionDenied."""
    row = _lock_received(shift, by)
    SHIFTS.move(row, ShiftState.COUNTING, receiver=None, reject_reason=reason)
    forget_count(row, reason)
    close_item(RECEIVE, subject_id=row.pk, outcome="已退回", staff=by)
    return row


@transaction.atomic
def withdraw(shift: CashierShift, *, by: StaffMember) -> CashierShift:
    """Who gave it takes it back as nobody has accepted it; the count stays, another receiver may be named.

    StateConflict, PermissionDenied.
    """
    row = lock_given(shift, by)
    if row.state != ShiftState.HANDED_OVER:
        raise StateConflict(current=row.state)
    SHIFTS.move(row, ShiftState.COUNTING, receiver=None, takings_fen=None)
    close_item(RECEIVE, subject_id=row.pk, withdrawn=True)
    return row


def _lock_received(shift: CashierShift, by: StaffMember) -> CashierShift:
    row = lock(shift)
    if row.state != ShiftState.HANDED_OVER:
        raise StateConflict(current=row.state)
    if row.receiver_id != by.pk:
        raise PermissionDenied
    refuse_same_person(by, row.clerk_id, row.closed_by_id)
    return row
