"""Tasks of payments, run by tests.bench.inside."""

import datetime as dt
import json
import time
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.billing.models import Bill, BillKind, ChargeItem, ItemCategory
from apps.billing.services.checkout import OUTPATIENT
from apps.identity.models import Hospital, WeChatAccount
from apps.patients.models import CardBinding
from apps.payments import tasks as actors
from apps.payments.channels.base import PayMethod, PrepayRequest
from apps.payments.models import (
    ChannelPush,
    MerchantAccount,
    PaymentAttempt,
    PaymentOrder,
    PaymentOrderLine,
)
from apps.payments.services.merchants import channel_of, open_merchant
from apps.payments.services.pay import notify_url
from apps.payments.states import AttemptState
from kernel import clock, ids
from kernel.models import OutboxEvent
from kernel.outbox.events import subscriptions_of
from kernel.outbox.tasks import handle_event
from tests.bench.payment_figures import FEN
from tests.bench.tasks import HOSPITAL, patient_tokens

LASTS, BATCH = dt.timedelta(hours=12), 1_000


def take_payments(config: str) -> str:
    """The first hospital takes WeChat Pay with this configuration; the id of its merchant account."""
    hospital = Hospital.objects.get(code=HOSPITAL)
    made = open_merchant(hospital=hospital, channel="wechat_pay", name="bench", config=json.loads(config))
    return str(made.pk)


def open_payments(people: str, each: str, attempts: str) -> list[dict[str, str]]:
    """So many orders of one bill `each` for so many people; with `attempts`, WeChat Pay waits for their payers."""
    tokens = patient_tokens(people)
    bindings = CardBinding.objects.filter(account__app_id="bench").select_related("account")
    by_patient = {str(binding.patient_id): binding for binding in bindings}
    WeChatAccount.objects.filter(app_id="bench").update(app_id=settings.WECHAT_APP_ID)
    payers = [(token, by_patient[patient]) for token, patient in tokens] * int(each)
    merchant = MerchantAccount.objects.get(channel="wechat_pay", is_active=True)
    with transaction.atomic():
        orders = _orders([binding for _, binding in payers], _bills([binding for _, binding in payers]))
        tries = _attempts(orders, payers, merchant) if int(attempts) else []
    numbers = [attempt.out_trade_no for attempt in tries] or [""] * len(orders)
    return [
        {"token": token, "order": str(order.pk), "openid": binding.account.openid, "out_trade_no": number}
        for (token, binding), order, number in zip(payers, orders, numbers, strict=True)
    ]


def _bills(bindings: list[CardBinding]) -> list[Bill]:
    now, serial = clock.now(), Bill.objects.count()
    bills = [
        Bill(
            hospital_id=binding.hospital_id, patient_id=binding.patient_id, bill_no=f"ZDB{serial + number:09d}",
            kind=BillKind.TEST, title="血常规", amount_fen=FEN, issued_at=now,
        )
        for number, binding in enumerate(bindings)
    ]  # fmt: skip
    Bill.objects.bulk_create(bills, batch_size=BATCH)
    items = (
        ChargeItem(
            hospital_id=bill.hospital_id, bill=bill, position=1, category=ItemCategory.TEST, name="血常规",
            unit="次", quantity=1, unit_price_fen=FEN, amount_fen=FEN,
        )
        for bill in bills
    )  # fmt: skip
    ChargeItem.objects.bulk_create(items, batch_size=BATCH)
    return bills


def _orders(bindings: list[CardBinding], bills: list[Bill]) -> list[PaymentOrder]:
    until = clock.now() + LASTS
    orders = [
        PaymentOrder(
            hospital_id=bill.hospital_id, patient_id=bill.patient_id, account_id=binding.account_id,
            application="miniprogram", origin="online", scene=OUTPATIENT.value,
            order_no=bill.bill_no.replace("ZD", "ZF"),
            description=bill.title, amount_fen=bill.amount_fen, expires_at=until, due_at=until,
        )
        for binding, bill in zip(bindings, bills, strict=True)
    ]  # fmt: skip
    PaymentOrder.objects.bulk_create(orders, batch_size=BATCH)
    lines = (
        PaymentOrderLine(
            order=order, position=1, subject_type="billing.bill", subject_id=bill.pk, title=bill.title,
            amount_fen=bill.amount_fen,
        )
        for order, bill in zip(orders, bills, strict=True)
    )  # fmt: skip
    PaymentOrderLine.objects.bulk_create(lines, batch_size=BATCH)
    return orders


def _attempts(
    orders: list[PaymentOrder], payers: list[tuple[str, CardBinding]], merchant: MerchantAccount
) -> list[PaymentAttempt]:
    now = clock.now()
    attempts = [
        PaymentAttempt(
            hospital_id=order.hospital_id, order=order, merchant=merchant, channel=merchant.channel,
            method=PayMethod.MINI_PROGRAM, out_trade_no=ids.uuid7().hex, amount_fen=order.amount_fen,
            state=AttemptState.OPEN, payer_id=binding.account.openid, started_at=now, expires_at=order.expires_at,
            due_at=order.expires_at,
        )
        for order, (_, binding) in zip(orders, payers, strict=True)
    ]  # fmt: skip
    return PaymentAttempt.objects.bulk_create(attempts, batch_size=BATCH)


def payment_queries(*pushes: str) -> dict[str, int]:
    """Statements of a push, of the event that brings it to its attempt, and of posting, once all is warm.

    `pushes`: JSON of path, headers and body; all but the last warm up.
    """
    found = {}
    for push in pushes:
        found = _count(json.loads(push))
    return found


def _count(push: dict[str, Any]) -> dict[str, int]:
    extra = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in push["headers"].items()}
    client, last = Client(SERVER_NAME="127.0.0.1"), ids.uuid7()
    with CaptureQueriesContext(connection) as answered:
        answer = client.post(push["path"], push["body"].encode(), content_type="application/json", **extra)
    if answer.status_code != 204:
        raise RuntimeError(answer.content)
    event = OutboxEvent.objects.filter(topic="payments.push_received", pk__gt=last).get()
    OutboxEvent.objects.filter(pk__gt=last).update(published_at=clock.now())
    (subscription,) = subscriptions_of(event.topic)
    with CaptureQueriesContext(connection) as handled:
        handle_event.fn(str(event.pk), subscription.name)
    stored = ChannelPush.objects.get(pk=event.payload["push_id"])
    paid = PaymentAttempt.objects.get(out_trade_no=stored.parsed["trade"]["out_trade_no"])
    with CaptureQueriesContext(connection) as posted:
        actors.advance_order.fn(str(paid.order_id))
    if PaymentOrder.objects.get(pk=paid.order_id).state != "posted":
        raise RuntimeError(f"{paid.order_id} was not posted")
    return {"push": len(answered), "handled": len(handled), "posted": len(posted)}


def prepay_directly(*numbers: str) -> list[float]:
    """Milliseconds of the channel's own call for attempts that nobody has opened: the SDK and the provider."""
    merchant = MerchantAccount.objects.get(channel="wechat_pay", is_active=True)
    channel, now, times = channel_of(merchant), clock.now(), []
    for number in numbers:
        request = PrepayRequest(
            out_trade_no=number, amount_fen=FEN, description="血常规", expires_at=now + LASTS,
            notify_url=notify_url(merchant.pk), method=PayMethod.MINI_PROGRAM, started_at=now, payer_id="b-direct",
        )  # fmt: skip
        begin = time.perf_counter()
        channel.prepay(request)
        times.append((time.perf_counter() - begin) * 1_000)
    return times
