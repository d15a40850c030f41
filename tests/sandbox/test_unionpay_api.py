"""The UnionPay stand-in keeps the provider's rules: signatures, codes, one order per number and day, notices."""

import datetime as dt
from urllib.parse import parse_qsl

import pytest
from cryptography import x509

from apps.payments.channels.unionpay import SPEC
from tests.support import unionpay
from tests.support.payment_sandbox import PaymentSandbox, PushReceiver
from tests.support.waiting import wait_until

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
NOW = dt.datetime(2026, 3, 10, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture
def merchant(payment_sandbox: PaymentSandbox) -> unionpay.Merchant:
    payment_sandbox.move_to(NOW)
    return unionpay.Merchant(payment_sandbox.merchant("unionpay"))


def paid(merchant: unionpay.Merchant, sandbox: PaymentSandbox, order_id: str, **more: str) -> str:
    """The queryId of an order that was paid."""
    assert merchant.begin(order_id, **more)["respCode"] == "00"
    sandbox.pay("unionpay", order_id)
    return merchant.query(order_id)["queryId"]


def fields_of(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode()))


@pytest.mark.requirement("PAY-01")
def test_the_merchant_says_exactly_what_the_channel_wants_to_know(payment_sandbox) -> None:
    assert set(payment_sandbox.merchant("unionpay")) == set(SPEC.fields)


def test_replies_are_signed_by_a_certificate_below_the_root(merchant) -> None:
    reply = merchant.begin("orderA01")
    leaf = unionpay.verify(reply)
    middle, root = (
        x509.load_pem_x509_certificate(merchant.config[f"{name}_certificate"].encode())
        for name in ("middle", "root")
    )
    leaf.verify_directly_issued_by(middle)
    middle.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)
    assert leaf.subject.rfc4514_string().split("@")[2] == "中国银联股份有限公司"
    assert reply["tn"]
    assert (reply["orderId"], reply["merId"]) == ("orderA01", "777290058110048")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"txnAmt": "999"}, "11"),
        ({"certId": "1"}, "11"),
        ({"signature": "AAAA"}, "11"),
        ({"version": "5.0.0"}, "10"),
        ({"signature": ""}, "13"),
        ({"merId": ""}, "13"),
    ],
)
def test_what_is_not_rightly_signed_is_refused(merchant, payment_sandbox, changed, code) -> None:
    message = {**merchant.order("orderB01"), **changed}
    assert merchant.send("appTransReq", message)["respCode"] == code
    assert payment_sandbox.trade("unionpay", "orderB01") is None


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"txnAmt": ""}, "13"),
        ({"txnAmt": "1.00"}, "10"),
        ({"txnAmt": "0"}, "10"),
        ({"orderId": "a-b_c_d_e"}, "10"),
        ({"orderId": "short"}, "10"),
        ({"txnTime": "2026-03-10"}, "10"),
        ({"backUrl": ""}, "13"),
        ({"payTimeout": "20260310095959"}, "39"),
        ({"merId": "777290058110049"}, "31"),
        ({"txnType": "02"}, "32"),
    ],
)
def test_a_wrong_order_gets_its_code(merchant, given, code) -> None:
    reply = merchant.begin("orderC01", **given)
    assert reply["respCode"] == code
    assert "tn" not in reply


def test_a_message_belongs_to_its_path(merchant) -> None:
    assert merchant.send("queryTrans", merchant.order("orderC02"))["respCode"] == "32"


def test_an_unpaid_order_is_unknown_to_queries_and_a_paid_one_tells_all(merchant, payment_sandbox) -> None:
    merchant.begin("orderD01", reqReserved="YQ==")
    assert merchant.query("orderD01")["respCode"] == "34"
    payment_sandbox.pay("unionpay", "orderD01")
    told = merchant.query("orderD01")
    assert (told["respCode"], told["origRespCode"], told["txnAmt"]) == ("00", "00", "1000")
    assert (told["traceTime"][:4], told["settleDate"], told["reqReserved"]) == ("0310", "0310", "YQ==")
    assert len(told["queryId"]) == 21
    assert merchant.query("orderD01", "20260310100001")["respCode"] == "34", "the moment is part of the name"


def test_the_same_order_again_is_the_same_and_another_of_its_number_a_duplicate(
    merchant, payment_sandbox
) -> None:
    first = merchant.begin("orderE01")
    assert merchant.begin("orderE01")["tn"] == first["tn"]
    assert merchant.begin("orderE01", txnAmt="1001")["respCode"] == "12"
    assert merchant.begin("orderE01", txnTime="20260310100001")["respCode"] == "12"
    payment_sandbox.pay("unionpay", "orderE01")
    assert merchant.begin("orderE01")["respCode"] == "12"
    payment_sandbox.settings("unionpay", strict_repeats=True)
    merchant.begin("orderE02")
    assert merchant.begin("orderE02")["respCode"] == "12"


def test_a_number_is_free_again_on_another_day(merchant, payment_sandbox) -> None:
    query_id = paid(merchant, payment_sandbox, "orderF01")
    assert merchant.give_back("refundF1", query_id, 400)["respCode"] == "00"
    tomorrow = {"txnTime": "20260311100000"}
    assert merchant.begin("orderF01", **tomorrow, payTimeout="20260311110000")["respCode"] == "00"
    assert merchant.give_back("refundF1", query_id, 400, **tomorrow)["respCode"] == "00"
    wait_until(lambda: payment_sandbox.balance("unionpay")["refunded_fen"] == 800)


def test_after_its_time_an_order_cannot_be_paid(merchant, payment_sandbox) -> None:
    merchant.begin("orderG01", payTimeout="20260310100500")
    payment_sandbox.advance(301)
    pay = payment_sandbox.http.post("/_sandbox/unionpay/pay", json={"out_trade_no": "orderG01"})
    assert pay.status_code == 409
    assert merchant.query("orderG01")["respCode"] == "34"


def test_refunds_are_never_more_than_was_paid(merchant, payment_sandbox) -> None:
    query_id = paid(merchant, payment_sandbox, "orderH01")
    assert merchant.give_back("refundH1", query_id, 600)["respCode"] == "00"
    assert merchant.give_back("refundH1", query_id, 600)["respCode"] == "12"
    assert merchant.give_back("refundH2", query_id, 401)["respCode"] == "36"
    assert merchant.give_back("refundH2", query_id, 400)["respCode"] == "00"
    assert merchant.give_back("refundH3", query_id, 1)["respCode"] == "45"
    assert merchant.give_back("refundH4", "9" * 21, 1)["respCode"] == "35"
    wait_until(lambda: payment_sandbox.balance("unionpay")["balance_fen"] == 0)


def test_a_refund_takes_its_time_and_may_fail(merchant, payment_sandbox) -> None:
    query_id = paid(merchant, payment_sandbox, "orderI01")
    payment_sandbox.settings("unionpay", refund_seconds=60, refund_code="60")
    merchant.give_back("refundI1", query_id, 1000)
    assert merchant.query("refundI1", "20260310101500")["origRespCode"] == "05"
    payment_sandbox.advance(61)
    assert merchant.query("refundI1", "20260310101500")["origRespCode"] == "60"
    assert payment_sandbox.balance("unionpay")["refunded_fen"] == 0


def test_a_refund_that_is_unclear_comes_out_in_the_end(merchant, payment_sandbox) -> None:
    query_id = paid(merchant, payment_sandbox, "orderI02")
    payment_sandbox.settings("unionpay", refund_code="04")
    merchant.give_back("refundI2", query_id, 1000)
    assert merchant.query("refundI2", "20260310101500")["origRespCode"] == "04"
    payment_sandbox.settings("unionpay", refund_code="00")
    assert merchant.query("refundI2", "20260310101500")["origRespCode"] == "00"
    assert payment_sandbox.balance("unionpay")["refunded_fen"] == 1000


def test_eleven_months_later_nothing_is_refunded(merchant, payment_sandbox) -> None:
    query_id = paid(merchant, payment_sandbox, "orderJ01")
    payment_sandbox.advance(331 * 86_400)
    assert merchant.give_back("refundJ1", query_id, 1)["respCode"] == "39"


def test_a_cancellation_is_whole_and_of_the_settlement_day(merchant, payment_sandbox) -> None:
    query_id = paid(merchant, payment_sandbox, "orderK01")
    assert merchant.give_back("cancelK1", query_id, 999, "31")["respCode"] == "36"
    payment_sandbox.move_to(NOW.replace(hour=23))
    assert merchant.give_back("cancelK1", query_id, 1000, "31")["respCode"] == "39"
    payment_sandbox.move_to(NOW.replace(hour=22, minute=59))
    assert merchant.give_back("cancelK1", query_id, 1000, "31")["respCode"] == "00"
    assert merchant.query("cancelK1", "20260310101500")["origRespCode"] == "00"
    assert payment_sandbox.balance("unionpay")["balance_fen"] == 0


def test_payments_and_refunds_are_told_of_until_somebody_takes_it(
    merchant, payment_sandbox, push_receiver: PushReceiver
) -> None:
    payment_sandbox.settings("unionpay", speed=1000)
    push_receiver.replies = [(500, b""), (302, b""), (200, b"whatever")]
    query_id = paid(merchant, payment_sandbox, "orderL01", backUrl=push_receiver.url)
    first, second, third = push_receiver.wait(3)
    assert first.body == second.body == third.body
    told = fields_of(first.body)
    unionpay.verify(told)
    assert first.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert (told["respCode"], told["queryId"], told["txnType"]) == ("00", query_id, "01")
    merchant.give_back("refundL1", query_id, 300, backUrl=push_receiver.url)
    refund = fields_of(push_receiver.wait(4)[3].body)
    assert (refund["txnType"], refund["orderId"], refund["txnAmt"]) == ("04", "refundL1", "300")
    assert refund["origQryId"] == query_id


def test_nobody_is_told_more_than_five_times(merchant, payment_sandbox, push_receiver) -> None:
    payment_sandbox.settings("unionpay", speed=10_000)
    push_receiver.default = (404, b"")
    paid(merchant, payment_sandbox, "orderM01", backUrl=push_receiver.url)
    attempts = payment_sandbox.wait_for_pushes("unionpay", 5)
    wait_until(lambda: payment_sandbox.balance("unionpay")["pushes_waiting"] == 0)
    assert [a["attempt"] for a in attempts] == [5, 4, 3, 2, 1]
    assert len(push_receiver.received) == 5


def test_a_failed_refund_is_told_of_too(merchant, payment_sandbox, push_receiver) -> None:
    query_id = paid(merchant, payment_sandbox, "orderN01")
    payment_sandbox.settings("unionpay", refund_code="64")
    merchant.give_back("refundN1", query_id, 1000, backUrl=push_receiver.url)
    assert fields_of(push_receiver.wait(1)[0].body)["respCode"] == "64"


def test_the_payer_pays_on_the_page_and_comes_back_signed(merchant, payment_sandbox) -> None:
    order = merchant.order("orderO01", frontUrl="https://hospital.example/back?a=1&b=2", orderDesc="门诊<1>")
    page = merchant.http.post("/gateway/api/frontTransReq.do", data=order)
    assert page.headers["content-type"].startswith("text/html")
    assert "门诊&lt;1&gt;" in page.text
    tn = page.text.split('name="tn" value="')[1].split('"')[0]
    back = merchant.http.post("/gateway/api/cashierPay.do", data={"tn": tn})
    assert 'action="https://hospital.example/back?a=1&amp;b=2"' in back.text
    assert merchant.query("orderO01")["origRespCode"] == "00"
    assert "支付失败" in merchant.http.post("/gateway/api/cashierPay.do", data={"tn": tn}).text
    wrong = merchant.http.post("/gateway/api/frontTransReq.do", data={**order, "txnAmt": "1"})
    assert "验证签名失败" in wrong.text


@pytest.mark.parametrize("code", ["03", "04", "05", "A6", "42", "64"])
def test_an_order_can_be_given_any_outcome(merchant, payment_sandbox, code) -> None:
    paid(merchant, payment_sandbox, "orderP01")
    payment_sandbox.control("POST", "unionpay/outcomes", {"order_id": "orderP01", "code": code})
    assert merchant.query("orderP01")["origRespCode"] == code
    payment_sandbox.control("POST", "unionpay/outcomes", {"order_id": "orderP01", "code": ""})
    assert merchant.query("orderP01")["origRespCode"] == "00"


def test_faults_are_matched_by_path_and_type(merchant, payment_sandbox) -> None:
    fault = {"kind": "code", "code": "06", "operation": "*:04/00"}
    payment_sandbox.faults("unionpay", fault)
    query_id = paid(merchant, payment_sandbox, "orderQ01")
    assert merchant.give_back("refundQ1", query_id, 1)["respCode"] == "06"
    payment_sandbox.faults("unionpay", {**fault, "operation": "queryTrans:*"})
    assert merchant.query("orderQ01")["respCode"] == "06"
    assert merchant.give_back("refundQ1", query_id, 1)["respCode"] == "00"


def test_a_setting_that_makes_no_sense_is_refused_and_changes_nothing(payment_sandbox) -> None:
    for wrong in ({"speed": 0}, {"speed": "fast"}, {"refund_seconds": -1}, {"nonsense": 1}):
        response = payment_sandbox.http.patch("/_sandbox/settings/unionpay", json={"mer_id": "1", **wrong})
        assert response.status_code == 400
    kept = payment_sandbox.http.get("/_sandbox/settings/unionpay").json()
    assert (kept["speed"], kept["refund_seconds"]) == (1, 0)


def test_a_reset_forgets_the_orders_and_keeps_the_merchant(merchant, payment_sandbox) -> None:
    paid(merchant, payment_sandbox, "orderR01")
    payment_sandbox.reset()
    payment_sandbox.move_to(NOW)
    assert merchant.query("orderR01")["respCode"] == "34"
    assert payment_sandbox.merchant("unionpay") == merchant.config


def test_nothing_grows_without_end(monkeypatch) -> None:
    from sandbox.clock import Clock
    from sandbox.trading import book
    from sandbox.unionpay import orders, transactions
    from sandbox.unionpay.settings import UnionPaySettings

    monkeypatch.setattr(transactions, "KEPT", 10)
    monkeypatch.setattr(book, "KEPT", 10)
    kept = orders.Orders(Clock(), book.TradeBook(Clock(), lambda n: f"{n:021d}"))
    order = {"txnTime": "20260310100000", "txnType": "01", "txnAmt": "1", "currencyCode": "156"}
    order |= {"backUrl": "http://127.0.0.1:9/", "channelType": "08"}
    for number in range(100):
        kept.consume({**order, "orderId": f"order{number:04d}"}, UnionPaySettings())
    sizes = [len(v) for v in vars(kept.transactions).values()]
    assert sizes == [10, 10, 10]
    assert len(kept._book.trades) == 10
