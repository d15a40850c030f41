"""The WeChat Pay channel against its stand-in: orders, refunds, and what every misbehaviour becomes."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from apps.payments.channels.base import (
    NotSupported,
    PayMethod,
    PermanentChannelError,
    RefundState,
    TemporaryChannelError,
    TradeState,
)
from apps.payments.channels.registry import CHANNELS
from apps.payments.channels.wechat_pay import WeChatPayChannel, cut
from apps.payments.channels.wechat_pay_certificates import shelf_of
from tests.support.wechat_pay import OPENID
from tests.support.wechat_pay_channel import (
    PROVIDER,
    fault,
    now,
    order,
    paid,
    refund_of,
    times,
)


@pytest.fixture
def channel(payment_sandbox):
    shelf_of.cache_clear()
    return WeChatPayChannel(payment_sandbox.merchant(PROVIDER))


@pytest.mark.requirement("PAY-01")
def test_the_channel_is_declared_with_what_its_merchants_need(payment_sandbox) -> None:
    spec = CHANNELS[PROVIDER]
    merchant = payment_sandbox.merchant(PROVIDER)
    assert set(merchant) == {*spec.fields, *spec.optional}
    assert set(spec.secrets) == {"private_key", "apiv3_key"}
    channel = spec.build(merchant)
    assert (channel.code, channel.methods) == (PROVIDER, frozenset(spec.methods))
    assert "PRIVATE" not in repr(channel._config)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mchid", "abc"),
        ("appid", ""),
        ("serial_no", "xyz"),
        ("private_key", "nonsense"),
        ("private_key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"),
        ("apiv3_key", "too short"),
        ("public_key_id", "PUB"),
        ("public_key", "nonsense"),
        ("public_key", ""),
        ("base_url", "ftp://example.com"),
        ("base_url", "https://example.com/path"),
    ],
)
def test_a_configuration_that_cannot_be_right_is_refused_by_name(payment_sandbox, field, value) -> None:
    config = payment_sandbox.merchant(PROVIDER) | {field: value}
    with pytest.raises(ValueError, match=field):
        CHANNELS[PROVIDER].build(config)


def test_keys_may_be_pasted_without_their_frame(payment_sandbox) -> None:
    config = payment_sandbox.merchant(PROVIDER)
    bare = {name: "".join(config[name].strip().splitlines()[1:-1]) for name in ("private_key", "public_key")}
    assert WeChatPayChannel(config | bare).prepay(order()).reference


@pytest.mark.requirement("PAY-01")
def test_the_payer_can_pay_with_the_five_fields(payment_sandbox, channel) -> None:
    request = order()
    prepaid = channel.prepay(request)
    assert set(prepaid.client) == {"timeStamp", "nonceStr", "package", "signType", "paySign"}
    assert prepaid.client["package"] == f"prepay_id={prepaid.reference}"
    payment_sandbox.control("POST", f"{PROVIDER}/request-payment", {**prepaid.client, "openid": OPENID})
    trade = channel.query(request.out_trade_no, started_at=now())
    assert (trade.state, trade.amount_fen, trade.currency) == (TradeState.PAID, 500, "CNY")
    assert (trade.out_trade_no, trade.payer_id) == (request.out_trade_no, OPENID)
    assert len(trade.transaction_id) == 28
    assert trade.paid_at is not None
    assert abs((trade.paid_at - dt.datetime.now(dt.UTC)).total_seconds()) < 60


@pytest.mark.requirement("PAY-08")
def test_the_same_order_can_be_asked_for_again_and_not_another_under_its_number(channel) -> None:
    request = order(attach="opaque")
    first, second = channel.prepay(request), channel.prepay(request)
    assert first.reference == second.reference
    with pytest.raises(PermanentChannelError, match="OUT_TRADE_NO_USED"):
        channel.prepay(replace(request, amount_fen=501))


def test_first_calls_at_the_same_time_work(channel) -> None:
    with ThreadPoolExecutor(8) as pool:
        references = list(pool.map(lambda _: channel.prepay(order()).reference, range(8)))
    assert len(set(references)) == 8


def test_texts_are_cut_to_what_wechat_pay_takes(payment_sandbox, channel) -> None:
    request = paid(payment_sandbox, channel, description="挂号费\n" * 30, attach="附" * 60)
    trade = payment_sandbox.trade(PROVIDER, request.out_trade_no)
    assert trade is not None
    assert len(trade["description"].encode()) in range(124, 128)
    assert "\n" not in trade["description"]
    assert channel.refund(refund_of(request, reason="退" * 100)).state == RefundState.PROCESSING
    assert channel.refund(refund_of(paid(payment_sandbox, channel), reason="")).refund_id
    assert channel.prepay(order(description="\u0000")).reference


@pytest.mark.parametrize(
    ("text", "most", "left"),
    [("挂号", 5, "挂"), ("挂号", 6, "挂号"), ("a\tb", 9, "a b"), ("💊💊", 7, "💊"), ("", 9, "")],
)
def test_a_text_is_cut_between_characters(text, most, left) -> None:
    assert cut(text, most) == left


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"out_trade_no": "short"}, "out_trade_no"),
        ({"out_trade_no": "x" * 33}, "out_trade_no"),
        ({"out_trade_no": "../../refunds"}, "out_trade_no"),
        ({"amount_fen": 0}, "amount"),
        ({"notify_url": "https://example.com/?a=1"}, "notify_url"),
        ({"notify_url": "https://example.com/" + "x" * 250}, "notify_url"),
        ({"notify_url": ""}, "notify_url"),
        ({"payer_id": ""}, "payer_id"),
    ],
)
def test_what_wechat_pay_would_refuse_is_not_sent(payment_sandbox, channel, changes, detail) -> None:
    fault(payment_sandbox, "close", "*")
    with pytest.raises(PermanentChannelError, match=f"bad_request: {detail}"):
        channel.prepay(order(**changes))


def test_other_ways_to_pay_are_not_offered(channel) -> None:
    with pytest.raises(NotSupported):
        channel.prepay(order(method=PayMethod.WAP))


@pytest.mark.requirement("CLN-08")
def test_a_code_to_scan_needs_no_payer(payment_sandbox, channel) -> None:
    request = order(method=PayMethod.QR_CODE, payer_id="")
    prepaid = channel.prepay(request)
    assert prepaid.client["qr_code"].startswith("weixin://wxpay/bizpayurl?pr=")
    assert channel.prepay(request).client == prepaid.client
    payment_sandbox.pay("wechat_pay", request.out_trade_no, "o-somebody")
    trade = channel.query(request.out_trade_no, started_at=request.started_at)
    assert (trade.state, trade.amount_fen) == (TradeState.PAID, request.amount_fen)


def test_an_order_that_has_ended_is_refused(channel) -> None:
    with pytest.raises(PermanentChannelError, match="INVALID_REQUEST"):
        channel.prepay(order(expires_at=now() - dt.timedelta(minutes=1)))


@pytest.mark.requirement("PAY-08")
def test_an_order_that_was_paid_meanwhile_is_to_be_queried(payment_sandbox, channel) -> None:
    request = paid(payment_sandbox, channel)
    with pytest.raises(TemporaryChannelError, match="ORDER_PAID") as caught:
        channel.prepay(request)
    assert caught.value.outcome_unknown


@pytest.mark.requirement("PAY-08")
def test_a_query_tells_every_state(payment_sandbox, channel) -> None:
    request = order()
    number = request.out_trade_no

    def state() -> TradeState:
        return channel.query(number, started_at=now()).state

    assert state() == TradeState.NOT_FOUND
    channel.prepay(request)
    assert state() == TradeState.UNPAID
    payment_sandbox.pay(PROVIDER, number)
    assert state() == TradeState.PAID
    channel.refund(refund_of(request))
    assert state() == TradeState.REFUNDED
    other = order()
    channel.prepay(other)
    channel.close(other.out_trade_no, **times())
    assert channel.query(other.out_trade_no, started_at=now()).state == TradeState.CLOSED


def test_an_order_ends_at_its_expiry(payment_sandbox, channel) -> None:
    request = order(expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=15))
    channel.prepay(request)
    payment_sandbox.advance(16 * 60)
    assert channel.query(request.out_trade_no, started_at=now()).state == TradeState.CLOSED


@pytest.mark.requirement("PAY-08")
def test_closing_ends_an_order_or_tells_that_somebody_was_faster(payment_sandbox, channel) -> None:
    open_order, paid_order = order(), paid(payment_sandbox, channel)
    channel.prepay(open_order)
    for _ in range(2):
        assert channel.close(open_order.out_trade_no, **times()).state == TradeState.CLOSED
    trade = channel.close(paid_order.out_trade_no, **times())
    assert (trade.state, trade.amount_fen, len(trade.transaction_id)) == (TradeState.PAID, 500, 28)
    assert channel.close(order().out_trade_no, **times()).state == TradeState.NOT_FOUND
    channel.refund(refund_of(paid_order))
    assert channel.close(paid_order.out_trade_no, **times()).state == TradeState.REFUNDED
    fault(payment_sandbox, "code", "close", code="ORDER_CLOSED")
    assert channel.close(open_order.out_trade_no, **times()).state == TradeState.CLOSED


def test_a_refund_is_accepted_first_and_succeeds_later(payment_sandbox, channel) -> None:
    payment_sandbox.settings(PROVIDER, refund_delay_ms=60_000)
    request = paid(payment_sandbox, channel)
    transaction_id = channel.query(request.out_trade_no, started_at=now()).transaction_id
    refund = refund_of(request, transaction_id)
    accepted = channel.refund(refund)
    assert (accepted.state, accepted.amount_fen, accepted.succeeded_at) == (RefundState.PROCESSING, 200, None)
    payment_sandbox.advance(61)
    ended = channel.query_refund(refund)
    assert (ended.state, ended.refund_id) == (RefundState.SUCCEEDED, accepted.refund_id)
    assert (ended.out_refund_no, ended.amount_fen) == (refund.out_refund_no, 200)
    assert ended.succeeded_at is not None


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize(
    ("outcome", "code", "same_number"), [("closed", "CLOSED", False), ("abnormal", "ABNORMAL", True)]
)
def test_a_refund_that_ends_badly_says_whether_its_number_is_spent(
    payment_sandbox, channel, outcome, code, same_number
) -> None:
    payment_sandbox.settings(PROVIDER, refund_outcome=outcome, refund_delay_ms=0)
    refund = refund_of(paid(payment_sandbox, channel))
    channel.refund(refund)
    ended = channel.query_refund(refund)
    assert (ended.state, ended.code) == (RefundState.FAILED, code)
    assert ended.reissue_same_number is same_number


@pytest.mark.requirement("PAY-08")
def test_a_refund_sent_again_refunds_once(payment_sandbox, channel) -> None:
    request = paid(payment_sandbox, channel)
    refund = refund_of(request, amount_fen=500)
    assert channel.query_refund(refund).state == RefundState.NOT_FOUND
    assert len({channel.refund(refund).refund_id for _ in range(3)}) == 1
    assert payment_sandbox.balance(PROVIDER)["paid_fen"] == 500
    trade = payment_sandbox.trade(PROVIDER, request.out_trade_no)
    assert trade is not None
    assert [r["amount_fen"] for r in trade["refunds"]] == [500]
    with pytest.raises(PermanentChannelError, match="INVALID_REQUEST"):
        channel.refund(replace(refund, amount_fen=499))


def test_an_empty_account_lets_the_same_number_go_later(payment_sandbox, channel) -> None:
    refund = refund_of(paid(payment_sandbox, channel))
    payment_sandbox.settings(PROVIDER, withdrawn_fen=400)
    with pytest.raises(TemporaryChannelError, match="NOT_ENOUGH") as caught:
        channel.refund(refund)
    assert not caught.value.outcome_unknown
    assert channel.query_refund(refund).state == RefundState.NOT_FOUND
    payment_sandbox.settings(PROVIDER, withdrawn_fen=0)
    assert channel.refund(refund).state == RefundState.PROCESSING


def test_more_than_was_paid_is_not_refunded(payment_sandbox, channel) -> None:
    payment_sandbox.settings(PROVIDER, partial_refund_seconds=0)
    request = paid(payment_sandbox, channel)
    channel.refund(refund_of(request, amount_fen=400))
    with pytest.raises(PermanentChannelError, match="INVALID_REQUEST"):
        channel.refund(refund_of(request, amount_fen=101))


def test_a_second_refund_within_a_minute_waits(payment_sandbox, channel) -> None:
    request = paid(payment_sandbox, channel)
    channel.refund(refund_of(request))
    second = refund_of(request)
    with pytest.raises(TemporaryChannelError, match="FREQUENCY_LIMITED"):
        channel.refund(second)
    payment_sandbox.advance(60)
    assert channel.refund(second).state == RefundState.PROCESSING
