"""Bills that are no longer to be paid: withdrawn, lapsed, or expired for good."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from apps.billing.events import BillLapsed
from apps.billing.models import Bill, BillSource, CancelCause
from apps.billing.services.announce import event_of
from apps.billing.services.issue import cancel_locked
from apps.billing.states import BILLS, UNSETTLED, BillStatus
from apps.identity.models import StaffMember
from kernel import clock
from kernel.locks import lock_one
from kernel.outbox.events import publish

#: A payment that was begun in time may arrive that much later; until then the bill waits for it.
LATE = dt.timedelta(hours=24)


@transaction.atomic
def cancel_bill(
    bill: Bill, *, cause: CancelCause, reason: str = "", staff: StaffMember | None = None
) -> Bill:
    """Cancel an issued bill; a payment of it that is under way goes back. BillAlreadyPaid, StateConflict."""
    cancel_locked(bill, cause=cause, reason=reason, staff=staff)
    return bill


@transaction.atomic
def lapse_bill(bill_id: UUID) -> None:
    """The time to pay an issued bill is over; any other bill stays as it is."""
    bill = lock_one(Bill.objects.all(), pk=bill_id)
    if bill.status == BillStatus.ISSUED:
        BILLS.move(bill, BillStatus.LAPSED, field="status")
        publish(event_of(BillLapsed, bill))


def lapse_expired(*, limit: int) -> int:
    """Our own bills whose time is over lapse, HIS says of its own; how many were looked at."""
    due = _due(BillStatus.ISSUED, clock.now()).filter(source=BillSource.OWN)
    keys = list(due.values_list("pk", flat=True)[:limit])
    for key in keys:
        lapse_bill(key)
    return len(keys)


def cancel_expired(*, limit: int) -> int:
    """Cancel bills that expired long enough ago; how many were looked at."""
    keys: list[UUID] = []
    for status in UNSETTLED:
        keys += _due(status, clock.now() - LATE).values_list("pk", flat=True)[: limit - len(keys)]
    for key in keys:
        with transaction.atomic():
            bill = lock_one(Bill.objects.all(), pk=key)
            if bill.status in UNSETTLED:
                cancel_locked(bill, cause=CancelCause.EXPIRED, reason="", staff=None)
    return len(keys)


def _due(status: BillStatus, moment: dt.datetime) -> QuerySet[Bill]:
    return Bill.objects.filter(status=status, expires_at__lt=moment).order_by("expires_at")
