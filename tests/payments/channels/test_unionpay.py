"""UnionPay's channel against the stand-in: orders, their end, refunds, and outcomes that nobody knows."""

import dataclasses
import datetime as dt
import html
import re
from typing import Any

import httpx
import pytest

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
from apps.payments.channels.unionpay import MARGIN, SPEC, UnionPay, make
from kernel import clock
from tests.support.payment_sandbox import PaymentSandbox
from tests.support.waiting import wait_until

NOW = dt.datetime(2026, 3, 10, 10, 0, tzinfo=clock.LOCAL)
SECOND = dt.timedelta(seconds=1)
QUICK = httpx.Timeout(0.5)


class Bench:
    """The channel and the provider, both at the same time of day."""

    def __init__(self, sandbox: PaymentSandbox) -> None:
        self.sandbox = sandbox
        self.config = sandbox.merchant("unionpay")
        self.now = NOW
        self.channel = make(self.config, now=lambda: self.now, timeout=QUICK)
        self.move_to(NOW)

    def move_to(self, moment: dt.datetime) -> None:
        self.now = moment
        self.sandbox.move_to(moment)

    def prepay(self, request: PrepayRequest) -> dict[str, str]:
        return dict(self.channel.prepay(request).client)

    def pay(self, request: PrepayRequest) -> Any:
        """The order is begun and paid; what the channel says of it."""
        self.prepay(request)
        self.sandbox.pay("unionpay", request.out_trade_no)
        return self.query(request)

    def query(self, request: PrepayRequest) -> Any:
        return self.channel.query(request.out_trade_no, started_at=request.started_at)

    def close(self, request: PrepayRequest) -> TradeState:
        expiry = {"started_at": request.started_at, "expires_at": request.expires_at}
        return self.channel.close(request.out_trade_no, **expiry).state

    def outcome(self, number: str, code: str) -> None:
        self.sandbox.control("POST", "unionpay/outcomes", {"order_id": number, "code": code})

    def balance(self) -> dict[str, int]:
        return self.sandbox.balance("unionpay")


@pytest.fixture
def bench(payment_sandbox: PaymentSandbox) -> Bench:
    return Bench(payment_sandbox)


def order(number: str = "0197f0aa0001", **changes: Any) -> PrepayRequest:
    request = PrepayRequest(
        out_trade_no=number,
        amount_fen=1234,
        description="门诊缴费 门诊缴费 门诊缴费 门诊缴费",
        expires_at=NOW + dt.timedelta(minutes=15),
        notify_url="http://127.0.0.1:9/notify",
        method=PayMethod.APP,
        started_at=NOW,
    )
    return dataclasses.replace(request, **changes)


def refund_of(paid: Any, number: str = "0197f0bb0001", amount: int = 1234, **changes: Any) -> RefundRequest:
    request = RefundRequest(
        out_trade_no=paid.out_trade_no,
        transaction_id=paid.transaction_id,
        out_refund_no=number,
        amount_fen=amount,
        total_fen=1234,
        reason="退费",
        notify_url="http://127.0.0.1:9/notify",
        paid_at=NOW,
        started_at=NOW + dt.timedelta(minutes=5),
    )
    return dataclasses.replace(request, **changes)


@pytest.mark.requirement("PAY-01")
def test_an_order_paid_by_the_app_control_is_found_by_a_query(bench: Bench) -> None:
    prepaid = bench.channel.prepay(order(attach="scene=outpatient&{x}"))
    assert prepaid.client == {"tn": prepaid.reference}
    assert bench.query(order()).state is TradeState.UNPAID
    bench.sandbox.pay("unionpay", order().out_trade_no, payer="622202******1234")
    paid = bench.query(order())
    assert (paid.state, paid.amount_fen, paid.currency) == (TradeState.PAID, 1234, "CNY")
    assert (paid.out_trade_no, paid.payer_id) == (order().out_trade_no, "622202******1234")
    assert abs(paid.paid_at - NOW) < 5 * SECOND
    trade = bench.sandbox.trade("unionpay", order().out_trade_no)
    assert trade and trade["transaction_id"] == paid.transaction_id
    assert not {"signature", "signPubKeyCert", "accNo"} & set(paid.raw)


@pytest.mark.requirement("PAY-01")
def test_an_order_paid_on_unionpays_page_comes_back_to_the_hospitals(bench: Bench) -> None:
    wap = order(method=PayMethod.WAP, return_url="https://hospital.example/paid", description='<b>"门诊"</b>')
    client = bench.prepay(wap)
    assert bench.sandbox.trade("unionpay", wap.out_trade_no) is None, "UnionPay hears of it from the browser"
    action, fields = form_of(client["html"])
    assert action == client["url"]
    cashier = httpx.post(action, data=fields)
    _, pay = form_of(cashier.text)
    address, told = form_of(httpx.post(f"{bench.config['gateway']}/gateway/api/cashierPay.do", data=pay).text)
    assert (address, told["orderId"]) == ("https://hospital.example/paid", wap.out_trade_no)
    assert bench.query(wap).state is TradeState.PAID


def form_of(page: str) -> tuple[str, dict[str, str]]:
    inputs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    action = re.search(r'<form method="post" action="([^"]*)">', page)
    assert action
    return html.unescape(action[1]), {html.unescape(n): html.unescape(v) for n, v in inputs}


def test_the_page_needs_a_way_back_the_merchants_if_not_the_orders(bench: Bench) -> None:
    wap = order(method=PayMethod.WAP)
    with pytest.raises(PermanentChannelError, match="return_url"):
        bench.channel.prepay(wap)
    home = make(bench.config | {"return_url": "https://hospital.example/home"}, now=lambda: NOW)
    assert "https://hospital.example/home" in home.prepay(wap).client["html"]


def test_methods_and_numbers_that_unionpay_does_not_take_are_refused_before_it_is_asked(bench: Bench) -> None:
    with pytest.raises(NotSupported):
        bench.channel.prepay(order(method=PayMethod.MINI_PROGRAM))
    for number in ("short12", "a-b-c-d-e", "x" * 41):
        with pytest.raises(PermanentChannelError, match="bad_number"):
            bench.channel.prepay(order(number))
    assert bench.sandbox.trades("unionpay") == []


@pytest.mark.requirement("PAY-08")
def test_prepay_repeated_with_identical_values_is_one_order(bench: Bench) -> None:
    assert bench.prepay(order()) == bench.prepay(order())
    assert len(bench.sandbox.trades("unionpay")) == 1


@pytest.mark.requirement("PAY-08")
def test_an_order_whose_tn_was_lost_is_watched_not_forgotten(bench: Bench) -> None:
    bench.sandbox.settings("unionpay", strict_repeats=True)
    bench.prepay(order())
    with pytest.raises(TemporaryChannelError) as caught:
        bench.prepay(order())
    assert (caught.value.code, caught.value.outcome_unknown) == ("12", True)


def test_the_orders_expiry_is_what_unionpay_is_told(bench: Bench) -> None:
    bench.prepay(order(expires_at=NOW + dt.timedelta(minutes=7, seconds=30, microseconds=999_999)))
    trade = bench.sandbox.trade("unionpay", order().out_trade_no)
    assert trade and trade["expires_at"] == (NOW + dt.timedelta(minutes=7, seconds=30)).timestamp()


def test_the_moment_of_the_attempt_names_the_order_whatever_zone_it_comes_in(bench: Bench) -> None:
    bench.pay(order())
    assert bench.query(order(started_at=NOW.astimezone(dt.UTC))).state is TradeState.PAID
    assert bench.query(order(started_at=NOW + SECOND)).state is TradeState.UNPAID


@pytest.mark.parametrize(
    ("description", "told"), [("门诊缴费", "门诊缴费"), ("门诊缴费" * 9, "门诊缴费门诊缴费门诊"), ("", "")]
)
def test_a_description_is_cut_to_what_unionpay_takes_at_whole_characters(
    bench: Bench, description: str, told: str
) -> None:
    bench.prepay(order(description=description))
    trade = bench.sandbox.trade("unionpay", order().out_trade_no)
    assert trade and trade["description"] == told


@pytest.mark.requirement("PAY-08")
def test_an_order_is_closed_only_once_its_time_is_surely_over(bench: Bench) -> None:
    request = order()
    bench.prepay(request)
    for moment in (NOW, request.expires_at, request.expires_at + MARGIN):
        bench.move_to(moment)
        assert bench.close(request) is TradeState.UNPAID, "it might still be paid: ask again"
    bench.move_to(request.expires_at + MARGIN + SECOND)
    assert [bench.close(request), bench.close(request)] == [TradeState.CLOSED] * 2
    pay = bench.sandbox.http.post("/_sandbox/unionpay/pay", json={"out_trade_no": request.out_trade_no})
    assert pay.status_code == 409


@pytest.mark.requirement("PAY-08")
def test_a_page_that_unionpay_never_saw_is_closed_by_its_time_too(bench: Bench) -> None:
    request = order(method=PayMethod.WAP, return_url="https://hospital.example/paid")
    bench.prepay(request)
    assert bench.close(request) is TradeState.UNPAID, "the payer has the signed page and may still show it"
    bench.move_to(request.expires_at + MARGIN + SECOND)
    assert bench.close(request) is TradeState.CLOSED


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("", TradeState.PAID),
        ("A6", TradeState.PAID),
        ("03", TradeState.UNPAID),
        ("04", TradeState.UNPAID),
        ("05", TradeState.UNPAID),
        ("64", TradeState.CLOSED),
        ("01", TradeState.CLOSED),
        ("42", TradeState.CLOSED),
    ],
)
def test_closing_after_the_time_finds_what_came_first(bench: Bench, code: str, state: TradeState) -> None:
    bench.pay(order())
    bench.outcome(order().out_trade_no, code)
    bench.move_to(order().expires_at + MARGIN + SECOND)
    assert bench.close(order()) is state


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("A6", TradeState.PAID),
        ("05", TradeState.UNPAID),
        ("64", TradeState.UNPAID),
        ("42", TradeState.CLOSED),
    ],
)
def test_a_query_says_what_an_outcome_means(bench: Bench, code: str, state: TradeState) -> None:
    bench.pay(order())
    bench.outcome(order().out_trade_no, code)
    result = bench.query(order())
    assert (result.state, result.raw["origRespCode"]) == (state, code)


@pytest.mark.requirement("PAY-08")
def test_an_accepted_refund_is_under_way_until_a_query_says_that_it_succeeded(bench: Bench) -> None:
    bench.sandbox.settings("unionpay", refund_seconds=3600)
    request = refund_of(bench.pay(order()), amount=234)
    assert bench.channel.query_refund(request).state is RefundState.NOT_FOUND
    assert bench.channel.refund(request).state is RefundState.PROCESSING
    assert bench.channel.query_refund(request).state is RefundState.PROCESSING
    bench.move_to(NOW + dt.timedelta(hours=2))
    done = bench.channel.query_refund(request)
    assert (done.state, done.amount_fen) == (RefundState.SUCCEEDED, 234)
    assert done.refund_id
    assert done.succeeded_at
    assert bench.balance()["balance_fen"] == 1000
    assert bench.query(order()).state is TradeState.PAID, "UnionPay says nothing of refunds there"


@pytest.mark.requirement("PAY-08")
def test_the_same_refund_number_refunds_once_however_often_and_whenever_it_is_sent(bench: Bench) -> None:
    request = refund_of(bench.pay(order()), amount=100)
    bench.channel.refund(request)
    for later in (dt.timedelta(minutes=1), dt.timedelta(days=3)):
        bench.move_to(NOW + later)
        assert bench.channel.refund(request).state is RefundState.SUCCEEDED
    assert bench.balance()["refunded_fen"] == 100
    assert (
        bench.channel.refund(refund_of(bench.query(order()), "0197f0bb0002", 100)).state
        is RefundState.PROCESSING
    )
    wait_until(lambda: bench.balance()["refunded_fen"] == 200)


def test_a_refund_that_failed_needs_another_number(bench: Bench) -> None:
    bench.sandbox.settings("unionpay", refund_code="60")
    paid = bench.pay(order())
    bench.channel.refund(refund_of(paid))
    failed = bench.channel.query_refund(refund_of(paid))
    assert (failed.state, failed.code, failed.reissue_same_number) == (RefundState.FAILED, "60", False)
    bench.sandbox.settings("unionpay", refund_code="00")
    assert bench.channel.refund(refund_of(paid)).state is RefundState.FAILED, "the old number stays failed"
    bench.channel.refund(refund_of(paid, "0197f0bb0002"))
    assert bench.channel.query_refund(refund_of(paid, "0197f0bb0002")).state is RefundState.SUCCEEDED


def test_more_than_was_paid_is_never_refunded(bench: Bench) -> None:
    paid = bench.pay(order())
    over = bench.channel.refund(refund_of(paid, amount=1235))
    assert (over.state, over.code) == (RefundState.FAILED, "36")
    bench.channel.refund(refund_of(paid))
    again = bench.channel.refund(refund_of(paid, "0197f0bb0002", 1))
    assert (again.state, again.code) == (RefundState.FAILED, "45")
    wait_until(lambda: bench.balance()["balance_fen"] == 0)


@pytest.mark.requirement("PAY-08")
def test_a_time_out_after_success_is_unknown_and_resolved_by_asking(bench: Bench) -> None:
    silent = {"kind": "silent_after_work", "times": 1, "delay_ms": 700}
    bench.sandbox.faults("unionpay", silent | {"operation": "appTransReq:*"})
    with pytest.raises(TemporaryChannelError) as caught:
        bench.prepay(order())
    assert (caught.value.code, caught.value.outcome_unknown) == ("timeout", True)
    paid = bench.pay(order())
    bench.sandbox.faults("unionpay", silent | {"operation": "*:04/00"})
    with pytest.raises(TemporaryChannelError) as caught:
        bench.channel.refund(refund_of(paid))
    assert (caught.value.code, caught.value.outcome_unknown) == ("timeout", True)
    assert bench.channel.query_refund(refund_of(paid)).state is RefundState.SUCCEEDED
    assert bench.channel.refund(refund_of(paid)).state is RefundState.SUCCEEDED
    assert bench.balance()["refunded_fen"] == 1234


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize(
    ("fault", "code", "temporary", "unknown"),
    [
        ({"kind": "http_error", "status": 500}, "http_500", True, True),
        ({"kind": "http_error", "status": 503}, "http_503", True, True),
        ({"kind": "http_error", "status": 429}, "http_429", True, False),
        ({"kind": "http_error", "status": 404}, "http_404", False, False),
        ({"kind": "http_error", "status": 302}, "http_302", False, False),
        ({"kind": "close"}, "connection", True, True),
        ({"kind": "delay", "delay_ms": 700}, "timeout", True, True),
        ({"kind": "code", "code": "02"}, "02", True, False),
        ({"kind": "code", "code": "06"}, "06", True, False),
        ({"kind": "code", "code": "37"}, "37", True, False),
        ({"kind": "code", "code": "11"}, "11", False, False),
        ({"kind": "code", "code": "31"}, "31", False, False),
    ],
)
@pytest.mark.parametrize("call", ["prepay", "query", "refund", "query_refund"])
def test_every_fault_says_whether_to_try_again_and_whether_it_may_have_worked(
    bench: Bench, fault: dict[str, Any], code: str, temporary: bool, unknown: bool, call: str
) -> None:
    paid = bench.pay(order())
    bench.sandbox.faults("unionpay", fault)
    calls = {
        "prepay": lambda: bench.prepay(order("0197f0aa0002")),
        "query": lambda: bench.query(order()),
        "refund": lambda: bench.channel.refund(refund_of(paid)),
        "query_refund": lambda: bench.channel.query_refund(refund_of(paid)),
    }
    with pytest.raises(ChannelError) as caught:
        calls[call]()
    assert caught.value.code == code
    assert isinstance(caught.value, TemporaryChannelError) is temporary
    assert getattr(caught.value, "outcome_unknown", False) is unknown
    bench.sandbox.faults("unionpay")
    assert bench.query(order()).state is TradeState.PAID


@pytest.mark.parametrize("code", ["03", "04", "05"])
def test_an_unclear_answer_to_a_refund_is_a_refund_under_way(bench: Bench, code: str) -> None:
    paid = bench.pay(order())
    bench.sandbox.faults("unionpay", {"kind": "code", "code": code, "times": 1, "operation": "*:04/00"})
    assert bench.channel.refund(refund_of(paid)).state is RefundState.PROCESSING
    assert bench.channel.query_refund(refund_of(paid)).state is RefundState.NOT_FOUND
    assert bench.channel.refund(refund_of(paid)).state is RefundState.PROCESSING


def test_nobody_listening_is_a_failure_of_which_all_is_known(bench: Bench) -> None:
    nowhere = make(bench.config | {"gateway": "http://127.0.0.1:9"}, now=lambda: NOW)
    with pytest.raises(TemporaryChannelError) as caught:
        nowhere.prepay(order())
    assert (caught.value.code, caught.value.outcome_unknown) == ("connection", False)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gateway", "gateway.95516.com"),
        ("file_gateway", ""),
        ("sign_key", "no key"),
        ("sign_cert", "no certificate"),
        ("root_certificate", ""),
        ("middle_certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused_at_once(bench: Bench, field: str, value: str) -> None:
    with pytest.raises(PermanentChannelError, match="bad_configuration"):
        make(bench.config | {field: value})
    with pytest.raises(PermanentChannelError, match="bad_configuration"):
        make({name: v for name, v in bench.config.items() if name != field})


def test_a_key_and_a_certificate_that_do_not_belong_together_are_refused(bench: Bench) -> None:
    with pytest.raises(PermanentChannelError, match="not the certificate of"):
        make(bench.config | {"sign_cert": bench.config["root_certificate"]})


@pytest.mark.requirement("PAY-01")
def test_the_channel_is_declared_with_what_it_needs() -> None:
    from apps.payments.channels.registry import CHANNELS

    assert CHANNELS["unionpay"] is SPEC
    assert (SPEC.build, set(SPEC.methods)) == (make, set(UnionPay.methods))
    assert set(SPEC.secrets) == {"sign_key"}
