"""Alipay's pushes: what is genuine and for us is read exactly, everything else is refused."""

import base64
import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import HealthCheck, given, settings, strategies as st

from apps.payments.channels.alipay import SPEC
from apps.payments.channels.base import (
    InvalidNotification,
    Notification,
    PaymentChannel,
    PayMethod,
    PrepayRequest,
    RefundState,
    TradeState,
)
from kernel import clock
from tests.support import alipay as provider
from tests.support.payment_sandbox import PaymentSandbox, PushReceiver

NUMBER = "0193d2b8c0de7000a000000000000001"
HOUR = dt.timedelta(hours=1)


class Desk:
    """A merchant's channel, a paid trade of 12.30, and the push that told of it."""

    def __init__(self, sandbox: PaymentSandbox, receiver: PushReceiver) -> None:
        self.sandbox, self.receiver = sandbox, receiver
        self.channel: PaymentChannel = SPEC.build(sandbox.merchant("alipay"))
        self.channel.prepay(
            PrepayRequest(
                out_trade_no=NUMBER,
                amount_fen=1230,
                description="门诊缴费 {1}",
                expires_at=clock.now() + HOUR,
                notify_url=receiver.url,
                method=PayMethod.QR_CODE,
                started_at=clock.now(),
            )
        )
        sandbox.pay("alipay", NUMBER, payer="2088999999999999")
        self.seen = 0
        self.body = self.next_push()

    def fields(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    def next_push(self) -> bytes:
        """The next one that this desk has not seen."""
        self.seen += 1
        return self.receiver.wait(self.seen)[self.seen - 1].body

    def read(self, body: bytes, now: dt.datetime | None = None) -> Notification | None:
        return self.channel.parse_notification(headers={}, body=body, now=now or clock.now())

    def refused(self, body: bytes, now: dt.datetime | None = None) -> str:
        with pytest.raises(InvalidNotification) as caught:
            self.read(body, now)
        return caught.value.code

    def signed(self, fields: Mapping[str, str], key: str = "alipay_platform", hashed: Any = None) -> bytes:
        """The form, rightly signed with a key of the stand-ins'."""
        pem = (self.sandbox.keys / f"{key}.pem").read_bytes()
        kept = {k: v for k, v in fields.items() if k not in ("sign", "sign_type")}
        content = "&".join(f"{k}={kept[k]}" for k in sorted(kept))
        mark = load_pem_private_key(pem, None).sign(content.encode(), PKCS1v15(), hashed or SHA256())
        kind = fields.get("sign_type", "RSA2")
        return urlencode({**kept, "sign": base64.b64encode(mark).decode(), "sign_type": kind}).encode()


@pytest.fixture
def desk(payment_sandbox: PaymentSandbox, push_receiver: PushReceiver) -> Desk:
    return Desk(payment_sandbox, push_receiver)


@pytest.mark.requirement("PAY-01")
def test_a_payment_is_read_exactly(desk) -> None:
    push = desk.read(desk.body)
    assert (push.key, push.refund, push.confirm) == (desk.fields()["notify_id"], None, False)
    trade = push.trade
    assert (trade.state, trade.out_trade_no, trade.amount_fen) == (TradeState.PAID, NUMBER, 1230)
    assert (trade.payer_id, trade.currency) == ("2088999999999999", "CNY")
    known = desk.channel.query(NUMBER, started_at=clock.now())
    assert (trade.transaction_id, trade.paid_at) == (known.transaction_id, known.paid_at)
    assert not {"sign", "sign_type", "fund_bill_list", "body"} & set(trade.raw)


@pytest.mark.requirement("PAY-08")
def test_repetitions_of_a_push_share_its_key(desk) -> None:
    desk.sandbox.push_again("alipay", NUMBER)
    first, again = desk.read(desk.body), desk.read(desk.next_push())
    assert again.key == first.key
    assert again.trade.transaction_id == first.trade.transaction_id


@pytest.mark.requirement("PAY-08")
def test_refunds_are_told_apart_by_their_own_numbers_and_confirmed_by_a_query(desk) -> None:
    sdk, keys = provider.sdk(desk.sandbox), {desk.read(desk.body).key}
    for number, amount in (("R1", "2.30"), ("R2", "10.00")):
        sdk.api_alipay_trade_refund(amount, out_trade_no=NUMBER, out_request_no=number)
        push = desk.read(desk.next_push())
        assert (push.trade, push.confirm) == (None, True)
        assert (push.refund.state, push.refund.out_refund_no) == (RefundState.SUCCEEDED, number)
        assert push.refund.amount_fen == 0, "the push says what the trade has given back in all"
        assert abs(push.refund.succeeded_at - clock.now()) < HOUR
        keys.add(push.key)
    assert len(keys) == 3


def test_a_close_is_told_and_waiting_is_not_worth_telling(desk) -> None:
    waiting = desk.fields() | {"trade_status": "WAIT_BUYER_PAY"}
    del waiting["gmt_payment"]
    assert desk.read(desk.signed(waiting)) is None
    push = desk.read(desk.signed(waiting | {"trade_status": "TRADE_CLOSED"}))
    assert push.trade.state is TradeState.CLOSED
    paid_back = desk.fields() | {"trade_status": "TRADE_CLOSED", "refund_fee": "12.30"}
    assert desk.read(desk.signed(paid_back)).trade.state is TradeState.REFUNDED
    finished = desk.fields() | {"trade_status": "TRADE_FINISHED"}
    assert desk.read(desk.signed(finished)).trade.state is TradeState.PAID


def test_genuine_news_of_another_kind_is_taken_and_ignored(desk) -> None:
    assert desk.read(desk.signed(desk.fields() | {"notify_type": "dut_user_sign"})) is None


@pytest.mark.requirement("PAY-08")
def test_a_changed_field_is_not_believed(desk) -> None:
    fields = desk.fields()
    for name in fields:
        changed = fields | {name: fields[name] + "0"}
        assert desk.refused(urlencode(changed).encode()) == "bad_signature", name
        missing = {k: v for k, v in fields.items() if k != name}
        assert desk.refused(urlencode(missing).encode()) == "bad_signature", name
    assert desk.refused(urlencode(fields | {"extra": ""}).encode()) == "bad_signature"


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize("fault", ["bad_signature", "probe"])
def test_a_forged_signature_is_not_believed(desk, fault) -> None:
    desk.sandbox.push_faults("alipay", {"kind": fault})
    desk.sandbox.push_again("alipay", NUMBER)
    assert desk.refused(desk.next_push()) == "bad_signature"


@pytest.mark.requirement("PAY-08")
def test_only_alipays_own_key_and_rsa2_count(desk) -> None:
    assert desk.read(desk.signed(desk.fields())).trade.amount_fen == 1230
    assert desk.refused(desk.signed(desk.fields(), key="alipay_merchant")) == "bad_signature"
    weak = desk.fields() | {"sign_type": "RSA"}
    assert desk.refused(desk.signed(weak, hashed=SHA1())) == "bad_signature"
    assert desk.refused(desk.signed(weak)) == "bad_signature"


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize("setting", [{"app_id": "2021000000000009"}, {"seller_id": "2088000000000009"}])
def test_a_genuine_push_for_another_merchant_is_refused(desk, setting) -> None:
    desk.sandbox.settings("alipay", **setting)
    desk.sandbox.push_again("alipay", NUMBER)
    body = desk.next_push()
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    signature = fields.pop("sign")
    assert provider.sdk(desk.sandbox).verify(fields, signature)
    assert desk.refused(body) == "another_merchant"


@pytest.mark.requirement("PAY-08")
def test_a_push_may_be_a_day_old_but_not_older_nor_from_the_future(desk) -> None:
    now = clock.now()
    assert desk.read(desk.body, now + 25 * HOUR).trade.state is TradeState.PAID
    assert desk.refused(desk.body, now + 26.1 * HOUR) == "stale"
    assert desk.refused(desk.body, now - HOUR) == "stale"
    desk.sandbox.push_faults("alipay", {"kind": "stale"})
    desk.sandbox.push_again("alipay", NUMBER)
    assert desk.refused(desk.next_push()) == "stale"


@pytest.mark.requirement("PAY-08")
def test_a_push_of_another_amount_says_that_amount(desk) -> None:
    desk.sandbox.push_faults("alipay", {"kind": "wrong_amount"})
    desk.sandbox.push_again("alipay", NUMBER)
    assert desk.read(desk.next_push()).trade.amount_fen == 11_230


@pytest.mark.parametrize(
    "change",
    [
        {"total_amount": "12.345"},
        {"total_amount": "1e2"},
        {"total_amount": ""},
        {"total_amount": "12,30"},
        {"refund_fee": "x"},
        {"trade_status": "TRADE_PENDING"},
        {"trade_no": ""},
        {"out_trade_no": ""},
        {"notify_id": ""},
        {"notify_time": ""},
        {"notify_time": "yesterday"},
        {"gmt_payment": "2026-02-30 00:00:00"},
        {"gmt_refund": "never", "out_biz_no": "R1"},
    ],
)
def test_a_signed_push_that_makes_no_sense_is_refused(desk, change) -> None:
    assert desk.refused(desk.signed(desk.fields() | change)) in ("bad_fields", "stale")


def test_a_body_that_is_no_form_is_refused(desk) -> None:
    twice = desk.body + b"&total_amount=99.00"
    bodies = [
        b"",
        b"{}",
        b"\xff\xfe",
        "金额=1".encode(),
        b"a=%ff",
        b"&".join([b"a=1"] * 300),
        twice,
        b"=" * 9,
    ]
    assert {desk.refused(body) for body in bodies} <= {"bad_form", "bad_signature"}
    assert desk.refused(twice) == "bad_form"


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.binary(max_size=400) | st.text(max_size=100).map(lambda t: quote(t, safe="=&").encode()))
def test_nothing_that_comes_in_breaks_it(desk, body) -> None:
    assert desk.refused(body) in ("bad_form", "bad_signature")


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    st.dictionaries(
        st.text("abcxyz_", min_size=1, max_size=6),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
        max_size=6,
    )
)
def test_whatever_else_a_push_says_its_signature_holds(desk, more) -> None:
    assert desk.read(desk.signed(desk.fields() | more)).trade.amount_fen == 1230


def test_alipay_takes_our_thanks_and_repeats_after_our_refusal(desk) -> None:
    thanks, refusal = (desk.channel.acknowledge(accepted=a, message="x") for a in (True, False))
    assert (thanks.status, thanks.body, thanks.content_type) == (200, b"success", "text/plain")
    assert (refusal.status, refusal.body, refusal.content_type) == (400, b"fail", "text/plain")
    desk.sandbox.settings("alipay", speed=100_000)
    desk.receiver.replies = [(a.status, a.body) for a in (refusal, refusal, thanks)]
    desk.sandbox.push_again("alipay", NUMBER)
    attempts = desk.sandbox.wait_for_pushes("alipay", 4)
    assert [a["ok"] for a in attempts] == [True, False, False, True]
