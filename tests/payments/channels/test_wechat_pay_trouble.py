"""The WeChat Pay channel with a provider in trouble: silence, refusals, answers that nobody has signed."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from apps.payments.channels import wechat_pay
from apps.payments.channels.base import (
    PermanentChannelError,
    TemporaryChannelError,
    TradeState,
)
from apps.payments.channels.wechat_pay import WeChatPayChannel
from apps.payments.channels.wechat_pay_certificates import shelf_of
from tests.support.wechat_pay_channel import (
    PROVIDER,
    QUICK,
    count_fetches,
    fault,
    fetches,
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


@pytest.fixture
def impatient(payment_sandbox, channel):
    """The same merchant, waiting 0.4 seconds for an answer."""
    return WeChatPayChannel(payment_sandbox.merchant(PROVIDER), QUICK)


@pytest.fixture
def by_certificate(payment_sandbox):
    """A merchant that has not yet moved to the public key."""
    shelf_of.cache_clear()
    config = payment_sandbox.control("GET", f"{PROVIDER}/merchant?mode=certificate")
    return WeChatPayChannel(config)


CALLS = {
    "prepay": lambda channel, request: channel.prepay(request),
    "query": lambda channel, request: channel.query(request.out_trade_no, started_at=now()),
    "close": lambda channel, request: channel.close(request.out_trade_no, **times()),
    "refund": lambda channel, request: channel.refund(refund_of(request, out_refund_no="R1")),
    "query_refund": lambda channel, request: channel.query_refund(refund_of(request, out_refund_no="R1")),
}
ASKING = ("query", "query_refund")


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize("operation", CALLS)
def test_silence_after_the_work_is_an_unknown_outcome(payment_sandbox, channel, impatient, operation) -> None:
    request = order() if operation == "prepay" else paid(payment_sandbox, channel)
    if operation == "close":
        channel.prepay(request := order())
    if operation == "query_refund":
        CALLS["refund"](channel, request)
    fault(payment_sandbox, "silent_after_work", operation, delay_ms=700)
    with pytest.raises(TemporaryChannelError, match="timeout") as caught:
        CALLS[operation](impatient, request)
    assert caught.value.outcome_unknown is (operation not in ASKING)
    result = CALLS[operation](channel, request)  # the same numbers again: nothing happens twice
    if operation == "prepay":
        assert len(payment_sandbox.trades(PROVIDER)) == 1
    if operation == "close":
        assert result.state == TradeState.CLOSED
    if operation == "refund":
        trade = payment_sandbox.trade(PROVIDER, request.out_trade_no)
        assert trade is not None
        assert len(trade["refunds"]) == 1


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize(
    ("misbehaviour", "code"),
    [
        ({"kind": "close"}, "connection"),
        ({"kind": "http_error", "status": 502}, "http_502"),
        ({"kind": "code", "code": "SYSTEM_ERROR"}, "SYSTEM_ERROR"),
        ({"kind": "code", "code": "FREQUENCY_LIMITED"}, "FREQUENCY_LIMITED"),
    ],
)
def test_a_provider_in_trouble_is_asked_again_later(
    payment_sandbox, channel, operation, misbehaviour, code
) -> None:
    fault(payment_sandbox, operation=operation, **misbehaviour)
    with pytest.raises(TemporaryChannelError) as caught:
        CALLS[operation](channel, order())
    assert (caught.value.code, caught.value.outcome_unknown) == (code, operation not in ASKING)


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("code", ["SIGN_ERROR", "NO_AUTH", "PARAM_ERROR", "INVALID_REQUEST", "SOMETHING_NEW"])
def test_a_refusal_is_permanent(payment_sandbox, channel, operation, code) -> None:
    fault(payment_sandbox, "code", operation, code=code)
    with pytest.raises(PermanentChannelError) as caught:
        CALLS[operation](channel, order())
    assert caught.value.code == code


@pytest.mark.parametrize("code", ["NOT_ENOUGH", "RULE_LIMIT"])
def test_some_refusals_of_refunds_pass(payment_sandbox, channel, code) -> None:
    request = paid(payment_sandbox, channel)
    fault(payment_sandbox, "code", "refund", code=code)
    with pytest.raises(TemporaryChannelError) as caught:
        channel.refund(refund_of(request))
    assert not caught.value.outcome_unknown


def test_an_order_that_wechat_pay_does_not_find_yet_can_be_refunded_later(payment_sandbox, channel) -> None:
    request = paid(payment_sandbox, channel)
    fault(payment_sandbox, "code", "refund", code="RESOURCE_NOT_EXISTS")
    with pytest.raises(TemporaryChannelError) as caught:
        channel.refund(refund_of(request))
    assert not caught.value.outcome_unknown


def test_a_closed_account_of_the_payer_is_permanent(payment_sandbox, channel) -> None:
    fault(payment_sandbox, "code", "refund", code="USER_ACCOUNT_ABNORMAL")
    with pytest.raises(PermanentChannelError, match="USER_ACCOUNT_ABNORMAL"):
        channel.refund(refund_of(order()))


@pytest.mark.parametrize("code", ["ORDERNOTEXIST", "ORDER_NOT_EXIST"])
def test_both_spellings_of_a_code_are_known(payment_sandbox, channel, code) -> None:
    fault(payment_sandbox, "code", "query", code=code)
    assert channel.query(order().out_trade_no, started_at=now()).state == TradeState.NOT_FOUND


def test_where_nobody_listens_nothing_has_happened(payment_sandbox) -> None:
    config = payment_sandbox.merchant(PROVIDER) | {"base_url": "http://127.0.0.1:9"}
    with pytest.raises(TemporaryChannelError, match="connection") as caught:
        WeChatPayChannel(config).refund(refund_of(order()))
    assert not caught.value.outcome_unknown


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize("kind", ["bad", "probe", "none"])
def test_an_answer_that_is_not_signed_is_not_believed(payment_sandbox, channel, kind) -> None:
    request = paid(payment_sandbox, channel)
    payment_sandbox.settings(PROVIDER, answer_signature=kind)
    for operation, call in CALLS.items():
        if operation in ("prepay", "close", "query_refund"):
            continue  # refused, which is never signed
        with pytest.raises(TemporaryChannelError, match="bad_signature") as caught:
            call(channel, request)
        assert caught.value.outcome_unknown is (operation not in ASKING)


def test_a_merchant_without_public_key_fetches_the_certificates_once(payment_sandbox, by_certificate) -> None:
    count_fetches(payment_sandbox)
    request = order()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: by_certificate.prepay(request), range(4)))
    again = WeChatPayChannel(payment_sandbox.control("GET", f"{PROVIDER}/merchant?mode=certificate"))
    assert again.query(request.out_trade_no, started_at=now()).state == TradeState.UNPAID
    assert fetches(payment_sandbox) == 1


def test_without_certificates_no_answer_is_believed(payment_sandbox, by_certificate) -> None:
    payment_sandbox.faults(PROVIDER, {"kind": "code", "code": "NO_AUTH", "operation": "certificates"})
    for _ in range(3):
        with pytest.raises(TemporaryChannelError, match="bad_signature") as caught:
            by_certificate.prepay(order())
        assert caught.value.outcome_unknown


def test_a_wrong_apiv3_key_is_found_out_by_the_certificates(payment_sandbox) -> None:
    shelf_of.cache_clear()
    config = payment_sandbox.control("GET", f"{PROVIDER}/merchant?mode=certificate")
    wrong = WeChatPayChannel(config | {"apiv3_key": "x" * 32})
    with pytest.raises(TemporaryChannelError, match="bad_signature"):
        wrong.prepay(order())


def test_importing_the_channel_does_not_load_the_sdk() -> None:
    import subprocess
    import sys

    program = (
        f"import sys; sys.path.insert(0, 'backend'); import {wechat_pay.__name__}; print(sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "wechatpayv3" not in done.stdout
