"""Alipay's channel against the stand-in: trades, their end, refunds, and outcomes that nobody knows."""

import dataclasses
import datetime as dt
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from alipay import AliPay

from apps.payments.channels.alipay import MARGIN, SPEC, Alipay, make
from apps.payments.channels.base import (
    ChannelError,
    NotSupported,
    PayMethod,
    PermanentChannelError,
    PrepayRequest,
    RefundRequest,
    RefundState,
    TemporaryChannelError,
    TradeState,
)
from kernel import clock
from tests.support import alipay as provider
from tests.support.payment_sandbox import PaymentSandbox, wait_until

NOW = dt.datetime(2026, 3, 10, 10, 0, tzinfo=clock.LOCAL)
SECOND = dt.timedelta(seconds=1)
QUICK = httpx.Timeout(0.5)
NUMBER = "0193d2b8c0de7000a000000000000001"


class Bench:
    """The channel and the provider, both at the same time of day."""

    def __init__(self, sandbox: PaymentSandbox) -> None:
        self.sandbox = sandbox
        self.config = sandbox.merchant("alipay")
        self.now = NOW
        self.channel = self.made()
        self.move_to(NOW)

    def made(self, **changes: str) -> Alipay:
        return make(self.config | changes, now=lambda: self.now, timeout=QUICK)

    def move_to(self, moment: dt.datetime) -> None:
        self.now = moment
        self.sandbox.move_to(moment)

    def pay(self, request: PrepayRequest) -> Any:
        """The trade is begun and paid; what the channel says of it."""
        self.channel.prepay(request)
        self.sandbox.pay("alipay", request.out_trade_no)
        return self.query(request)

    def scan(self, request: PrepayRequest) -> None:
        self.sandbox.control("POST", "alipay/scan", {"out_trade_no": request.out_trade_no})

    def query(self, request: PrepayRequest) -> Any:
        return self.channel.query(request.out_trade_no, started_at=request.started_at)

    def close(self, request: PrepayRequest) -> Any:
        expiry = {"started_at": request.started_at, "expires_at": request.expires_at}
        return self.channel.close(request.out_trade_no, **expiry)


@pytest.fixture
def bench(payment_sandbox: PaymentSandbox) -> Bench:
    return Bench(payment_sandbox)


def request(method: PayMethod = PayMethod.QR_CODE, number: str = NUMBER, **more: Any) -> PrepayRequest:
    values: dict[str, Any] = {
        "amount_fen": 1230,
        "description": "门诊缴费",
        "expires_at": NOW + dt.timedelta(minutes=15),
        "notify_url": "http://127.0.0.1:9/notify",
        "started_at": NOW,
        "payer_id": "2088999999999999" if method is PayMethod.MINI_PROGRAM else "",
    }
    return PrepayRequest(out_trade_no=number, method=method, **(values | more))


def refund_of(trade: Any, number: str = "R1", amount_fen: int = 230, **more: Any) -> RefundRequest:
    return RefundRequest(
        out_trade_no=trade.out_trade_no,
        transaction_id=trade.transaction_id,
        out_refund_no=number,
        amount_fen=amount_fen,
        total_fen=trade.amount_fen,
        reason="退号",
        notify_url="http://127.0.0.1:9/notify",
        paid_at=trade.paid_at,
        started_at=NOW,
        **more,
    )


def failure(call: Any, *arguments: Any, **named: Any) -> tuple[type[ChannelError], str, bool]:
    """What kind of ChannelError, its code, and whether the outcome is unknown."""
    with pytest.raises(ChannelError) as caught:
        call(*arguments, **named)
    return type(caught.value), caught.value.code, getattr(caught.value, "outcome_unknown", False)


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


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "http_error", "status": 502}, (TemporaryChannelError, "http_502", True)),
        ({"kind": "http_error", "status": 429}, (TemporaryChannelError, "http_429", False)),
        ({"kind": "http_error", "status": 404}, (PermanentChannelError, "http_404", False)),
        ({"kind": "http_error", "status": 200}, (TemporaryChannelError, "bad_reply", True)),
        ({"kind": "close"}, (TemporaryChannelError, "connection", True)),
        ({"kind": "delay", "delay_ms": 900}, (TemporaryChannelError, "timeout", True)),
        ({"kind": "silent_after_work", "delay_ms": 900}, (TemporaryChannelError, "timeout", True)),
        ({"kind": "code", "code": "20000"}, (TemporaryChannelError, "isp.unknow-error", True)),
        ({"kind": "code", "code": "aop.unknow-error"}, (TemporaryChannelError, "aop.unknow-error", True)),
        ({"kind": "code", "code": "ACQ.SYSTEM_ERROR"}, (TemporaryChannelError, "ACQ.SYSTEM_ERROR", True)),
        (
            {"kind": "code", "code": "isv.invalid-signature"},
            (PermanentChannelError, "isv.invalid-signature", False),
        ),
        (
            {"kind": "code", "code": "ACQ.INVALID_PARAMETER"},
            (PermanentChannelError, "ACQ.INVALID_PARAMETER", False),
        ),
    ],
)
@pytest.mark.parametrize("operation", ["prepay", "query", "refund"])
def test_trouble_is_told_apart_by_what_may_be_repeated(bench, fault, expected, operation) -> None:
    wanted = request()
    trade = bench.pay(wanted)
    bench.sandbox.faults("alipay", fault)
    calls = {
        "prepay": lambda: bench.channel.prepay(request(number="T2")),
        "query": lambda: bench.query(wanted),
        "refund": lambda: bench.channel.refund(refund_of(trade)),
    }
    assert failure(calls[operation]) == expected


@pytest.mark.requirement("PAY-08")
def test_a_close_that_was_not_answered_is_repeated_to_the_same_end(bench) -> None:
    wanted = request()
    bench.channel.prepay(wanted)
    bench.scan(wanted)
    bench.sandbox.faults("alipay", {"kind": "silent_after_work", "delay_ms": 900, "times": 1})
    assert failure(bench.close, wanted) == (TemporaryChannelError, "timeout", True)
    assert bench.close(wanted).state is TradeState.CLOSED


def test_a_gateway_that_is_away_was_asked_nothing(bench) -> None:
    away = bench.made(gateway="http://127.0.0.1:9/gateway.do")
    assert failure(away.query, NUMBER, started_at=NOW) == (TemporaryChannelError, "connection", False)


@pytest.mark.parametrize("style", ["plain", "spaced", "escaped"])
def test_replies_are_believed_however_they_are_written(bench, style) -> None:
    bench.sandbox.settings("alipay", answer_style=style)
    assert bench.channel.prepay(request()).client["qr_code"].startswith(f"{bench.sandbox.url}/alipay/")
    bench.sandbox.pay("alipay", NUMBER)
    assert bench.query(request()).state is TradeState.PAID


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize("signature", ["bad", "none"])
def test_replies_that_alipay_has_not_signed_are_not_believed(bench, signature) -> None:
    wanted = request()
    trade = bench.pay(wanted)
    bench.sandbox.settings("alipay", answer_signature=signature)
    expected = (TemporaryChannelError, "bad_signature", True)
    assert failure(bench.query, wanted) == expected
    assert failure(bench.close, wanted) == expected, "a refusal of the business is signed, too"
    assert failure(bench.channel.refund, refund_of(trade)) == expected


def test_a_gateway_that_does_not_know_the_application_cannot_sign_and_is_believed(bench) -> None:
    stranger = bench.made(app_id="2021000000000009")
    expected = (PermanentChannelError, "isv.invalid-app-id", False)
    assert failure(stranger.query, NUMBER, started_at=NOW) == expected


@pytest.mark.requirement("PAY-08")
def test_a_genuine_reply_about_another_trade_is_not_taken_for_this_one(bench, push_receiver) -> None:
    bench.pay(request())
    sdk = provider.sdk(bench.sandbox)
    query = sdk.client_api("alipay.trade.query", {"out_trade_no": NUMBER})
    push_receiver.default = (200, bench.sandbox.http.get(f"/gateway.do?{query}").content)
    replayed = bench.made(gateway=push_receiver.url)
    assert replayed.query(NUMBER, started_at=NOW).state is TradeState.PAID
    assert failure(replayed.query, "T2", started_at=NOW) == (TemporaryChannelError, "bad_reply", True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"{}",
        b"<html>",
        b'{"alipay_trade_query_response":',
        b'{"alipay_trade_query_response":[],"sign":""}',
        b'{"alipay_trade_query_response":{},"sign":{}',
        b'{"error_response":"x"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_nonsense_is_a_bad_reply(bench, push_receiver, body) -> None:
    push_receiver.default = (200, body)
    kind, code, unknown = failure(bench.made(gateway=push_receiver.url).query, NUMBER, started_at=NOW)
    assert (kind, unknown) == (TemporaryChannelError, True)
    assert code in ("bad_reply", "bad_signature")


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


def test_a_wrong_configuration_names_what_is_wrong(bench) -> None:
    private = bench.config["private_key"]
    own = provider.sdk(bench.sandbox).app_private_key.public_key().export_key().decode()
    changes = [
        {"private_key": "no key"},
        {"private_key": bench.config["alipay_public_key"]},
        {"alipay_public_key": private},
        {"alipay_public_key": own},
        {"alipay_public_key": ""},
        {"seller_id": "2088"},
        {"app_id": ""},
        {"gateway": "ftp://openapi.alipay.com/gateway.do"},
        {"gateway": "https://openapi.alipay.com/gateway.do?a=1"},
    ]
    for change in changes:
        with pytest.raises(PermanentChannelError, match="bad_configuration") as caught:
            make(bench.config | change)
        assert next(iter(change)) in caught.value.detail
    with pytest.raises(PermanentChannelError, match="alipay_public_key"):
        make({k: v for k, v in bench.config.items() if k != "alipay_public_key"})


def test_keys_are_taken_as_the_console_shows_them(bench) -> None:
    def bare(pem: str) -> str:
        return "".join(line for line in pem.splitlines() if "-----" not in line)

    pkcs1 = provider.sdk(bench.sandbox).app_private_key.export_key().decode()
    bench.channel.prepay(request(PayMethod.MINI_PROGRAM))
    for key in (bare(bench.config["private_key"]), pkcs1, bare(pkcs1)):
        assert "RSA PRIVATE" not in bare(key)
        channel = bench.made(private_key=key, alipay_public_key=bare(bench.config["alipay_public_key"]))
        assert channel.query(NUMBER, started_at=NOW).state is TradeState.UNPAID
