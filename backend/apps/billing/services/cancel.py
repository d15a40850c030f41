"""Bills that are no longer to be paid: withdrawn, or expired."""

import datetime as dt

from django.db import transaction

from apps.billing.models import Bill, CancelCause
from apps.billing.services.issue import cancel_locked
from apps.billing.states import BillStatus
from apps.identity.models import StaffMember
from kernel import clock
from kernel.locks import lock_one

#: A payment that was begun in time may arrive that much later; until then the bill waits for it.
LATE = dt.timedelta(hours=24)


@transaction.atomic
def cancel_bill(
    bill: Bill, *, cause: CancelCause, reason: str = "", staff: StaffMember | None = None
) -> Bill:
    """Cancel an issued bill; a payment of it that is under way goes back. BillAlreadyPaid, StateConflict."""
    cancel_locked(bill, cause=cause, reason=reason, staff=staff)
    return bill


def cancel_expired(*, limit: int) -> int:
    """Cancel bills that expired long enough ago; how many were looked at."""
    due = Bill.objects.filter(status=BillStatus.ISSUED, expires_at__lt=clock.now() - LATE)
    keys = list(due.order_by("expires_at").values_list("pk", flat=True)[:limit])
    for key in keys:
        with transaction.atomic():
            bill = lock_one(Bill.objects.all(), pk=key)
            if bill.status == BillStatus.ISSUED:
                cancel_locked(bill, cause=CancelCause.EXPIRED, reason="", staff=None)
    return len(keys)
