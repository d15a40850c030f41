"""清点: blind. What the drawer should hold is worked out when the clerk has said what is in it, and not before."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from apps.cashier.denominations import worth
from apps.cashier.errors import CountedAlready, DifferenceUnexplained, NotCounted
from apps.cashier.models import CashierShift
from apps.cashier.selectors import expected_fen, said_by_clerk, was_overdrawn
from apps.cashier.services import books
from apps.cashier.services.rows import lock, lock_closing, refuse_same_person, write
from apps.cashier.services.tenders import write_tenders
from apps.cashier.settings import COUNTERSIGN_FEN
from apps.cashier.states import SHIFTS, ShiftState
from apps.cashier.work import COUNTERSIGN, RECOUNT
from apps.identity.models import StaffMember
from apps.identity.selectors import records_of_persons
from apps.worklist.services.items import close_item, open_item
from kernel import clock
from kernel.errors import StateConflict
from kernel.money import fen_to_yuan

#: A shift that has not been counted. Whoever has once shown a large difference is countersigned for good.
_UNCOUNTED: dict[str, Any] = {
    "counted_at": None, "counted_fen": None, "counted_cash": None, "expected_fen": None, "difference_fen": None,
    "difference_reason": "", "difference_posted": False, "countersigned_by": None, "countersigned_at": None,
    "takings_fen": None, "safe_drop_fen": None, "paid_out_fen": None, "tenders_explained": True,
}  # fmt: skip
ROUNDING = "不足 1 角的尾差"


@transaction.atomic
def start_count(shift: CashierShift, *, by: StaffMember) -> CashierShift:
    """The drawer takes no more cash. StateConflict, PermissionDenied."""
    row = lock_closing(shift, by)
    if row.state != ShiftState.OPEN:
        raise StateConflict(current=row.state)
    SHIFTS.move(row, ShiftState.COUNTING, closed_at=clock.now())
    return row


@transaction.atomic
def enter_count(
    shift: CashierShift, *, by: StaffMember, cash: Mapping[str, int], tenders: Mapping[str, int] | None = None
) -> CashierShift:
    """What is in the drawer, whatever it is; the answer says what it should have been.

    `tenders`: fen by channel, as the slips have it. CountedAlready, StateConflict, PermissionDenied.
    """
    row = lock_closing(shift, by)
    _check_counting(row)
    if row.counted_at is not None:
        raise CountedAlready
    counted, expected, said = worth(cash), expected_fen(row), said_by_clerk(row)
    difference = counted - expected
    slips = write_tenders(row, row.count_no + 1, tenders or {})
    is_large = max(abs(difference), slips, *said.values()) > COUNTERSIGN_FEN.of(row.hospital)
    write(
        row, counted_at=clock.now(), counted_fen=counted, counted_cash=dict(cash), expected_fen=expected,
        difference_fen=difference, count_no=row.count_no + 1,
        first_difference_fen=difference if row.first_difference_fen is None else row.first_difference_fen,
        needs_countersign=row.needs_countersign or is_large or was_overdrawn(row), tenders_explained=not slips, **said,
    )  # fmt: skip
    if books.is_rounding(difference):
        write(row, difference_reason=ROUNDING, difference_posted=True)
        books.post_difference(row)
    _ask_for_countersign(row)
    return row


@transaction.atomic
def explain(shift: CashierShift, *, by: StaffMember, reason: str) -> CashierShift:
    """Why it differs; the difference of the cash goes into the books with it, once. NotCounted, StateConflict.

    What slips differ by is the channel's to settle: reconciliation looks at it, the reason stays here.
    """
    row = lock_closing(shift, by)
    _check_counted(row)
    if is_explained(row):
        raise StateConflict(current=row.state)
    is_new = bool(row.difference_fen) and not row.difference_posted
    write(
        row,
        difference_reason=reason,
        tenders_explained=True,
        difference_posted=row.difference_posted or is_new,
    )
    if is_new:
        books.post_difference(row)
    _ask_for_countersign(row)
    return row


def is_explained(row: CashierShift) -> bool:
    """Whether the books have the difference of the count, if there is one, and the slips' has a reason."""
    return row.tenders_explained and (not row.difference_fen or row.difference_posted)


def _ask_for_countersign(row: CashierShift) -> None:
    if row.needs_countersign and is_explained(row):
        open_item(
            COUNTERSIGN, hospital=row.hospital, subject_type="cashier.cashiershift", subject_id=row.pk,
            title=f"复核班次差额 {row.shift_no} {row.clerk.name} {fen_to_yuan(row.difference_fen or 0)}元",
            barred=records_of_persons([key for key in (row.clerk_id, row.closed_by_id) if key]),
        )  # fmt: skip


@transaction.atomic
def countersign(shift: CashierShift, *, by: StaffMember) -> CashierShift:
    """A supervisor has looked at a large difference and at what was said of it, or at what left the drawer otherwise.

    SamePerson (clerk, or who counted in the clerk's place), DifferenceUnexplained, NotCounted, StateConflict.
    """
    row = lock(shift)
    refuse_same_person(by, row.clerk_id, row.closed_by_id)
    _check_counted(row)
    if not row.needs_countersign or row.countersigned_at is not None:
        raise StateConflict(current=row.state)
    if not is_explained(row):
        raise DifferenceUnexplained(difference_fen=row.difference_fen)
    write(row, countersigned_by=by, countersigned_at=clock.now())
    close_item(COUNTERSIGN, subject_id=row.pk, outcome="已复核", staff=by)
    return row


@transaction.atomic
def recount(shift: CashierShift, *, by: StaffMember, reason: str) -> CashierShift:
    """The supervisor has it counted again instead. SamePerson, NotCounted, StateConflict."""
    row = lock(shift)
    refuse_same_person(by, row.clerk_id)
    _check_counted(row)
    forget_count(row, reason)
    write(row, reject_reason=reason)
    return row


def forget_count(row: CashierShift, reason: str) -> None:
    """Under the shift's lock: what was counted counts no more; the log keeps it, the books get a contra entry.

    The clerk has it as work, since another shift may be open meanwhile.
    """
    if row.difference_posted:
        books.take_back_difference(row, reason)
    close_item(COUNTERSIGN, subject_id=row.pk, withdrawn=True)
    write(row, **_UNCOUNTED)
    open_item(
        RECOUNT, hospital=row.hospital, subject_type="cashier.cashiershift", subject_id=row.pk, executor=row.clerk,
        title=f"重新清点 {row.shift_no}: {reason}",
    )  # fmt: skip


def _check_counting(row: CashierShift) -> None:
    if row.state != ShiftState.COUNTING:
        raise StateConflict(current=row.state)


def _check_counted(row: CashierShift) -> None:
    _check_counting(row)
    if row.counted_at is None:
        raise NotCounted
