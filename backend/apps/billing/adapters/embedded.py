"""HIS is our own tables: a hospital without one of its own."""

from apps.billing.models import Bill
from apps.billing.ports import BillKey
from apps.billing.selectors.refundable import refundable_fen
from apps.billing.states import UNSETTLED, BillStatus
from apps.identity.models import Hospital
from apps.payments.ports import HisRefused, PaymentPosting, Receipt, RefundPosting


class EmbeddedHis:
    """The hospital itself: what is posted stands in our own bills, so that nothing is recorded twice."""

    def __init__(self, hospital: Hospital) -> None:
        self.hospital = hospital

    def post_payment(self, posting: PaymentPosting) -> Receipt:
        """HisRefused when a bill can no longer be paid: then the money goes back at once, not after retries."""
        amounts = {line.bill_no: line.amount_fen for line in posting.lines}
        bills = Bill.objects.filter(hospital=self.hospital, bill_no__in=amounts).order_by("bill_no")
        for bill_no, status, amount_fen in bills.values_list("bill_no", "status", "amount_fen"):
            if status == BillStatus.PAID:
                continue  # posted before; by whom, the settling transaction decides
            if status not in UNSETTLED or amount_fen != amounts[bill_no]:
                raise HisRefused("bill_not_payable", f"{bill_no} {status}")
        return Receipt(posting.order_no)

    def withdraw_payment(self, *, hospital_code: str, order_no: str, reason: str) -> Receipt:
        """Nothing was recorded by post_payment."""
        return Receipt(order_no)

    def refundable_fen(self, bill: BillKey) -> int:
        """HisRefused for a bill that there is not."""
        return refundable_fen(self._one(bill.bill_no))

    def post_refund(self, posting: RefundPosting) -> Receipt:
        """Nothing to record: the bills are marked in the transaction that decides the refund."""
        return Receipt(posting.refund_no)

    def _one(self, bill_no: str) -> Bill:
        found = Bill.objects.filter(hospital=self.hospital, bill_no=bill_no).first()
        if found is None:
            raise HisRefused("bill_not_found", bill_no)
        return found
