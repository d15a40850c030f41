"""What reconciliation asks of payments: the bill of a merchant's day, and another look at what does not agree."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import IO
from uuid import UUID

from apps.payments.channels.base import ChannelBill, NotSupported
from apps.payments.channels.registry import MIXED
from apps.payments.models import MerchantAccount, PaymentAttempt, PaymentOrder, Refund, RefundCause
from apps.payments.services import checks
from apps.payments.services.advance_refund import record, request_of
from apps.payments.services.merchants import channel_of, takes_pushes
from apps.payments.states import SETTLED, AttemptState, RefundState
from kernel import clock


@dataclass(frozen=True, slots=True)
class Looked:
    """`is_ours`: we know the number. `settled_fen`: what we have recorded for it now, None for nothing yet, `at` its
    moment and `known_at` when we learnt of it. `said`: what the other side answered about it.

    `is_mended`: the other side has it as we do now.
    """

    is_ours: bool
    settled_fen: int | None = None
    said: str = ""
    at: dt.datetime | None = None
    known_at: dt.datetime | None = None
    is_mended: bool = False


def merchants_with_bills() -> list[MerchantAccount]:
    """Accounts at providers that give bills: those in use, and replaced ones, which still take their refunds."""
    found = MerchantAccount.objects.filter(hospital__is_active=True).order_by("pk")
    return [merchant for merchant in found if gives_bills(merchant)]


def gives_bills(merchant: MerchantAccount) -> bool:
    """Whether its provider gives a bill of each day."""
    return takes_pushes(merchant)


def took_money(merchant: MerchantAccount, day: dt.date) -> bool:
    """Whether anything was paid through the account on that day."""
    begin, end = clock.local(day, dt.time()), clock.local(day + dt.timedelta(days=1), dt.time())
    paid = PaymentAttempt.objects.filter(
        hospital_id=merchant.hospital_id, channel=merchant.channel, paid_at__gte=begin, paid_at__lt=end
    )
    return paid.filter(merchant=merchant).exists()


def bill_of(merchant: MerchantAccount, day: dt.date) -> ChannelBill:
    """The provider's bill of its day. ChannelError; outside transactions."""
    return channel_of(merchant).download_bill(day)


def bill_in(merchant: MerchantAccount, day: dt.date, file: IO[bytes]) -> ChannelBill:
    """The bill of a day in a file that people took from the provider's pages. PermanentChannelError."""
    return channel_of(merchant).read_bill(day, file)


def look_at_payment(merchant_id: UUID, out_trade_no: str) -> Looked:
    """Ask the channel about a payment, and record what it says by the rules of every payment.

    ChannelError is logged and leaves the attempt due. Outside transactions.
    """
    attempt = _attempt(merchant_id, out_trade_no)
    if attempt is None:
        return Looked(is_ours=False)
    if attempt.state in SETTLED:
        trade = channel_of(_merchant(attempt)).query(attempt.out_trade_no, started_at=attempt.started_at)
        return _paid(attempt, trade.state.value)
    checks.ask(attempt)
    attempt.refresh_from_db()
    if attempt.state not in SETTLED:
        return Looked(True, None, attempt.state)
    return replace(_paid(attempt, attempt.state), known_at=clock.now())


def look_at_refund(merchant_id: UUID, channel_refund_no: str) -> Looked:
    """Ask the channel about a refund, and record what it says. ChannelError; outside transactions."""
    refund = (
        Refund.objects.select_related("attempt__merchant", "order")
        .filter(attempt__merchant_id=merchant_id, channel_refund_no=channel_refund_no)
        .first()
    )
    if refund is None:
        return Looked(is_ours=False)
    result = channel_of(_merchant(refund.attempt)).query_refund(request_of(refund))
    if refund.state != RefundState.SUCCEEDED:
        record(refund, result)
        refund.refresh_from_db()
    if refund.state != RefundState.SUCCEEDED:
        return Looked(True, None, result.state.value)
    at = refund.accepted_at or refund.succeeded_at
    return Looked(True, refund.amount_fen, result.state.value, at, refund.succeeded_at)


def _paid(attempt: PaymentAttempt, said: str) -> Looked:
    """What paid an order was heard of with it; a tender says when by itself, of an overpayment its way back."""
    if attempt.held_at is not None:
        return Looked(True, attempt.paid_fen, said, attempt.paid_at, attempt.held_at)
    back = (
        Refund.objects.filter(attempt=attempt, cause=RefundCause.OVERPAYMENT).order_by("created_at").first()
    )
    paid = attempt.state == AttemptState.SUCCEEDED
    known_at = attempt.order.recorded_at if paid else back.created_at if back else attempt.updated_at
    return Looked(True, attempt.paid_fen, said, attempt.paid_at, known_at)


def look_at_number(hospital_id: UUID, application: str, number: str) -> Looked:
    """What we know by the number of an order or refund that went through an application; nobody is asked."""
    orders = PaymentOrder.objects.filter(hospital_id=hospital_id, application=application, order_no=number)
    if (order := orders.first()) is not None:
        if order.channel == MIXED:
            return Looked(True, order.amount_fen, order.state, order.paid_at, order.recorded_at)
        paid = PaymentAttempt.objects.select_related("order").filter(
            order=order, state=AttemptState.SUCCEEDED
        )
        attempt = paid.first()
        return Looked(True, None, order.state) if attempt is None else _paid(attempt, order.state)
    refunds = Refund.objects.filter(hospital_id=hospital_id, order__application=application, refund_no=number)
    refund = refunds.exclude(cause__in=(RefundCause.OVERPAYMENT, RefundCause.INCOMPLETE)).first()
    if refund is None:
        return Looked(is_ours=False)
    if refund.succeeded_at is None:
        return Looked(True, None, refund.state)
    return Looked(True, refund.amount_fen, refund.state, refund.succeeded_at, refund.succeeded_at)


def _attempt(merchant_id: UUID, out_trade_no: str) -> PaymentAttempt | None:
    rows = PaymentAttempt.objects.select_related("order", "merchant")
    return rows.filter(merchant_id=merchant_id, out_trade_no=out_trade_no).first()


def _merchant(attempt: PaymentAttempt) -> MerchantAccount:
    if attempt.merchant is None:
        raise NotSupported(attempt.channel)
    return attempt.merchant
