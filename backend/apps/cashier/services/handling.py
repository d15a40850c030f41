"""Cash that comes into a drawer or leaves it: of payments through their port, otherwise by the clerk."""

from typing import Any
from uuid import UUID

from django.db import transaction

from apps.cashier.models import CashierShift, EntryKind, ShiftEntry
from apps.cashier.models.entry import SIGN
from apps.cashier.selectors import expected_fen
from apps.cashier.services.books import post_entry
from apps.cashier.services.rows import lock_own
from apps.cashier.settings import SHIFT_REQUIRED
from apps.cashier.states import ShiftState
from apps.cashier.work import OVERDRAWN
from apps.identity.models import Hospital, StaffMember
from apps.identity.selectors import records_of_persons
from apps.payments.drawers import Cash
from apps.payments.errors import NoOpenShift
from apps.worklist.services.items import open_item
from kernel.errors import StateConflict
from kernel.locks import lock_rows


def require_usable(hospital_id: UUID, staff_id: UUID) -> None:
    """NoOpenShift unless that clerk may handle cash now; nothing is locked."""
    _usable(hospital_id, _live(hospital_id, staff_id).first())


def place_of(hospital_id: UUID, staff_id: UUID) -> str:
    """The name of the drawer of the clerk's open shift; "" without one."""
    rows = _live(hospital_id, staff_id).filter(state=ShiftState.OPEN)
    return rows.values_list("drawer__name", flat=True).first() or ""


def tie(cash: Cash, kind: EntryKind) -> None:
    """Cash of a payment or refund lies in the clerk's drawer, or left it; in the caller's transaction. NoOpenShift."""
    found = lock_rows(_live(cash.hospital_id, cash.staff_id))
    shift = _usable(cash.hospital_id, found[0] if found else None)
    if shift is not None:
        enter(
            shift, kind, cash.amount_fen, staff_id=cash.staff_id, tendered_fen=cash.tendered_fen,
            subject_type=cash.subject_type, subject_id=cash.subject_id, order_id=cash.order_id,
            refund_id=cash.refund_id,
        )  # fmt: skip


def _live(hospital_id: UUID, staff_id: UUID) -> Any:
    """The clerk's shift that is not handed over; there is one at most."""
    return CashierShift.objects.filter(hospital_id=hospital_id, clerk_id=staff_id, handed_over_at=None)


def _usable(hospital_id: UUID, shift: CashierShift | None) -> CashierShift | None:
    """NoOpenShift while the drawer is being counted, and without a shift where the hospital wants one."""
    if shift is not None and shift.state == ShiftState.OPEN:
        return shift
    if shift is not None or SHIFT_REQUIRED.of(Hospital.objects.get(pk=hospital_id)):
        raise NoOpenShift
    return None


@transaction.atomic
def move_cash(
    shift: CashierShift, kind: EntryKind, *, amount_fen: int, reason: str, by: StaffMember
) -> CashierShift:
    """paid_in, paid_out or safe_drop of the clerk's own open shift. StateConflict, PermissionDenied."""
    row = lock_own(shift, by)
    if row.state != ShiftState.OPEN:
        raise StateConflict(current=row.state)
    enter(row, kind, amount_fen, staff_id=by.pk, reason=reason)
    return row


def enter(
    shift: CashierShift, kind: EntryKind, amount_fen: int, *, staff_id: UUID, **more: Any
) -> ShiftEntry:
    """The row and its ledger entry, under the lock of an open shift."""
    entry = ShiftEntry.objects.create(
        hospital_id=shift.hospital_id, shift=shift, kind=kind, amount_fen=amount_fen, staff_id=staff_id, **more
    )  # fmt: skip
    post_entry(shift, entry)
    if SIGN[EntryKind(kind)] < 0 and expected_fen(shift) < 0:
        _tell_supervisor(shift)
    return entry


def _tell_supervisor(shift: CashierShift) -> None:
    """More has left the drawer than was in it. The clerk isn't told, nor how much: the count stays blind."""
    open_item(
        OVERDRAWN, hospital=shift.hospital, subject_type="cashier.cashiershift", subject_id=shift.pk,
        title=f"钱箱付出多于账面 {shift.shift_no} {shift.clerk.name}", barred=records_of_persons([shift.clerk_id]),
    )  # fmt: skip
