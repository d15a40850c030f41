"""Alipay's channel against the stand-in: every way to pay, what a trade is, and its end."""

import datetime as dt
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from alipay import AliPay

from apps.payments.channels.alipay import MARGIN, SPEC
from apps.payments.channels.base import (
    NotSupported,
    PayMethod,
    PermanentChannelError,
    TemporaryChannelError,
    TradeState,
)
from tests.support import alipay as provider
from tests.support.alipay import NOW, NUMBER, SECOND, Bench, failure, refund_of, request
from tests.support.payment_sandbox import PaymentSandbox


@pytest.fixture
def bench(payment_sandbox: PaymentSandbox) -> Bench:
    return Bench(payment_sandbox)


@pytest.mark.requirement("PAY-01")
def test_the_merchant_says_exactly_what_the_channel_wants_to_know(payment_sandbox) -> None:
    assert set(payment_sandbox.merchant("alipay")) == set(SPEC.fields)


@pytest.mark.requirement("PAY-01")
@pytest.mark.parametrize("method", list(SPEC.methods))
def test_a_payment_is_made_in_every_way_that_is_offered(bench, method) -> None:
    wanted = request(method)
    client = bench.channel.prepay(wanted).client
    if method is PayMethod.WAP:
        page = httpx.get(client["url"], follow_redirects=True)
        httpx.post(str(page.url))
    elif method is PayMethod.APP:
        bench.sandbox.control("POST", "alipay/app-pay", dict(client))
        bench.sandbox.pay("alipay", NUMBER)
    elif method is PayMethod.QR_CODE:
        assert "￥12.30" in httpx.get(client["qr_code"]).text
        httpx.post(client["qr_code"])
    else:
        assert client == {"trade_no": bench.query(wanted).transaction_id}
        bench.sandbox.pay("alipay", NUMBER)
    trade = bench.query(wanted)
    assert (trade.state, trade.amount_fen, trade.currency) == (TradeState.PAID, 1230, "CNY")
    assert trade.transaction_id == bench.sandbox.trade("alipay", NUMBER)["transaction_id"]
    assert NOW <= trade.paid_at < NOW + 60 * SECOND
    assert trade.payer_id.startswith("2088")
    assert "buyer_logon_id" not in trade.raw


def test_pages_and_orders_of_the_app_are_signed_without_a_call(bench) -> None:
    away = bench.made(gateway="http://127.0.0.1:9/gateway.do")
    assert away.prepay(request(PayMethod.WAP)).client["url"].startswith("http://127.0.0.1:9/gateway.do?")
    assert "sign=" in away.prepay(request(PayMethod.APP)).client["order_string"]
    assert failure(away.prepay, request()) == (TemporaryChannelError, "connection", False)


def parameters_of(bench: Bench, method: PayMethod, **more: Any) -> dict[str, str]:
    client = bench.channel.prepay(request(method, **more)).client
    text = client.get("order_string") or urlsplit(client["url"]).query
    return dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True))


@pytest.mark.parametrize("method", [PayMethod.WAP, PayMethod.APP])
def test_the_published_sdk_signs_the_same_parameters_in_the_same_way(bench, method) -> None:
    parameters = parameters_of(
        bench, method, description="挂号 100% 'A' {}&+", return_url="https://h.example/a?b=1"
    )
    signature = parameters.pop("sign")
    content = "&".join(f"{k}={v}" for k, v in sorted(parameters.items()))
    sdk = provider.sdk(bench.sandbox)
    assert sdk._sign(content) == signature
    private_half = {"app_private_key_string": provider.other_key()}
    merchant_key = sdk.app_private_key.public_key().export_key().decode()
    judge = AliPay("1", alipay_public_key_string=merchant_key, **private_half)
    assert judge._verify(content, signature)
    assert not judge._verify(content + " ", signature)


def test_the_expiry_is_a_moment_and_subjects_lose_what_alipay_refuses(bench) -> None:
    wanted = {
        "description": "挂号,费\n/A=1&B<b>\t",
        "expires_at": NOW + dt.timedelta(minutes=15, microseconds=9),
    }
    biz = json.loads(parameters_of(bench, PayMethod.APP, **wanted)["biz_content"])
    assert (biz["time_expire"], biz["subject"]) == ("2026-03-10 10:15:00", "挂号 费 A 1 B b")
    assert "timeout_express" not in biz
    biz = json.loads(parameters_of(bench, PayMethod.APP, description="&" * 9)["biz_content"])
    assert biz["subject"] == NUMBER
    assert (
        len(json.loads(parameters_of(bench, PayMethod.APP, description="费" * 300)["biz_content"])["subject"])
        == 128
    )


@pytest.mark.parametrize("fen", [1, 10, 99, 100, 1010, 12_345_678, 9_999_999_999])
def test_amounts_are_exact_to_the_fen_both_ways(bench, fen) -> None:
    assert bench.pay(request(amount_fen=fen)).amount_fen == fen
    assert bench.sandbox.trade("alipay", NUMBER)["amount_fen"] == fen


def test_what_is_not_offered_or_lacks_a_payer_is_refused(bench) -> None:
    assert failure(bench.channel.prepay, request(PayMethod.COUNTER))[:2] == (NotSupported, "not_supported")
    nobody = request(PayMethod.MINI_PROGRAM, payer_id="")
    assert failure(bench.channel.prepay, nobody)[:2] == (PermanentChannelError, "payer_id")


def test_a_payer_may_be_known_by_an_open_id(bench) -> None:
    wanted = request(PayMethod.MINI_PROGRAM, payer_id="0731abcDEF-_open_id")
    assert bench.pay(wanted).payer_id == "0731abcDEF-_open_id"


def test_a_trade_is_what_alipay_says_it_is(bench) -> None:
    wanted = request()
    states = [bench.query(wanted).state]
    bench.channel.prepay(wanted)
    states.append(bench.query(wanted).state)
    bench.scan(wanted)
    states.append(bench.query(wanted).state)
    bench.sandbox.pay("alipay", NUMBER)
    trade = bench.query(wanted)
    states.append(trade.state)
    bench.channel.refund(refund_of(trade))
    states.append(bench.query(wanted).state)
    bench.channel.refund(refund_of(trade, "R2", 1000))
    states.append(bench.query(wanted).state)
    assert states == ["not_found", "not_found", "unpaid", "paid", "paid", "refunded"]
    assert bench.query(wanted).paid_at == trade.paid_at


@pytest.mark.requirement("PAY-08")
def test_a_code_that_nobody_scanned_is_over_only_when_nobody_can_scan_it_any_more(bench) -> None:
    wanted = request()
    bench.channel.prepay(wanted)
    assert bench.close(wanted).state is TradeState.UNPAID
    bench.move_to(wanted.expires_at + MARGIN)
    assert bench.close(wanted).state is TradeState.UNPAID
    bench.move_to(wanted.expires_at + MARGIN + SECOND)
    assert bench.close(wanted).state is TradeState.NOT_FOUND
    late = bench.sandbox.http.post("/_sandbox/alipay/pay", json={"out_trade_no": NUMBER})
    assert late.status_code == 409
    assert bench.query(wanted).state is TradeState.NOT_FOUND


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize("method", list(SPEC.methods))
def test_nobody_pays_after_the_expiry_in_any_way(bench, method) -> None:
    wanted = request(method)
    client = bench.channel.prepay(wanted).client
    bench.move_to(wanted.expires_at + SECOND)
    if method is PayMethod.WAP:
        httpx.post(str(httpx.get(client["url"], follow_redirects=True).url))
    elif method is PayMethod.APP:
        bench.sandbox.control("POST", "alipay/app-pay", dict(client))
    refused = bench.sandbox.http.post("/_sandbox/alipay/pay", json={"out_trade_no": NUMBER})
    assert refused.status_code == 409
    assert bench.sandbox.balance("alipay")["paid_fen"] == 0


@pytest.mark.requirement("PAY-08")
def test_closing_a_code_that_was_paid_after_an_earlier_close_says_paid(bench) -> None:
    wanted = request()
    bench.channel.prepay(wanted)
    assert bench.close(wanted).state is TradeState.UNPAID
    bench.sandbox.pay("alipay", NUMBER)
    trade = bench.close(wanted)
    assert (trade.state, trade.amount_fen, bool(trade.transaction_id)) == (TradeState.PAID, 1230, True)


def test_a_trade_that_waits_is_closed_and_stays_closed(bench) -> None:
    wanted = request()
    bench.channel.prepay(wanted)
    bench.scan(wanted)
    assert [bench.close(wanted).state, bench.close(wanted).state] == [TradeState.CLOSED] * 2
    assert bench.query(wanted).state is TradeState.CLOSED
    assert failure(bench.channel.prepay, wanted)[:2] == (PermanentChannelError, "ACQ.TRADE_HAS_CLOSE")


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize(
    "code", ["ACQ.REASON_TRADE_STATUS_INVALID", "ACQ.TRADE_HAS_FINISHED", "ACQ.TRADE_STATUS_ERROR"]
)
def test_a_close_that_finds_the_trade_otherwise_is_resolved_by_a_query(bench, code) -> None:
    wanted = request()
    paid = bench.pay(wanted)
    fault = {"kind": "code", "code": code, "operation": "alipay.trade.close"}
    bench.sandbox.faults("alipay", fault)
    assert bench.close(wanted).transaction_id == paid.transaction_id
    other = request(number="T2")
    assert bench.close(other).state is TradeState.UNPAID


def test_a_refunded_trade_is_not_taken_for_one_that_was_never_paid(bench) -> None:
    wanted = request()
    trade = bench.pay(wanted)
    bench.channel.refund(refund_of(trade, amount_fen=1230))
    assert bench.close(wanted).state is TradeState.REFUNDED


@pytest.mark.requirement("PAY-08")
def test_a_time_out_after_success_has_an_unknown_outcome_and_is_safe_to_repeat(bench) -> None:
    wanted = request(PayMethod.MINI_PROGRAM)
    fault = {"kind": "silent_after_work", "delay_ms": 1000, "times": 1}
    bench.sandbox.faults("alipay", fault)
    assert failure(bench.channel.prepay, wanted) == (TemporaryChannelError, "timeout", True)
    known = bench.query(wanted)
    assert known.state is TradeState.UNPAID
    assert bench.channel.prepay(wanted).reference == known.transaction_id
    assert len(bench.sandbox.trades("alipay")) == 1


@pytest.mark.requirement("PAY-08")
def test_preparing_what_was_paid_meanwhile_asks_for_a_query(bench) -> None:
    wanted = request()
    bench.pay(wanted)
    expected = (TemporaryChannelError, "ACQ.TRADE_HAS_SUCCESS", True)
    assert failure(bench.channel.prepay, wanted) == expected


def test_another_amount_under_a_used_number_is_refused(bench) -> None:
    bench.channel.prepay(request())
    answer = failure(bench.channel.prepay, request(amount_fen=1))
    assert answer[:2] == (PermanentChannelError, "ACQ.CONTEXT_INCONSISTENT")
