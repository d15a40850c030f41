"""What channels push: verified, stored raw, answered at once; brought to its attempt or refund by a worker."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

import orjson
import structlog
from django.db import connection, transaction

from apps.payments.channels.base import (
    Acknowledgement,
    InvalidNotification,
    Notification,
    Senseless,
    TradeResult,
    TradeState,
)
from apps.payments.channels.sense import require_sense
from apps.payments.events import PushReceived
from apps.payments.models import ChannelPush, MerchantAccount, PaymentAttempt, Refund
from apps.payments.services.merchants import channel_of, read_merchant
from apps.payments.services.record_payment import record_paid
from apps.payments.states import SETTLED, RefundState
from kernel import clock, ids, leases
from kernel.faults import fault_point
from kernel.outbox.events import INSERT_EVENTS, row_of
from kernel.prepared import Prepared, types_of

KEEP = dt.timedelta(days=180)
log = structlog.get_logger(__name__)


_COLUMNS = (
    "id", "created_at", "updated_at", "hospital_id", "merchant_id", "channel", "key", "body", "parsed", "outcome",
)  # fmt: skip
#: The push and its event, if nobody has changed the merchant account meanwhile and the push is new.
_STORE = Prepared(
    "payments_store_push",
    f"""
    WITH present AS (
      SELECT id FROM payments_merchantaccount WHERE id = %(merchant_id)s AND version = %(merchant_version)s
    ), stored AS (
      INSERT INTO payments_channelpush ({", ".join(_COLUMNS)})
        SELECT {", ".join(f"%({name})s" for name in _COLUMNS)} FROM present
        ON CONFLICT (merchant_id, key) DO NOTHING RETURNING id
    ), announced AS (
      {INSERT_EVENTS}
        SELECT %(event_id)s, %(event_topic)s, %(event_payload)s, %(hospital_id)s, %(event_request_id)s, %(created_at)s,
          0 FROM stored
    )
    SELECT count(*) FROM present
    """,  # noqa: S608 - columns are ours
    types_of(ChannelPush, _COLUMNS)
    | {
        "merchant_version": "integer", "event_id": "uuid", "event_topic": "text", "event_payload": "jsonb",
        "event_request_id": "text",
    },
    writes=True,
    by_key=True,
)  # fmt: skip
_BODY = ChannelPush._meta.get_field("body")


class _Outdated(InvalidNotification):
    """The merchant account was changed since it was read."""


def receive(merchant: MerchantAccount, *, headers: Mapping[str, str], body: bytes) -> Acknowledgement:
    """Store a genuine push and say so; InvalidNotification for any other. A repetition is thanked for and dropped.

    `merchant` may be as this process has known it for long: what that one does not take, the present one decides.
    """
    try:
        return _receive(merchant, headers, body)
    except Senseless as error:
        return _keep_senseless(merchant, body, error)
    except InvalidNotification:
        present = read_merchant(merchant.pk)
        if present is None or present.version == merchant.version:
            raise
    return _receive(present, headers, body)


def _receive(merchant: MerchantAccount, headers: Mapping[str, str], body: bytes) -> Acknowledgement:
    channel = channel_of(merchant)
    try:
        pushed = channel.parse_notification(headers=headers, body=body, now=clock.machine())
    except (RecursionError, ValueError, TypeError, OverflowError) as error:
        raise InvalidNotification("unreadable", type(error).__name__) from error
    if pushed is not None:
        require_sense(pushed)
        fault_point("push.verified")
        _store(merchant, pushed.key, _nameless(pushed), body)
        fault_point("push.stored")
    return channel.acknowledge(accepted=True)


def _keep_senseless(merchant: MerchantAccount, body: bytes, error: Senseless) -> Acknowledgement:
    """For whoever has to ask the provider what it meant."""
    log.error("push_without_sense", channel=merchant.channel, merchant=str(merchant.pk), detail=error.detail)
    key = f"nonsense:{hashlib.sha256(body).hexdigest()}"
    _store(merchant, key, {"trade": None, "refund": None, "nonsense": error.detail}, body)
    return channel_of(merchant).acknowledge(accepted=True)


def _store(merchant: MerchantAccount, key: str, said: dict[str, Any], body: bytes) -> None:
    """One statement, committed by itself: the row, and its event unless the row was there."""
    push_id, now = ids.uuid7(), clock.now()
    event = row_of(PushReceived(hospital_id=merchant.hospital_id, push_id=push_id))
    values = {f"event_{name}": value for name, value in event.items()} | {
        "id": push_id,
        "created_at": now,
        "updated_at": now,
        "hospital_id": merchant.hospital_id,
        "merchant_id": merchant.pk,
        "merchant_version": merchant.version,
        "channel": merchant.channel,
        "key": key[:128],
        "body": _BODY.get_db_prep_value(body.decode("latin-1"), connection),
        "parsed": orjson.dumps(said).decode(),
        "outcome": "",
    }
    with connection.cursor() as cursor:
        _STORE.execute(cursor, values)
        (present,) = cursor.fetchone()
    if not present:
        raise _Outdated("outdated", "the merchant account has changed")


def _nameless(pushed: Notification) -> dict[str, Any]:
    """What a push says without who paid: the raw body has that, encrypted."""
    said = asdict(pushed)
    for part in (said["trade"], said["refund"]):
        if part is not None:
            part.pop("payer_id", None)
            part.pop("raw", None)
            if part.get("paid_at"):  # in UTC: PostgreSQL does not take every offset
                part["paid_at"] = part["paid_at"].astimezone(dt.UTC)
    return said


def purge_pushes() -> int:
    """Forget pushes that were handled long ago, longer than any provider repeats one; returns how many."""
    old = ChannelPush.objects.filter(handled_at__lt=clock.now() - KEEP)
    return old.delete()[0]


@transaction.atomic(savepoint=False)
def handle_push(push_id: UUID) -> str:
    """Bring a stored push to what it speaks of; what came of it."""
    push = ChannelPush.objects.select_for_update().defer("body").get(pk=push_id)
    if push.handled_at is not None:
        return push.outcome
    trade, refund = push.parsed.get("trade"), push.parsed.get("refund")
    nothing = "nonsense" if push.parsed.get("nonsense") else "ignored"
    outcome = _refund(push, refund) if refund else _trade(push, trade) if trade else nothing
    ChannelPush.objects.filter(pk=push_id).update(outcome=outcome, handled_at=clock.now())
    fault_point("push.handled")
    return outcome


def _trade(push: ChannelPush, said: dict[str, Any]) -> str:
    attempts = PaymentAttempt.objects.filter(out_trade_no=said["out_trade_no"], merchant=push.merchant_id)
    attempt = attempts.only("order_id", "state", "amount_fen").first()
    if attempt is None:
        log.error("push_of_unknown_trade", push_id=str(push.pk), out_trade_no=said["out_trade_no"])
        return "unknown_trade"
    if attempt.state in SETTLED:
        return "known"
    paid = said["state"] == TradeState.PAID
    exact = said["amount_fen"] == attempt.amount_fen and said["currency"] == "CNY"
    if paid and exact and not push.parsed.get("confirm"):
        record_paid(attempt.pk, _result(said), order_id=attempt.order_id)
        return "paid"
    leases.set_due(PaymentAttempt, attempt.pk, clock.now())
    leases.wake(PaymentAttempt, attempt.pk)
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
    leases.set_due(Refund, refund.pk, clock.now())
    if refund.state == RefundState.CREATED:
        Refund.objects.filter(pk=refund.pk, checks=0).update(
            checks=1
        )  # so that it is queried, not sent again
    leases.wake(Refund, refund.pk)
    return "asked"
