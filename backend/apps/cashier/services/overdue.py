"""A shift that is open too long becomes a supervisor's work, once."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from apps.cashier.models import CashierShift
from apps.cashier.services.rows import lock
from apps.cashier.settings import SHIFT_HOURS
from apps.cashier.work import OVERDUE
from apps.identity.models import Hospital
from apps.worklist.services.items import open_item
from kernel import clock


def overdue(limit: int) -> list[UUID]:
    """Shifts that nobody has been told of yet and that are not handed over in the time of their hospital."""
    found: list[UUID] = []
    for hospital in Hospital.objects.filter(is_active=True).order_by("pk"):
        before = clock.now() - dt.timedelta(hours=SHIFT_HOURS.of(hospital))
        rows = CashierShift.objects.filter(
            hospital=hospital, handed_over_at=None, overdue_at=None, opened_at__lte=before
        )
        found += rows.order_by("opened_at").values_list("pk", flat=True)[:limit]
    return found[:limit]


@transaction.atomic
def tell_of_overdue(shift_id: UUID) -> None:
    """Somebody sees to it that the shift is handed over; nothing if it was meanwhile. Safe to repeat."""
    row = lock(CashierShift(pk=shift_id))
    if row.handed_over_at is not None or row.overdue_at is not None:
        return
    CashierShift.objects.filter(pk=row.pk).update(overdue_at=clock.now())
    open_item(
        OVERDUE, hospital=row.hospital, subject_type="cashier.cashiershift", subject_id=row.pk,
        title=f"班次超时未交 {row.shift_no} {row.clerk.name}", barred=[row.clerk_id],
    )  # fmt: skip
