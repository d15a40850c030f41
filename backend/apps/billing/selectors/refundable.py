"""What of a bill may go back."""

from django.db.models import Sum

from apps.billing.models import Bill, ChargeItem
from apps.billing.states import BillStatus


def refundable_fen(bill: Bill) -> int:
    """What was paid, less what was dispensed or performed and what went back already."""
    if bill.status != BillStatus.PAID:
        return 0
    performed = ChargeItem.objects.filter(bill=bill, performed_at__isnull=False)
    used = performed.aggregate(total=Sum("amount_fen"))["total"] or 0
    return max(bill.amount_fen - used - bill.refunded_fen, 0)
