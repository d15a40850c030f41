"""Refunds through Alipay: done once, whatever is repeated, and only when a query says so."""

import dataclasses

import pytest

from apps.payments.channels.base import PermanentChannelError, RefundState, TemporaryChannelError
from tests.support.alipay import NOW, SECOND, Bench, failure, refund_of, request
from tests.support.payment_sandbox import PaymentSandbox
from tests.support.waiting import wait_until


@pytest.fixture
def bench(payment_sandbox: PaymentSandbox) -> Bench:
    return Bench(payment_sandbox)


@pytest.mark.requirement("PAY-08")
def test_a_refund_is_done_when_a_query_says_so(bench) -> None:
    trade = bench.pay(request())
    result = bench.channel.refund(refund_of(trade))
    assert (result.state, result.amount_fen, result.out_refund_no) == (RefundState.SUCCEEDED, 230, "R1")
    assert NOW <= result.succeeded_at < NOW + 60 * SECOND
    assert bench.channel.query_refund(refund_of(trade)).state is RefundState.SUCCEEDED
    assert bench.channel.query_refund(refund_of(trade, "R2")).state is RefundState.NOT_FOUND
    unknown = dataclasses.replace(refund_of(trade), out_trade_no="T9")
    assert bench.channel.query_refund(unknown).state is RefundState.NOT_FOUND


def test_a_reason_full_of_braces_and_quotes_breaks_no_signature(bench) -> None:
    trade = bench.pay(request())
    wanted = dataclasses.replace(refund_of(trade), reason='}{"]\\ }} 退 \'号"')
    assert bench.channel.refund(wanted).state is RefundState.SUCCEEDED
    assert bench.channel.query_refund(wanted).raw["refund_reason"] == wanted.reason


def test_an_accepted_refund_is_processing_until_it_is_confirmed(bench) -> None:
    trade = bench.pay(request())
    bench.sandbox.settings("alipay", refund_delay_ms=60_000)
    assert bench.channel.refund(refund_of(trade)).state is RefundState.PROCESSING
    assert bench.channel.refund(refund_of(trade)).state is RefundState.PROCESSING
    bench.move_to(NOW + 61 * SECOND)
    wait_until(lambda: bench.channel.query_refund(refund_of(trade)).state is RefundState.SUCCEEDED)
    assert bench.sandbox.balance("alipay")["refunded_fen"] == 230


def test_an_accepted_refund_whose_confirmation_fails_is_processing(bench) -> None:
    trade = bench.pay(request())
    bench.sandbox.faults("alipay", {"kind": "close", "operation": "alipay.trade.fastpay.refund.query"})
    assert bench.channel.refund(refund_of(trade)).state is RefundState.PROCESSING


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        ({"kind": "silent_after_work", "delay_ms": 900, "times": 1}, "timeout"),
        ({"kind": "http_error", "times": 1}, "http_500"),
        ("system_error", "ACQ.SYSTEM_ERROR"),
        ("system_error_after", "ACQ.SYSTEM_ERROR"),
    ],
)
def test_a_refund_of_unknown_outcome_goes_back_once_however_often_it_is_sent(bench, trouble, code) -> None:
    trade = bench.pay(request())
    if isinstance(trouble, str):
        bench.sandbox.settings("alipay", refund_outcome=trouble)
    else:
        bench.sandbox.faults("alipay", trouble)
    assert failure(bench.channel.refund, refund_of(trade)) == (TemporaryChannelError, code, True)
    bench.sandbox.settings("alipay", refund_outcome="success")
    for _ in range(3):
        assert bench.channel.refund(refund_of(trade)).state is RefundState.SUCCEEDED
    assert bench.sandbox.balance("alipay")["refunded_fen"] == 230


@pytest.mark.requirement("PAY-08")
def test_a_refund_that_was_accepted_and_lost_may_be_sent_again(bench) -> None:
    trade = bench.pay(request())
    bench.sandbox.settings("alipay", refund_outcome="lost")
    assert bench.channel.refund(refund_of(trade)).state is RefundState.PROCESSING
    assert bench.channel.query_refund(refund_of(trade)).state is RefundState.NOT_FOUND
    bench.sandbox.settings("alipay", refund_outcome="success")
    assert bench.channel.refund(refund_of(trade)).state is RefundState.SUCCEEDED


def test_an_empty_balance_fails_a_refund_that_the_same_number_can_repeat(bench) -> None:
    trade = bench.pay(request())
    bench.sandbox.settings("alipay", refund_outcome="seller_balance")
    result = bench.channel.refund(refund_of(trade))
    assert (result.state, result.code) == (RefundState.FAILED, "ACQ.SELLER_BALANCE_NOT_ENOUGH")
    assert result.reissue_same_number
    bench.sandbox.settings("alipay", refund_outcome="success")
    assert bench.channel.refund(refund_of(trade)).state is RefundState.SUCCEEDED


def test_refunds_that_cannot_be_are_permanent(bench) -> None:
    trade = bench.pay(request())
    bench.channel.refund(refund_of(trade))
    wrong = {
        "ACQ.REASON_TRADE_REFUND_FEE_ERR": refund_of(trade, "R2", 1001),
        "ACQ.DISCORDANT_REPEAT_REQUEST": refund_of(trade, "R1", 231),
        "ACQ.TRADE_NOT_EXIST": dataclasses.replace(refund_of(trade), out_trade_no="T9"),
    }
    codes = {code: failure(bench.channel.refund, wanted)[:2] for code, wanted in wrong.items()}
    assert codes == {code: (PermanentChannelError, code) for code in wrong}
    assert bench.sandbox.balance("alipay")["refunded_fen"] == 230
