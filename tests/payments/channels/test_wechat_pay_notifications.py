"""What WeChat Pay pushes: read when it is genuine, refused with InvalidNotification whatever else it is."""

import base64
import datetime as dt
import json
import time

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from apps.payments.channels.base import InvalidNotification, RefundState, TradeState
from apps.payments.channels.wechat_pay import WeChatPayChannel
from apps.payments.channels.wechat_pay_certificates import shelf_of
from tests.support.wechat_pay import OPENID, Forger
from tests.support.wechat_pay_channel import (
    PROVIDER,
    count_fetches,
    fetches,
    order,
    refund_of,
)

HEADERS = [f"wechatpay-{name}" for name in ("timestamp", "nonce", "signature", "serial", "signature-type")]


@pytest.fixture
def channel(payment_sandbox):
    shelf_of.cache_clear()
    payment_sandbox.settings(PROVIDER, refund_delay_ms=0)
    return WeChatPayChannel(payment_sandbox.merchant(PROVIDER))


@pytest.fixture
def forger(payment_sandbox, channel) -> Forger:
    return Forger(payment_sandbox)


@pytest.fixture
def pay(payment_sandbox, push_receiver, channel):
    """Pay a new order; its pushes go to the receiver."""

    def run():
        request = order(notify_url=push_receiver.url)
        channel.prepay(request)
        payment_sandbox.pay(PROVIDER, request.out_trade_no)
        return request

    return run


def read(channel, push, *, seconds: float = 0):
    """As the callback does, `seconds` from now."""
    now = dt.datetime.fromtimestamp(time.time() + seconds, dt.UTC)
    return channel.parse_notification(headers=push.headers, body=push.body, now=now)


def parse(channel, headers, body):
    return channel.parse_notification(headers=headers, body=body, now=dt.datetime.now(dt.UTC))


def trade(channel, **changes):
    """What a payment's notification says inside."""
    return {
        "mchid": channel._config.mchid,
        "appid": channel._config.appid,
        "out_trade_no": "T123456789",
        "transaction_id": "4200",
        "trade_state": "SUCCESS",
        "success_time": "2026-01-01T08:00:00+08:00",
        "payer": {"openid": OPENID},
        "amount": {"total": 500, "payer_total": 500, "currency": "CNY"},
    } | changes


@pytest.mark.requirement("PAY-08")
def test_a_payment_is_read(channel, pay, push_receiver) -> None:
    request = pay()
    (push,) = push_receiver.wait(1)
    told = read(channel, push)
    assert told.refund is None
    assert (told.trade.state, told.trade.out_trade_no) == (TradeState.PAID, request.out_trade_no)
    assert (told.trade.amount_fen, told.trade.currency) == (500, "CNY")
    assert told.trade.payer_id == OPENID
    queried = channel.query(request.out_trade_no, started_at=request.started_at)
    assert (told.trade.transaction_id, told.trade.paid_at) == (queried.transaction_id, queried.paid_at)


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize(
    ("outcome", "state", "code"),
    [
        ("success", RefundState.SUCCEEDED, ""),
        ("closed", RefundState.FAILED, "CLOSED"),
        ("abnormal", RefundState.FAILED, "ABNORMAL"),
    ],
)
def test_the_end_of_a_refund_is_read(
    payment_sandbox, channel, pay, push_receiver, outcome, state, code
) -> None:
    payment_sandbox.settings(PROVIDER, refund_outcome=outcome)
    refund = refund_of(pay(), notify_url=push_receiver.url)
    channel.refund(refund)
    first, second = (read(channel, push) for push in push_receiver.wait(2))
    told = second if second.refund else first  # they come in any order
    assert told.trade is None
    assert (told.refund.state, told.refund.code, told.refund.amount_fen) == (state, code, 200)
    assert told.refund.out_refund_no == refund.out_refund_no
    assert (told.refund.succeeded_at is not None) == (outcome == "success")
    assert told.refund.reissue_same_number == (outcome != "closed")


@pytest.mark.requirement("PAY-08")
def test_repetitions_have_the_same_key_and_different_pushes_different_ones(
    payment_sandbox, channel, pay, push_receiver
) -> None:
    request = pay()
    push_receiver.wait(1)
    payment_sandbox.push_again(PROVIDER, request.out_trade_no)
    push_receiver.wait(2)
    pay()
    keys = [read(channel, push).key for push in push_receiver.wait(3)]
    assert keys[0] == keys[1] != keys[2]


def test_the_published_vector_of_the_encryption_is_decrypted(payment_sandbox) -> None:
    config = payment_sandbox.merchant(PROVIDER) | {"apiv3_key": "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb"}
    core = WeChatPayChannel(config)._client._core
    resource = {
        "nonce": "uluk4a9R25RW",
        "associated_data": "associatedData",
        "ciphertext": "ulwSiIajGClcvcOYvOQ7+l+0PAbzzwI=",
    }
    assert core.decrypt_resource(resource) == "message"
    assert core.decrypt_resource(resource | {"associated_data": "x"}) is None
    assert core.decrypt_resource({**resource, "associated_data": None}) is None


def test_other_events_are_genuine_and_nothing_to_do(channel, forger) -> None:
    body = forger.body({"anything": 1}, event="PAYSCORE.USER_PAID")
    assert parse(channel, forger.headers(body), body) is None


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize("kind", ["bad_signature", "stale", "probe"])
def test_pushes_that_misbehave_are_refused(payment_sandbox, channel, pay, push_receiver, kind) -> None:
    payment_sandbox.push_faults(PROVIDER, {"kind": kind})
    pay()
    (push,) = push_receiver.wait(1)
    with pytest.raises(InvalidNotification, match="bad_signature"):
        read(channel, push)


def test_a_wrong_amount_is_told_as_it_is(payment_sandbox, channel, pay, push_receiver) -> None:
    payment_sandbox.push_faults(PROVIDER, {"kind": "wrong_amount"})
    pay()
    assert read(channel, push_receiver.wait(1)[0]).trade.amount_fen == 501


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize("seconds", [-310, 310])
def test_a_push_is_refused_five_minutes_from_its_time(channel, pay, push_receiver, seconds) -> None:
    pay()
    (push,) = push_receiver.wait(1)
    assert read(channel, push, seconds=seconds - seconds / 10) is not None
    with pytest.raises(InvalidNotification, match="signed at"):
        read(channel, push, seconds=seconds)


@pytest.mark.requirement("PAY-08")
def test_a_push_that_was_changed_on_the_way_is_refused(channel, pay, push_receiver) -> None:
    pay()
    (push,) = push_receiver.wait(1)
    assert read(channel, push) is not None
    changed = [
        (push.headers, push.body + b" "),
        (push.headers, push.body.replace(b"TRANSACTION", b"REFUND", 1)),
    ]
    for header in HEADERS:
        others = {n: v for n, v in push.headers.items() if n != header}
        changed += [(others, push.body), (others | {header: push.headers[header][::-1]}, push.body)]
    changed += [(push.headers | {"wechatpay-signature": f"WECHATPAY/SIGNTEST/{'A' * 300}"}, push.body)]
    for headers, body in changed:
        with pytest.raises(InvalidNotification):
            parse(channel, headers, body)


@pytest.mark.requirement("PAY-08")
def test_a_push_for_somebody_else_is_refused(payment_sandbox, channel, forger, pay, push_receiver) -> None:
    cases = [
        forger.body(trade(channel, mchid="1900000009")),
        forger.body(trade(channel, appid="wx0000000000other")),
        forger.body(trade(channel), key="another-merchants-apiv3-key-1234"),
    ]
    for body in cases:
        with pytest.raises(InvalidNotification, match="foreign"):
            parse(channel, forger.headers(body), body)
    pay()
    (push,) = push_receiver.wait(1)
    other = WeChatPayChannel(payment_sandbox.merchant(PROVIDER) | {"mchid": "1900000009"})
    with pytest.raises(InvalidNotification, match="foreign: mchid"):
        read(other, push)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": {"total": 5.0, "currency": "CNY"}},
        {"amount": {"total": "500", "currency": "CNY"}},
        {"amount": {"total": True, "currency": "CNY"}},
        {"amount": {"total": -1, "currency": "CNY"}},
        {"amount": {"total": 500, "currency": 156}},
        {"amount": {}},
        {"amount": None},
        {"trade_state": "PAID"},
        {"trade_state": 1},
        {"out_trade_no": ""},
        {"transaction_id": None},
        {"success_time": "yesterday"},
        {"success_time": "2026-01-01T08:00:00"},
        {"success_time": 5},
    ],
)
def test_a_payment_told_in_another_form_is_refused(channel, forger, changes) -> None:
    body = forger.body(trade(channel, **changes))
    with pytest.raises(InvalidNotification, match="bad_body"):
        parse(channel, forger.headers(body), body)


def test_a_foreign_currency_is_told_as_it_is(channel, forger) -> None:
    body = forger.body(trade(channel, amount={"total": 500, "currency": "USD"}))
    assert parse(channel, forger.headers(body), body).trade.currency == "USD"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        b'{"resource": []}',
        b'{"resource": {"algorithm": "AEAD_SM4_GCM"}}',
        b'{"resource": {"algorithm": "AEAD_AES_256_GCM"}}',
        b'{"resource": {"algorithm": "AEAD_AES_256_GCM", "nonce": "", "ciphertext": "", "associated_data": ""}}',
        b'{"resource": {"algorithm": "AEAD_AES_256_GCM", "nonce": 1, "ciphertext": 2, "associated_data": 3}}',
        b'{"resource": {"algorithm": "AEAD_AES_256_GCM", "nonce": "uluk4a9R25RW", "ciphertext": "!"}}',
    ],
)
def test_a_signed_body_that_makes_no_sense_is_refused(channel, forger, body) -> None:
    with pytest.raises(InvalidNotification):
        parse(channel, forger.headers(body), body)


def test_an_envelope_without_id_or_with_no_object_inside_is_refused(channel, forger) -> None:
    for body in (
        forger.body(trade(channel), id=None),
        forger.body(trade(channel), id=""),
        forger.body("[1, 2]"),
        forger.body("not JSON"),
        forger.body({}, event="REFUND.SUCCESS"),
    ):
        with pytest.raises(InvalidNotification):
            parse(channel, forger.headers(body), body)


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize(
    "serial",
    [
        "PUB_KEY_ID_0000000000000000",
        "0",
        "F" * 40,
        "0x1F",
        "-1",
        "１",
        "g",
        "",
        " ",
        "F" * 65,
        "é",
        "1 OR 1=1",
    ],
)
def test_an_unknown_serial_is_refused(channel, forger, serial) -> None:
    body = forger.body(trade(channel))
    with pytest.raises(InvalidNotification, match="unknown serial"):
        parse(channel, forger.headers(body) | {"wechatpay-serial": serial}, body)


@pytest.mark.parametrize("kind", ["", "WECHATPAY2-SM2-WITH-SM3", "wechatpay2-sha256-rsa2048"])
def test_an_unknown_signature_type_is_refused(channel, forger, kind) -> None:
    body = forger.body(trade(channel))
    with pytest.raises(InvalidNotification, match="signature type"):
        parse(channel, forger.headers(body, signature_type=kind), body)


@pytest.mark.requirement("PAY-08")
def test_strangers_make_nobody_fetch_certificates_all_day(payment_sandbox, channel, forger) -> None:
    count_fetches(payment_sandbox)
    body = forger.body(trade(channel))
    for number in range(20):
        with pytest.raises(InvalidNotification):
            parse(channel, forger.headers(body, serial=f"{number:040X}"), body)
    assert fetches(payment_sandbox) == 1


def test_during_a_migration_pushes_signed_by_a_certificate_are_read(
    payment_sandbox, channel, pay, push_receiver
) -> None:
    count_fetches(payment_sandbox)
    payment_sandbox.settings(PROVIDER, notification_key="certificate")
    pay()
    pay()
    for push in push_receiver.wait(2):
        assert read(channel, push).trade is not None
    assert fetches(payment_sandbox) == 1


def test_a_provider_that_does_not_answer_leaves_a_strange_serial_unknown(
    payment_sandbox, channel, forger
) -> None:
    payment_sandbox.faults(PROVIDER, {"kind": "close", "operation": "certificates"})
    body = forger.body(trade(channel))
    with pytest.raises(InvalidNotification, match="unknown serial"):
        parse(channel, forger.headers(body, serial="F" * 40), body)


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    headers=st.dictionaries(
        st.sampled_from(HEADERS),
        st.one_of(
            st.text(max_size=40),
            st.just("WECHATPAY2-SHA256-RSA2048"),
            st.builds(lambda: str(int(time.time()))),
        ),
    ),
    body=st.binary(max_size=200),
)
def test_whatever_arrives_is_refused_in_one_way(channel, headers, body) -> None:
    with pytest.raises(InvalidNotification):
        parse(channel, headers, body)


def test_acknowledgements_are_what_wechat_pay_wants_to_hear(channel) -> None:
    taken, refused = (
        channel.acknowledge(accepted=True),
        channel.acknowledge(accepted=False, message="x" * 999),
    )
    assert (taken.status, taken.body) == (204, b"")
    assert refused.status == 400
    assert json.loads(refused.body) == {"code": "FAIL", "message": "x" * 60}


def test_a_forger_without_the_key_is_refused(channel, forger) -> None:
    body = forger.body(trade(channel))
    headers = forger.headers(body, signature=base64.b64encode(b"\0" * 256).decode())
    with pytest.raises(InvalidNotification, match="not signed by WeChat Pay"):
        parse(channel, headers, body)
    assert parse(channel, forger.headers(body), body).trade.amount_fen == 500
