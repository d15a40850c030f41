"""A shift that is not handed over in time becomes a supervisor's work, takings that lie here finance's; once."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from apps.cashier.models import CashierShift
from apps.cashier.services.rows import lock
from apps.cashier.settings import BANKING_HOURS, SHIFT_HOURS
from apps.cashier.states import ShiftState
from apps.cashier.work import BANK, OVERDUE
from apps.identity.models import Hospital
from apps.identity.selectors import records_of_persons
from apps.worklist.services.items import open_item
from kernel import clock
from kernel.money import fen_to_yuan

_NOT_GIVEN = (ShiftState.OPEN, ShiftState.COUNTING)


def overdue(limit: int) -> list[UUID]:
    """Shifts that nobody has been told of yet and that are not handed over in the time of their hospital."""
    found: list[UUID] = []
    for hospital in Hospital.objects.filter(is_active=True).order_by("pk"):
        before = clock.now() - dt.timedelta(hours=SHIFT_HOURS.of(hospital))
        rows = CashierShift.objects.filter(
            hospital=hospital, state__in=_NOT_GIVEN, overdue_at=None, opened_at__lte=before
        )
        found += rows.order_by("opened_at").values_list("pk", flat=True)[:limit]
    return found[:limit]


@transaction.atomic
def tell_of_overdue(shift_id: UUID) -> None:
    """Somebody sees to it that the shift is handed over; nothing if it was meanwhile. Safe to repeat."""
    row = lock(CashierShift(pk=shift_id))
    if row.state not in _NOT_GIVEN or row.overdue_at is not None:
        return
    CashierShift.objects.filter(pk=row.pk).update(overdue_at=clock.now())
    open_item(
        OVERDUE, hospital=row.hospital, subject_type="cashier.cashiershift", subject_id=row.pk,
        title=f"班次超时未交 {row.shift_no} {row.clerk.name}", barred=records_of_persons([row.clerk_id]),
    )  # fmt: skip


def unbanked(limit: int) -> list[UUID]:
    """Accepted shifts whose takings nobody brings to the bank and nobody was told of."""
    found: list[UUID] = []
    for hospital in Hospital.objects.filter(is_active=True).order_by("pk"):
        before = clock.now() - dt.timedelta(hours=BANKING_HOURS.of(hospital))
        rows = CashierShift.objects.filter(
            hospital=hospital, state=ShiftState.ACCEPTED, deposit=None, unbanked_at=None, takings_fen__gt=0,
            accepted_at__lte=before,
        )  # fmt: skip
        found += rows.order_by("accepted_at").values_list("pk", flat=True)[:limit]
    return found[:limit]


@transaction.atomic
def tell_of_unbanked(shift_id: UUID) -> None:
    """Finance brings it to the bank; nothing if it is on its way meanwhile. Safe to repeat."""
    row = lock(CashierShift(pk=shift_id))
    if row.state != ShiftState.ACCEPTED or row.deposit_id is not None or row.unbanked_at is not None:
        return
    CashierShift.objects.filter(pk=row.pk).update(unbanked_at=clock.now())
    open_item(
        BANK, hospital=row.hospital, subject_type="cashier.cashiershift", subject_id=row.pk,
        title=f"缴存班次现金 {row.shift_no} {fen_to_yuan(row.takings_fen or 0)}元",
    )  # fmt: skip
