"""What bills mean for their receipts. Each handler only makes the receipt due: nobody waits for a platform here."""

from apps.billing.events import BillPaid, BillRefunded, BillRefundWithdrawn
from apps.receipts.services.queue import follow_bill
from kernel.outbox.events import subscribe


@subscribe(BillPaid, name="receipts.issue")
def issue(event: BillPaid) -> None:
    follow_bill(event.bill_id, is_new=True)


@subscribe(BillRefunded, name="receipts.follow_refund")
def follow_refund(event: BillRefunded) -> None:
    follow_bill(event.bill_id)


@subscribe(BillRefundWithdrawn, name="receipts.follow_withdrawn_refund")
def follow_withdrawn_refund(event: BillRefundWithdrawn) -> None:
    follow_bill(event.bill_id)
