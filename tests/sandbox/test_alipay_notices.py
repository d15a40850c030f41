"""Notifications as Alipay sends them: signed, stable, repeated until `success`; and how they may misbehave."""

from urllib.parse import parse_qsl

import pytest
from alipay import AliPay

from sandbox.alipay.notices import RETRIES
from tests.support.alipay import create, paid, sdk
from tests.support.waiting import wait_until


@pytest.fixture
def client(payment_sandbox, push_receiver) -> AliPay:
    """The SDK, with a payment of 12.30 that tells `push_receiver`."""
    client = sdk(payment_sandbox)
    client.api_alipay_trade_precreate("挂号费 & 张三+李四", "T1", "12.30", notify_url=push_receiver.url)
    return client


def fields(push) -> dict[str, str]:
    assert push.headers["content-type"].startswith("application/x-www-form-urlencoded")
    return dict(parse_qsl(push.body.decode(), keep_blank_values=True))


def verified(client: AliPay, values: dict[str, str]) -> bool:
    """By the SDK: without sign and sign_type, empty values kept."""
    values = dict(values)
    return client.verify(values, values.pop("sign"))


def test_a_payment_is_told_in_all_its_fields(payment_sandbox, push_receiver, client) -> None:
    payment_sandbox.pay("alipay", "T1", payer="2088999999999999")
    (push,) = push_receiver.wait(1)
    values = fields(push)
    assert verified(client, values)
    assert {k: values[k] for k in ("out_trade_no", "trade_status", "total_amount", "buyer_id", "body")} == {
        "out_trade_no": "T1",
        "trade_status": "TRADE_SUCCESS",
        "total_amount": "12.30",
        "buyer_id": "2088999999999999",
        "body": "",
    }
    assert {
        "notify_id", "notify_time", "app_id", "trade_no", "receipt_amount", "seller_id", "gmt_create", "gmt_payment",
        "fund_bill_list",
    } <= set(values)  # fmt: skip
    assert values["notify_type"] == "trade_status_sync"


def test_refunds_are_told_with_what_has_gone_back_in_all(payment_sandbox, push_receiver, client) -> None:
    payment_sandbox.pay("alipay", "T1")
    push_receiver.wait(1)
    for number, amount in (("R1", "2.00"), ("R2", "10.30")):
        client.api_alipay_trade_refund(amount, out_trade_no="T1", out_request_no=number)
    wait_until(lambda: len(push_receiver.received) == 3)
    said = sorted((fields(push) for push in push_receiver.received[1:]), key=lambda f: f["out_biz_no"])
    shown = [(f["out_biz_no"], f["refund_fee"], f["trade_status"], bool(f["gmt_refund"])) for f in said]
    assert shown == [("R1", "2.00", "TRADE_SUCCESS", True), ("R2", "12.30", "TRADE_CLOSED", True)]
    assert all(verified(client, f) for f in said)


def test_a_close_is_told(payment_sandbox, push_receiver, client) -> None:
    payment_sandbox.control("POST", "alipay/scan", {"out_trade_no": "T1"})
    client.api_alipay_trade_close("T1")
    (push,) = push_receiver.wait(1)
    assert (fields(push)["trade_status"], "gmt_payment" in fields(push)) == ("TRADE_CLOSED", False)


@pytest.mark.parametrize(
    "answer", [(500, b"success"), (200, b"SUCCESS"), (200, b"success\n"), (200, b"fail")]
)
def test_anything_but_success_is_no_acknowledgement(payment_sandbox, push_receiver, client, answer) -> None:
    payment_sandbox.settings("alipay", speed=100_000)
    push_receiver.replies = [answer, answer]
    payment_sandbox.pay("alipay", "T1")
    first, *others = (fields(push) for push in push_receiver.wait(3))
    assert {f["notify_id"] for f in others} == {first["notify_id"]}
    attempts = payment_sandbox.wait_for_pushes("alipay", 3)
    assert [(a["attempt"], a["ok"]) for a in attempts] == [(3, True), (2, False), (1, False)]


def test_a_push_is_given_up_after_seven_repetitions(payment_sandbox, push_receiver, client) -> None:
    payment_sandbox.settings("alipay", speed=1_000_000)
    push_receiver.default = (200, b"fail")
    payment_sandbox.pay("alipay", "T1")
    payment_sandbox.wait_for_pushes("alipay", 8)
    assert payment_sandbox.balance("alipay")["pushes_waiting"] == 0
    assert RETRIES == (240, 600, 600, 3600, 7200, 21_600, 54_000)


def test_the_same_news_again_has_the_same_number(payment_sandbox, push_receiver, client) -> None:
    payment_sandbox.pay("alipay", "T1")
    payment_sandbox.push_again("alipay", "T1")
    first, second = (fields(push) for push in push_receiver.wait(2))
    assert first["notify_id"] == second["notify_id"]


def test_pushes_misbehave_as_asked(payment_sandbox, push_receiver, client) -> None:
    seen = {}
    payment_sandbox.pay("alipay", "T1")
    genuine = fields(push_receiver.wait(1)[0])
    for kind in ("wrong_amount", "bad_signature", "stale", "probe"):
        payment_sandbox.push_faults("alipay", {"kind": kind, "times": 1})
        payment_sandbox.push_again("alipay", "T1")
        seen[kind] = fields(push_receiver.wait(len(seen) + 2)[-1])
    assert {kind: verified(client, f) for kind, f in seen.items()} == {
        "wrong_amount": True,
        "bad_signature": False,
        "stale": True,
        "probe": False,
    }
    assert seen["wrong_amount"]["total_amount"] == "112.30"
    assert seen["stale"]["notify_time"] < genuine["notify_time"]


def test_pushes_are_lost_doubled_and_delayed(payment_sandbox, push_receiver) -> None:
    client = sdk(payment_sandbox)
    for number in ("T1", "T2", "T3"):
        client.api_alipay_trade_precreate("费", number, "1.00", notify_url=push_receiver.url)
    rules = [{"kind": kind, "times": 1, "delay_ms": 300} for kind in ("lose", "duplicate", "delay")]
    payment_sandbox.push_faults("alipay", *rules)
    for number in ("T1", "T2", "T3"):
        payment_sandbox.pay("alipay", number)
    told = [fields(push)["out_trade_no"] for push in push_receiver.wait(3)]
    assert told == ["T2", "T2", "T3"]


def test_a_refunds_own_address_wins(payment_sandbox, push_receiver) -> None:
    client = paid(payment_sandbox)
    create(payment_sandbox, "T2")
    biz = {"out_trade_no": "T1", "refund_amount": "1.00", "out_request_no": "R1"}
    client.server_api("alipay.trade.refund", biz, notify_url=push_receiver.url)
    assert fields(push_receiver.wait(1)[0])["out_biz_no"] == "R1"
