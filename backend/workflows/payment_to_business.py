"""From a payment to what was paid for: HIS is told, then bills are paid, numbers confirmed and balances raised at once.

The payments.ports.Business of the hospital. A line's `subject_type` says what it is about: SETTLERS has all.
"""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from apps.billing.models import Bill, BillKind
from apps.billing.ports import HisRefused, HisUnavailable, PaymentPosting, PostedLine, RefundPosting
from apps.billing.selectors.his import posting_of
from apps.billing.services import card_top_up, checkout
from apps.billing.services.settle import mark_paid
from apps.inpatient.models import DepositTransaction
from apps.inpatient.services import deposits
from apps.patients.models import Patient
from apps.payments.channels.counter import AT_COUNTER
from apps.payments.models import (
    PaymentOrder,
    PaymentOrderLine,
    PaymentOrigin,
    Refund,
    RefundLine,
    ReturnCause,
)
from apps.payments.ports import BusinessRefused, BusinessUnavailable, Credit
from apps.payments.services.ledger import Account, AccountKind
from apps.scheduling.errors import HoldExpired
from apps.scheduling.models import PaymentStatus
from apps.scheduling.services.confirm import settle_fee
from kernel.errors import DomainError, StateConflict
from workflows.window_fees import check_taken

#: What a registration's bill is about (billing.Bill.subject_type).
APPOINTMENT = "scheduling.appointment"

#: Refusals that a payer hears of in other words than "it could not be posted".
RETURN_CAUSES: dict[type[DomainError], ReturnCause] = {
    HoldExpired: ReturnCause.HOLD_EXPIRED,
    StateConflict: ReturnCause.CHANGED,
}

Lines = Sequence[PaymentOrderLine]


class HospitalBusiness:
    """Everything that this hospital can be paid for."""

    def announce(self, order: PaymentOrder, lines: Lines) -> None:
        """HIS takes note of the payment, once per order_no."""
        try:
            posting_of(order.hospital).post_payment(_posting(order, lines))
        except HisRefused as error:
            raise BusinessRefused(error.code, error.text) from error
        except HisUnavailable as error:
            raise BusinessUnavailable(str(error)) from error

    def settle(self, order: PaymentOrder, lines: Lines) -> list[Credit]:
        """All lines or none; whatever cannot be had any more is BusinessRefused with its code."""
        kinds: dict[str, list[PaymentOrderLine]] = {}
        for line in lines:
            kinds.setdefault(line.subject_type, []).append(line)
        try:
            return [credit for kind, some in sorted(kinds.items()) for credit in SETTLERS[kind](order, some)]
        except DomainError as error:
            cause = RETURN_CAUSES.get(type(error), ReturnCause.REFUSED)
            raise BusinessRefused(error.code, error.text, cause) from error

    def withdraw(self, order: PaymentOrder, lines: Lines) -> None:
        """HIS forgets the payment, or never takes it."""
        try:
            posting_of(order.hospital).withdraw_payment(
                hospital_code=order.hospital.code,
                order_no=order.order_no,
                reason=order.return_reason,
            )
        except HisRefused as error:
            raise BusinessRefused(error.code, error.text) from error
        except HisUnavailable as error:
            raise BusinessUnavailable(str(error)) from error

    def allow_refund(self, refund: Refund) -> None:
        """HIS takes note of the refund, once per refund_no, or does not allow it."""
        parts = RefundLine.objects.filter(refund=refund).select_related("line").order_by("line_id")
        amounts = {part.line.subject_id: part.amount_fen for part in parts}
        order = refund.order
        posting = RefundPosting(
            refund_no=refund.refund_no,
            order_no=order.order_no,
            hospital_code=refund.hospital.code,
            amount_fen=refund.amount_fen,
            reason=refund.reason,
            lines=_posted_lines(order, [part.line for part in parts], amounts),
        )
        try:
            posting_of(refund.hospital).post_refund(posting)
        except HisRefused as error:
            raise BusinessRefused(error.code, error.text) from error
        except HisUnavailable as error:
            raise BusinessUnavailable(str(error)) from error


def _posting(order: PaymentOrder, lines: Lines) -> PaymentPosting:
    paid_by = order.attempts.filter(state="succeeded").values_list("transaction_id", flat=True)
    return PaymentPosting(
        order_no=order.order_no,
        scene=order.scene,
        hospital_code=order.hospital.code,
        mrn=Patient.objects.values_list("mrn", flat=True).get(pk=order.patient_id),
        channel=order.channel,
        transaction_id=paid_by.first() or "",
        paid_at=order.paid_at or order.created_at,
        amount_fen=order.amount_fen,
        lines=_posted_lines(order, lines, {line.subject_id: line.amount_fen for line in lines}),
        admission_no=_admission_no(lines),
    )


def _admission_no(lines: Lines) -> str:
    """The stay whose deposit is paid, if one is."""
    keys = [line.subject_id for line in lines if line.subject_type == deposits.SUBJECT]
    if not keys:
        return ""
    return DepositTransaction.objects.values_list("admission__admission_no", flat=True).get(pk=keys[0])


def _posted_lines(order: PaymentOrder, lines: Lines, amounts: Mapping[UUID, int]) -> tuple[PostedLine, ...]:
    """What HIS knows the lines by: bills by their numbers, everything else by our order and its scene."""
    keys = [line.subject_id for line in lines if line.subject_type == checkout.SUBJECT]
    bills = Bill.objects.only("bill_no", "external_id", "kind").in_bulk(keys)
    found = []
    for line in lines:
        bill, amount = bills.get(line.subject_id), amounts[line.subject_id]
        if bill is None:
            found.append(PostedLine(f"{order.order_no}-{line.position}", "", order.scene, amount))
        else:
            found.append(PostedLine(bill.bill_no, bill.external_id, bill.kind, amount))
    return tuple(found)


def _settle_bills(order: PaymentOrder, lines: Lines) -> list[Credit]:
    """Bills are paid; a registration's number is the patient's."""
    bills = mark_paid(
        {line.subject_id: line.amount_fen for line in lines},
        hospital_id=order.hospital_id,
        paid_at=order.paid_at or order.created_at,
        channel=order.channel,
        order_id=order.pk,
        application=order.application,
        account_id=order.account_id,
    )
    status = PaymentStatus.PAID_AT_COUNTER if order.channel in AT_COUNTER else PaymentStatus.PAID_ONLINE
    for bill in bills:
        if bill.subject_type != APPOINTMENT or bill.subject_id is None:
            continue
        if order.origin == PaymentOrigin.RECORDED:
            check_taken(bill.subject_id)
        else:
            settle_fee(appointment_id=bill.subject_id, payment_status=status)
    accounts = {bill.pk: _account_of(bill) for bill in bills}
    return [Credit(line.pk, accounts[line.subject_id]) for line in lines]


def _account_of(bill: Bill) -> Account:
    """Where a paid bill's money belongs."""
    if bill.kind == BillKind.INPATIENT_DEPOSIT:
        return Account(AccountKind.INPATIENT_DEPOSIT, str(bill.subject_id))
    return Account(AccountKind.REVENUE)


def _settle_top_ups(order: PaymentOrder, lines: Lines) -> list[Credit]:
    return [
        Credit(line.pk, card_top_up.credit_card_top_up(top_up_id=line.subject_id, order=order))
        for line in lines
    ]


def _settle_deposits(order: PaymentOrder, lines: Lines) -> list[Credit]:
    return [
        Credit(line.pk, deposits.credit_deposit(deposit_id=line.subject_id, order=order)) for line in lines
    ]


SETTLERS: dict[str, Callable[[PaymentOrder, Lines], list[Credit]]] = {
    checkout.SUBJECT: _settle_bills,
    card_top_up.SUBJECT: _settle_top_ups,
    deposits.SUBJECT: _settle_deposits,
}
