"""What channels push: verified, stored raw, answered at once; brought to its attempt or refund by a worker."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

import orjson
import structlog
from django.db import transaction

from apps.payments.channels.base import Acknowledgement, Notification, TradeResult, TradeState
from apps.payments.events import PushReceived
from apps.payments.models import ChannelPush, MerchantAccount, PaymentAttempt, Refund
from apps.payments.services import work
from apps.payments.services.merchants import channel_of
from apps.payments.services.outcomes import record_paid
from apps.payments.services.pokes import poke_attempt, poke_refund
from apps.payments.states import SETTLED, RefundState
from kernel import clock
from kernel.outbox.events import publish

log = structlog.get_logger(__name__)


def receive(merchant: MerchantAccount, *, headers: Mapping[str, str], body: bytes) -> Acknowledgement:
    """Store a genuine push and say so; InvalidNotification for any other. A repetition is thanked for and dropped."""
    channel = channel_of(merchant)
    pushed = channel.parse_notification(headers=headers, body=body, now=clock.machine())
    if pushed is not None:
        _store(merchant, pushed, body)
    return channel.acknowledge(accepted=True)


@transaction.atomic
def _store(merchant: MerchantAccount, pushed: Notification, body: bytes) -> None:
    push = ChannelPush(
        hospital_id=merchant.hospital_id,
        merchant=merchant,
        channel=merchant.channel,
        key=pushed.key[:128],
        body=body.decode("latin-1"),
        parsed=orjson.loads(orjson.dumps(asdict(pushed))),
    )
    ChannelPush.objects.bulk_create([push], ignore_conflicts=True)
    known = ChannelPush.objects.filter(pk=push.pk).exists()
    if known:
        publish(PushReceived(hospital_id=merchant.hospital_id, push_id=push.pk))


@transaction.atomic
def handle_push(push_id: UUID) -> str:
    """Bring a stored push to what it speaks of; what came of it."""
    push = ChannelPush.objects.select_for_update().get(pk=push_id)
    if push.handled_at is not None:
        return push.outcome
    trade, refund = push.parsed.get("trade"), push.parsed.get("refund")
    outcome = _refund(push, refund) if refund else _trade(push, trade) if trade else "ignored"
    push.outcome, push.handled_at = outcome, clock.now()
    push.save(update_fields=["outcome", "handled_at"])
    return outcome


def _trade(push: ChannelPush, said: dict[str, Any]) -> str:
    attempts = PaymentAttempt.objects.filter(out_trade_no=said["out_trade_no"], merchant=push.merchant_id)
    attempt = attempts.first()
    if attempt is None:
        log.error("push_of_unknown_trade", push_id=str(push.pk), out_trade_no=said["out_trade_no"])
        return "unknown_trade"
    if attempt.state in SETTLED:
        return "known"
    paid = said["state"] == TradeState.PAID
    exact = said["amount_fen"] == attempt.amount_fen and said["currency"] == "CNY"
    if paid and exact and not push.parsed.get("confirm"):
        record_paid(attempt.pk, _result(said))
        return "paid"
    work.set_due(PaymentAttempt, attempt.pk, clock.now())
    poke_attempt(attempt.pk)
    return "asked"


def _result(said: dict[str, Any]) -> TradeResult:
    values = dict(said, state=TradeState(said["state"]))
    if values.get("paid_at"):
        values["paid_at"] = dt.datetime.fromisoformat(values["paid_at"])
    return TradeResult(**values)


def _refund(push: ChannelPush, said: dict[str, Any]) -> str:
    """The channel is asked what became of the refund: its word in a query is what counts."""
    refunds = Refund.objects.filter(
        channel_refund_no=said["out_refund_no"], attempt__merchant=push.merchant_id
    )
    refund = refunds.first()
    if refund is None:
        log.error("push_of_unknown_refund", push_id=str(push.pk), out_refund_no=said["out_refund_no"])
        return "unknown_refund"
    if refund.state not in (RefundState.CREATED, RefundState.PROCESSING):
        return "known"
    work.set_due(Refund, refund.pk, clock.now())
    if refund.state == RefundState.CREATED:
        Refund.objects.filter(pk=refund.pk, checks=0).update(
            checks=1
        )  # so that it is queried, not sent again
    poke_refund(refund.pk)
    return "asked"
