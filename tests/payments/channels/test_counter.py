"""The window's channels: nobody is asked over the network, and nothing is guessed that only our records know."""

import datetime as dt

import pytest

from apps.payments.channels import baidu_wallet, counter
from apps.payments.channels.base import (
    NotSupported,
    PaymentChannel,
    PayMethod,
    PermanentChannelError,
    PrepayRequest,
    RefundRequest,
    RefundState,
    TradeState,
)
from apps.payments.channels.registry import CHANNELS, ChannelSpec, register

NOW = dt.datetime(2026, 3, 10, 10, 0, tzinfo=dt.UTC)
SPECS = [counter.CASH, counter.POS]


def build(spec: ChannelSpec) -> PaymentChannel:
    return spec.build({})


def order(method: PayMethod = PayMethod.COUNTER) -> PrepayRequest:
    return PrepayRequest("0197f0aa0001", 1234, "门诊缴费", NOW, "", method, NOW)


REFUND = RefundRequest("0197f0aa0001", "slip-17", "0197f0bb0001", 234, 1234, "退费", "", NOW, NOW)


@pytest.mark.requirement("PAY-01")
@pytest.mark.parametrize("spec", SPECS)
def test_cash_and_pos_are_offered_at_the_window_without_a_provider(spec: ChannelSpec) -> None:
    channel = build(spec)
    assert CHANNELS[spec.code] is spec
    assert (channel.code, set(channel.methods)) == (spec.code, {PayMethod.COUNTER})
    assert (spec.online, spec.available, spec.fields, spec.methods) == (False, True, (), (PayMethod.COUNTER,))


@pytest.mark.parametrize("spec", SPECS)
def test_what_needs_no_records_is_answered_at_once(spec: ChannelSpec) -> None:
    channel = build(spec)
    assert channel.prepay(order()).client == {}
    assert channel.close("0197f0aa0001", started_at=NOW, expires_at=NOW).state is TradeState.CLOSED
    refund = channel.refund(REFUND)
    assert (refund.state, refund.out_refund_no, refund.amount_fen) == (
        RefundState.SUCCEEDED,
        "0197f0bb0001",
        234,
    )


@pytest.mark.parametrize("spec", SPECS)
def test_what_only_our_records_know_is_not_guessed(spec: ChannelSpec) -> None:
    channel = build(spec)
    calls = [
        lambda: channel.prepay(order(PayMethod.MINI_PROGRAM)),
        lambda: channel.query("0197f0aa0001", started_at=NOW),
        lambda: channel.query_refund(REFUND),
        lambda: channel.parse_notification(headers={}, body=b"", now=NOW),
        lambda: channel.acknowledge(accepted=True),
        lambda: channel.download_bill(NOW.date()),
    ]
    for call in calls:
        with pytest.raises(NotSupported) as caught:
            call()
        assert isinstance(caught.value, PermanentChannelError)
        assert caught.value.detail


@pytest.mark.requirement("PAY-01")
def test_baidu_wallet_is_a_documented_slot_that_is_off() -> None:
    spec = CHANNELS["baidu_wallet"]
    assert spec is baidu_wallet.BAIDU_WALLET
    assert not spec.available
    assert "retired" in (baidu_wallet.__doc__ or "")
    with pytest.raises(NotSupported, match="retired by its owner"):
        spec.build({})


def test_a_code_is_given_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        register(ChannelSpec("cash", "现金", "Cash", counter.CASH.build))
    assert CHANNELS["cash"] is counter.CASH
