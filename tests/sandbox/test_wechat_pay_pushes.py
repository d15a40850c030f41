"""Notifications of the WeChat Pay stand-in, opened by the published SDK as they arrive."""

import json
import time

import pytest

from tests.support.waiting import wait_until
from tests.support.wechat_pay import OPENID, out_trade_no, published_sdk

PROVIDER = "wechat_pay"
RETRIES = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600, 21_600)


@pytest.fixture
def sdk(payment_sandbox):
    payment_sandbox.settings(PROVIDER, partial_refund_seconds=0)
    return published_sdk(payment_sandbox)


@pytest.fixture
def pay(payment_sandbox, push_receiver, sdk):
    """Pay a new order of 5 yuan whose pushes go to the receiver."""

    def run() -> str:
        number = out_trade_no()
        amount = {"total": 500, "currency": "CNY"}
        sdk.pay("挂号费", number, amount, payer={"openid": OPENID}, notify_url=push_receiver.url, attach="a")
        payment_sandbox.pay(PROVIDER, number)
        return number

    return run


def refund(sdk, push_receiver, number: str, fen: int, name: str = "R1") -> None:
    amount = {"refund": fen, "total": 500, "currency": "CNY"}
    assert sdk.refund(name, amount, out_trade_no=number, notify_url=push_receiver.url)[0] == 200


def test_a_payment_is_told_encrypted_and_signed(sdk, pay, push_receiver) -> None:
    number = pay()
    (push,) = push_receiver.wait(1)
    told = sdk.callback(push.headers, push.body)
    assert (told["event_type"], told["resource_type"]) == ("TRANSACTION.SUCCESS", "encrypt-resource")
    trade = told["resource"]
    assert (trade["out_trade_no"], trade["trade_state"], trade["attach"]) == (number, "SUCCESS", "a")
    assert (trade["amount"]["total"], trade["mchid"], trade["appid"]) == (500, sdk._mchid, sdk._appid)
    assert number.encode() not in push.body


@pytest.mark.parametrize(
    ("outcome", "event"),
    [("success", "REFUND.SUCCESS"), ("closed", "REFUND.CLOSED"), ("abnormal", "REFUND.ABNORMAL")],
)
def test_a_refund_is_told_when_it_has_ended(payment_sandbox, sdk, pay, push_receiver, outcome, event) -> None:
    payment_sandbox.settings(PROVIDER, refund_outcome=outcome, refund_delay_ms=50)
    number = pay()
    refund(sdk, push_receiver, number, 200)
    push = push_receiver.wait(2)[1]
    told = sdk.callback(push.headers, push.body)
    assert (told["event_type"], told["resource"]["refund_status"]) == (event, event.removeprefix("REFUND."))
    assert ("success_time" in told["resource"]) == (outcome == "success")
    assert told["resource"]["amount"]["refund"] == 200


def test_a_refund_ends_with_the_sandbox_clock(payment_sandbox, sdk, pay, push_receiver) -> None:
    payment_sandbox.settings(PROVIDER, refund_delay_ms=3_600_000)
    refund(sdk, push_receiver, pay(), 200)
    payment_sandbox.advance(3601)
    assert len(push_receiver.wait(2)) == 2


def test_a_push_that_is_not_taken_comes_again_on_the_documented_schedule(
    payment_sandbox, sdk, pay, push_receiver
) -> None:
    payment_sandbox.settings(PROVIDER, speed=150)  # 0.1, 0.1 and 0.2 seconds
    push_receiver.replies = [(500, b""), (401, b'{"code": "FAIL"}'), (302, b"")]
    before = time.monotonic()
    pay()
    received = push_receiver.wait(4)
    assert time.monotonic() - before >= 0.4
    bodies = [json.loads(push.body) for push in received]
    assert len({body["id"] for body in bodies}) == 1
    assert len({push.headers["wechatpay-nonce"] for push in received}) == 4
    assert sdk.callback(received[3].headers, received[3].body)
    wait_until(lambda: len(payment_sandbox.pushes(PROVIDER)) == 4)
    assert [push["status"] for push in payment_sandbox.pushes(PROVIDER)] == [200, 302, 401, 500]
    assert payment_sandbox.balance(PROVIDER)["pushes_waiting"] == 0


def test_a_push_is_given_up_after_fifteen_repetitions(payment_sandbox, pay, push_receiver) -> None:
    payment_sandbox.settings(PROVIDER, speed=1_000_000)
    push_receiver.default = (500, b"")
    pay()
    payment_sandbox.wait_for_pushes(PROVIDER, 1 + len(RETRIES))
    wait_until(lambda: payment_sandbox.balance(PROVIDER)["pushes_waiting"] == 0)
    assert len(push_receiver.received) == 16


def test_without_compression_the_first_repetition_waits_fifteen_seconds(
    pay, payment_sandbox, push_receiver
) -> None:
    push_receiver.default = (500, b"")
    pay()
    payment_sandbox.wait_for_pushes(PROVIDER, 1)
    wait_until(lambda: payment_sandbox.balance(PROVIDER)["pushes_waiting"] == 1)
    assert len(push_receiver.received) == 1


def test_a_push_can_come_once_more_with_the_same_id(payment_sandbox, pay, push_receiver) -> None:
    number = pay()
    push_receiver.wait(1)
    payment_sandbox.push_again(PROVIDER, number)
    first, second = (json.loads(push.body) for push in push_receiver.wait(2))
    assert (first["id"], first["resource"]["nonce"] == second["resource"]["nonce"]) == (second["id"], False)


def test_pushes_can_be_signed_by_a_certificate(payment_sandbox, sdk, pay, push_receiver) -> None:
    payment_sandbox.settings(PROVIDER, notification_key="certificate")
    pay()
    (push,) = push_receiver.wait(1)
    assert push.headers["wechatpay-serial"] != sdk._core._public_key_id
    assert sdk.callback(push.headers, push.body)["event_type"] == "TRANSACTION.SUCCESS"  # it fetches the list


@pytest.mark.parametrize("kind", ["bad_signature", "probe"])
def test_a_push_can_be_signed_wrongly(payment_sandbox, sdk, pay, push_receiver, kind) -> None:
    payment_sandbox.push_faults(PROVIDER, {"kind": kind})
    pay()
    (push,) = push_receiver.wait(1)
    assert sdk.callback(push.headers, push.body) is None
    probe = push.headers["wechatpay-signature"].startswith("WECHATPAY/SIGNTEST/")
    assert probe == (kind == "probe")


def test_a_push_can_be_old_and_rightly_signed(payment_sandbox, sdk, pay, push_receiver) -> None:
    payment_sandbox.push_faults(PROVIDER, {"kind": "stale"})
    pay()
    (push,) = push_receiver.wait(1)
    assert time.time() - int(push.headers["wechatpay-timestamp"]) > 300
    assert sdk.callback(push.headers, push.body) is not None  # the SDK alone accepts it


def test_a_push_can_tell_a_wrong_amount(payment_sandbox, sdk, pay, push_receiver) -> None:
    payment_sandbox.push_faults(PROVIDER, {"kind": "wrong_amount"})
    refund(sdk, push_receiver, pay(), 200)
    trade, back = (sdk.callback(push.headers, push.body)["resource"] for push in push_receiver.wait(2))
    assert (trade["amount"]["total"], back["amount"]["refund"]) == (501, 201)


def test_a_push_can_be_lost_doubled_or_late(payment_sandbox, pay, push_receiver) -> None:
    payment_sandbox.push_faults(PROVIDER, {"kind": "lose", "times": 1}, {"kind": "duplicate", "times": 1})
    pay()
    second = pay()
    assert len({json.loads(push.body)["id"] for push in push_receiver.wait(2)}) == 1
    assert {
        push["data"]["resource"]["out_trade_no"] for push in payment_sandbox.wait_for_pushes(PROVIDER, 2)
    } == {second}
    payment_sandbox.push_faults(PROVIDER, {"kind": "delay", "delay_ms": 400, "times": 1})
    late, early = pay(), pay()
    push_receiver.wait(4)
    newest = [p["data"]["resource"]["out_trade_no"] for p in payment_sandbox.wait_for_pushes(PROVIDER, 4)]
    assert newest[:2] == [late, early]


def test_a_refund_without_an_address_is_not_told(payment_sandbox, sdk, pay, push_receiver) -> None:
    number = pay()
    push_receiver.wait(1)
    sdk.refund("R1", {"refund": 1, "total": 500, "currency": "CNY"}, out_trade_no=number)
    payment_sandbox.advance(1)
    assert json.loads(sdk.query_refund("R1")[1])["status"] == "SUCCESS"
    assert payment_sandbox.balance(PROVIDER)["pushes_waiting"] == 0
