"""Telling HIS of payments and refunds, each once under our number. Outside transactions: HIS is asked over the network.

HisUnavailable: try again later. HisRefused: no, and it stays no.
"""

from collections.abc import Sequence

from apps.identity.his import his_of
from apps.identity.models import Hospital
from apps.patients.models import Patient
from apps.payments.channels.registry import MIXED
from apps.payments.models import PaymentOrder, Refund, RefundLine
from apps.payments.payables import PayableLine, by_payable
from apps.payments.ports import (
    POSTING,
    HisPosting,
    HisUnavailable,
    PaymentPosting,
    PostedLine,
    PostedTender,
    RefundPosting,
)
from apps.payments.states import AttemptState


def posting_of(hospital: Hospital) -> HisPosting:
    """The hospital's HIS as the one that takes note of money. HisUnavailable when nobody there can."""
    his = his_of(hospital)
    posting = his.find(POSTING)
    if posting is None:
        raise HisUnavailable(f"no driver {his.driver}")
    return posting


def announce(order: PaymentOrder, lines: Sequence[PayableLine]) -> None:
    """The order is paid."""
    paid = order.attempts.filter(state=AttemptState.SUCCEEDED).order_by("held_at", "pk")
    paid_by = [PostedTender(*row) for row in paid.values_list("channel", "transaction_id", "paid_fen")]
    described = _described(order, lines)
    posting = PaymentPosting(
        order_no=order.order_no,
        scene=order.scene,
        hospital_code=order.hospital.code,
        mrn=Patient.objects.values_list("mrn", flat=True).get(pk=order.patient_id),
        channel=order.channel,
        transaction_id=paid_by[0].transaction_id if len(paid_by) == 1 else "",
        paid_at=order.paid_at or order.created_at,
        amount_fen=order.amount_fen,
        lines=described,
        admission_no=next((line.admission_no for line in described if line.admission_no), ""),
        tenders=tuple(paid_by) if order.channel == MIXED else (),
    )
    posting_of(order.hospital).post_payment(posting)


def _described(order: PaymentOrder, lines: Sequence[PayableLine]) -> tuple[PostedLine, ...]:
    """What HIS knows the lines by, in their own order."""
    described: dict[object, PostedLine] = {}
    for payable, some in by_payable(lines):
        names = payable.describe(order, some)
        described |= {line.line_id: name for line, name in zip(some, names, strict=True)}
    return tuple(described[line.line_id] for line in lines)


def withdraw(order: PaymentOrder) -> None:
    """The order goes back whole: HIS forgets the payment, or never takes it."""
    posting_of(order.hospital).withdraw_payment(
        hospital_code=order.hospital.code, order_no=order.order_no, reason=order.return_reason
    )


def post_refund(refund: Refund) -> None:
    """Money is to go back; HisRefused when HIS does not allow it any more."""
    parts = RefundLine.objects.filter(refund=refund).order_by("line_id")
    names = ("line_id", "line__position", "line__subject_type", "line__subject_id", "amount_fen")
    lines = [PayableLine(*row) for row in parts.values_list(*names)]
    posting = RefundPosting(
        refund_no=refund.refund_no,
        order_no=refund.order.order_no,
        hospital_code=refund.hospital.code,
        amount_fen=refund.amount_fen,
        reason=refund.reason,
        lines=_described(refund.order, lines),
    )
    posting_of(refund.hospital).post_refund(posting)
