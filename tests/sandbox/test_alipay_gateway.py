"""The published SDK, unmodified, is served by the gateway, and refused where the real one would refuse it."""

import json
import socket
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from alipay.exceptions import AliPayException, AliPayValidationError

from tests.support.alipay import SUBJECT, create, other_key, paid, sdk
from tests.support.waiting import wait_until


def refused(call: Callable[[], object]) -> tuple[str, str]:
    """code and sub_code of what the SDK raises for a gateway failure."""
    with pytest.raises(AliPayException) as caught:
        call()
    answer = json.loads(str(caught.value).partition("message:")[2])
    return answer["error_response"]["code"], answer["error_response"]["sub_code"]


def test_a_trade_lives_from_the_code_to_the_refund(payment_sandbox) -> None:
    client = sdk(payment_sandbox)
    code = client.api_alipay_trade_precreate(SUBJECT, "T1", "12.30")
    assert code["qr_code"].startswith(payment_sandbox.url)
    assert client.api_alipay_trade_query("T1")["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    payment_sandbox.control("POST", "alipay/scan", {"out_trade_no": "T1"})
    waiting = client.api_alipay_trade_query("T1")
    assert (waiting["trade_status"], waiting["total_amount"]) == ("WAIT_BUYER_PAY", "12.30")
    payment_sandbox.pay("alipay", "T1")
    done = client.api_alipay_trade_query("T1")
    assert (done["trade_status"], done["trade_no"]) == ("TRADE_SUCCESS", waiting["trade_no"])
    assert client.api_alipay_trade_query(trade_no=done["trade_no"])["out_trade_no"] == "T1"
    back = client.api_alipay_trade_refund("2.30", out_trade_no="T1", out_request_no="R1")
    assert (back["fund_change"], back["refund_fee"]) == ("Y", "2.30")
    asked = client.api_alipay_trade_fastpay_refund_query("R1", out_trade_no="T1")
    assert (asked["refund_status"], asked["refund_amount"]) == ("REFUND_SUCCESS", "2.30")


def test_a_code_that_nobody_scanned_cannot_be_closed_and_can_still_be_paid(payment_sandbox) -> None:
    client = sdk(payment_sandbox)
    client.api_alipay_trade_precreate(SUBJECT, "T1", "1.00")
    assert client.api_alipay_trade_close("T1")["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    payment_sandbox.pay("alipay", "T1")
    assert client.api_alipay_trade_query("T1")["trade_status"] == "TRADE_SUCCESS"
    assert client.api_alipay_trade_close("T1")["sub_code"] == "ACQ.TRADE_STATUS_ERROR"


@pytest.mark.parametrize("expiry", [{"time_expire": "2020-01-01 00:00:00"}, {"timeout_express": "1m"}])
def test_nobody_can_pay_after_the_expiry(payment_sandbox, expiry) -> None:
    sdk(payment_sandbox).api_alipay_trade_precreate(SUBJECT, "T1", "1.00", **expiry)
    payment_sandbox.advance(61)
    answer = payment_sandbox.http.post("/_sandbox/alipay/pay", json={"out_trade_no": "T1"})
    assert (answer.status_code, answer.json()["error"]) == (409, "the trade is closed")


def test_a_closed_trade_stays_closed(payment_sandbox) -> None:
    create(payment_sandbox)
    client = sdk(payment_sandbox)
    assert client.api_alipay_trade_close("T1")["code"] == "10000"
    assert client.api_alipay_trade_query("T1")["trade_status"] == "TRADE_CLOSED"
    assert client.api_alipay_trade_close("T1")["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    assert create(payment_sandbox)["sub_code"] == "ACQ.TRADE_HAS_CLOSE"


def test_the_same_trade_again_is_the_same_and_another_under_its_number_is_refused(payment_sandbox) -> None:
    first = create(payment_sandbox)
    assert create(payment_sandbox)["trade_no"] == first["trade_no"]
    assert create(payment_sandbox, amount="12.31")["sub_code"] == "ACQ.CONTEXT_INCONSISTENT"
    payment_sandbox.pay("alipay", "T1")
    assert create(payment_sandbox)["sub_code"] == "ACQ.TRADE_HAS_SUCCESS"


@pytest.mark.parametrize(
    "changes",
    [
        {"total_amount": "0.00"},
        {"total_amount": "1.234"},
        {"total_amount": "-1"},
        {"total_amount": "1e3"},
        {"subject": ""},
        {"out_trade_no": "a-b"},
        {"buyer_id": ""},
        {"time_expire": "tomorrow"},
        {"timeout_express": "1.5h"},
    ],
)
def test_what_makes_no_sense_is_an_invalid_parameter(payment_sandbox, changes) -> None:
    assert create(payment_sandbox, **changes)["sub_code"] == "ACQ.INVALID_PARAMETER"


def test_one_number_refunds_once_and_never_more_than_was_paid(payment_sandbox) -> None:
    client = paid(payment_sandbox, amount="10.00")

    def refund(amount: str, **more: str) -> str:
        answer = client.api_alipay_trade_refund(amount, out_trade_no="T1", **more)
        return answer.get("sub_code") or f"{answer['fund_change']} {answer['refund_fee']}"

    assert refund("4.00") == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
    assert refund("4.00", out_request_no="R1") == "Y 4.00"
    assert refund("4.00", out_request_no="R1") == "N 4.00"
    assert refund("5.00", out_request_no="R1") == "ACQ.DISCORDANT_REPEAT_REQUEST"
    assert refund("6.01", out_request_no="R2") == "ACQ.REASON_TRADE_REFUND_FEE_ERR"
    assert refund("6.00", out_request_no="R2") == "Y 10.00"
    assert client.api_alipay_trade_query("T1")["trade_status"] == "TRADE_CLOSED"
    assert refund("0.01", out_request_no="R3") == "ACQ.TRADE_HAS_CLOSE"
    assert payment_sandbox.balance("alipay")["refunded_fen"] == 1000


def test_refunds_end_with_their_time(payment_sandbox) -> None:
    client = paid(payment_sandbox)
    create(payment_sandbox, "T2")
    payment_sandbox.control("POST", "alipay/finish", {"out_trade_no": "T1"})
    assert client.api_alipay_trade_query("T1")["trade_status"] == "TRADE_FINISHED"
    answers = [
        client.api_alipay_trade_refund("12.30", out_trade_no=n)["sub_code"] for n in ("T1", "T2", "T3")
    ]
    assert answers == ["ACQ.TRADE_HAS_FINISHED", "ACQ.TRADE_STATUS_ERROR", "ACQ.TRADE_NOT_EXIST"]


@pytest.mark.parametrize(
    ("outcome", "answer", "done"),
    [
        ("seller_balance", "ACQ.SELLER_BALANCE_NOT_ENOUGH", False),
        ("system_error", "ACQ.SYSTEM_ERROR", False),
        ("system_error_after", "ACQ.SYSTEM_ERROR", True),
        ("lost", "10000", False),
    ],
)
def test_refunds_come_to_what_the_settings_say(payment_sandbox, outcome, answer, done) -> None:
    client = paid(payment_sandbox)
    payment_sandbox.settings("alipay", refund_outcome=outcome)
    back = client.api_alipay_trade_refund("1.00", out_trade_no="T1", out_request_no="R1")
    assert back.get("sub_code", back["code"]) == answer
    asked = client.api_alipay_trade_fastpay_refund_query("R1", out_trade_no="T1")
    assert ("refund_status" in asked) is done
    payment_sandbox.settings("alipay", refund_outcome="success")
    again = client.api_alipay_trade_refund("1.00", out_trade_no="T1", out_request_no="R1")
    assert (again["fund_change"], again["refund_fee"]) == ("N" if done else "Y", "1.00")


def test_a_slow_refund_is_done_later(payment_sandbox) -> None:
    client = paid(payment_sandbox)
    payment_sandbox.settings("alipay", refund_delay_ms=60_000)
    assert (
        client.api_alipay_trade_refund("1.00", out_trade_no="T1", out_request_no="R1")["fund_change"] == "N"
    )
    ask = client.api_alipay_trade_fastpay_refund_query
    assert "refund_status" not in ask("R1", out_trade_no="T1")
    payment_sandbox.advance(61)
    wait_until(lambda: "refund_status" in ask("R1", out_trade_no="T1"))


def test_every_reply_is_signed_however_it_is_written(payment_sandbox) -> None:
    create(payment_sandbox)
    for style in ("plain", "spaced", "escaped"):
        payment_sandbox.settings("alipay", answer_style=style)
        assert sdk(payment_sandbox).api_alipay_trade_query("T1")["out_trade_no"] == "T1"
    payment_sandbox.settings("alipay", answer_signature="bad")
    with pytest.raises(AliPayValidationError):
        sdk(payment_sandbox).api_alipay_trade_query("T1")


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"private_key": other_key()}, ("40002", "isv.invalid-signature")),
        ({"app_id": "2021000000000009"}, ("40002", "isv.invalid-app-id")),
    ],
)
def test_a_stranger_is_refused_by_the_gateway(payment_sandbox, changes, answer) -> None:
    assert refused(lambda: sdk(payment_sandbox, **changes).api_alipay_trade_query("T1")) == answer


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"method": None}, ("40001", "isv.missing-method")),
        ({"app_id": None}, ("40001", "isv.missing-app-id")),
        ({"sign": None}, ("40001", "isv.missing-signature")),
        ({"sign_type": None}, ("40001", "isv.missing-signature-type")),
        ({"timestamp": None}, ("40001", "isv.missing-timestamp")),
        ({"version": None}, ("40001", "isv.missing-version")),
        ({"sign_type": "RSA"}, ("40002", "isv.invalid-signature-type")),
        ({"charset": "gbk"}, ("40002", "isv.invalid-charset")),
        ({"format": "XML"}, ("40002", "isv.invalid-format")),
        ({"timestamp": "now"}, ("40002", "isv.invalid-timestamp")),
        ({"method": "alipay.trade.nothing"}, ("40002", "isv.invalid-method")),
        ({"biz_content": '{"out_trade_no":"T2"}'}, ("40002", "isv.invalid-signature")),
        ({"sign": "nonsense"}, ("40002", "isv.invalid-signature")),
    ],
)
def test_what_is_missing_or_changed_is_named(payment_sandbox, change, answer) -> None:
    parameters = dict(
        parse_qsl(sdk(payment_sandbox).client_api("alipay.trade.query", {"out_trade_no": "T1"}))
    )
    parameters = {k: v for k, v in (parameters | change).items() if v is not None}
    said = payment_sandbox.http.get("/gateway.do", params=parameters).json()["error_response"]
    assert (said["code"], said["sub_code"]) == answer


def test_what_is_signed_but_no_object_is_an_invalid_parameter(payment_sandbox) -> None:
    client = sdk(payment_sandbox)
    query = client.sign_data(client.build_body("alipay.trade.query", "[1]"))
    said = payment_sandbox.http.get(f"/gateway.do?{query}").json()["error_response"]
    assert said["sub_code"] == "isv.invalid-parameter"


def test_a_request_is_taken_however_it_comes(payment_sandbox) -> None:
    create(payment_sandbox)
    query = sdk(payment_sandbox).client_api("alipay.trade.query", {"out_trade_no": "T1"})
    common = {k: v for k, v in parse_qsl(query) if k != "biz_content"}
    form = {"biz_content": dict(parse_qsl(query))["biz_content"]}
    http = payment_sandbox.http
    answers = [
        http.get(f"/gateway.do?{query}"),
        http.post("/gateway.do", params=common, data=form),
        http.post("/gateway.do", data=dict(parse_qsl(query))),
    ]
    assert [a.json()["alipay_trade_query_response"]["code"] for a in answers] == ["10000"] * 3


def test_an_absolute_request_line_is_understood(payment_sandbox) -> None:
    create(payment_sandbox)
    address = urlsplit(payment_sandbox.url)
    query = sdk(payment_sandbox).client_api("alipay.trade.query", {"out_trade_no": "T1"})
    with socket.create_connection((address.hostname, address.port)) as connection:
        line = f"GET {payment_sandbox.url}/gateway.do?{query} HTTP/1.1\r\n"
        connection.sendall(f"{line}Host: {address.netloc}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b'"code":"10000"' in answer


def test_a_body_that_is_no_form_is_refused_and_breaks_nothing(payment_sandbox) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = payment_sandbox.http.post("/gateway.do", content=b"method=\xff\xfe", headers=headers)
    assert answer.json()["error_response"]["sub_code"] == "isv.missing-method"


@pytest.mark.parametrize(
    ("code", "where"),
    [
        ("ACQ.SYSTEM_ERROR", "alipay_trade_query_response"),
        ("20000", "error_response"),
        ("isv.invalid-signature", "error_response"),
    ],
)
def test_an_injected_code_is_answered_in_the_methods_name_and_signed(payment_sandbox, code, where) -> None:
    create(payment_sandbox)
    payment_sandbox.faults(
        "alipay", {"kind": "code", "code": code, "times": 1, "operation": "alipay.trade.query"}
    )
    query = sdk(payment_sandbox).client_api("alipay.trade.query", {"out_trade_no": "T1"})
    said = payment_sandbox.http.get(f"/gateway.do?{query}").json()
    expected = ("20000", "isp.unknow-error") if code == "20000" else (said[where]["code"], code)
    assert (said[where]["code"], said[where]["sub_code"]) == expected
    assert said["sign"]
    assert sdk(payment_sandbox).api_alipay_trade_query("T1")["code"] == "10000"


def test_a_fault_touches_only_the_method_it_names(payment_sandbox) -> None:
    create(payment_sandbox)
    payment_sandbox.faults("alipay", {"kind": "http_error", "operation": "alipay.trade.refund"})
    client = sdk(payment_sandbox)
    assert client.api_alipay_trade_query("T1")["code"] == "10000"
    query = client.client_api("alipay.trade.refund", {"out_trade_no": "T1", "refund_amount": "1"})
    assert payment_sandbox.http.get(f"/gateway.do?{query}").status_code == 500


def test_a_page_is_opened_paid_and_left_for_the_merchant(payment_sandbox) -> None:
    client = sdk(payment_sandbox)
    query = client.api_alipay_trade_wap_pay("<b>费</b>", "T1", "1.00", return_url="http://127.0.0.1/back?a=1")
    browser = httpx.Client(base_url=payment_sandbox.url)
    page = browser.get(f"/gateway.do?{query}", follow_redirects=True)
    assert "￥1.00" in page.text
    assert "<b>" not in page.text
    assert client.api_alipay_trade_query("T1")["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    left = browser.post(str(page.url))
    back = dict(parse_qsl(urlsplit(left.headers["location"]).query))
    assert (left.status_code, back["a"], back["out_trade_no"]) == (302, "1", "T1")
    assert client.api_alipay_trade_query("T1")["trade_status"] == "TRADE_SUCCESS"
    assert "确认付款" not in browser.get(str(page.url)).text


def test_opening_a_code_is_the_scan(payment_sandbox) -> None:
    client = sdk(payment_sandbox)
    url = client.api_alipay_trade_precreate(SUBJECT, "T1", "1.00")["qr_code"]
    assert httpx.get(url).status_code == 200
    assert client.api_alipay_trade_query("T1")["trade_status"] == "WAIT_BUYER_PAY"
    assert httpx.post(url).status_code == 200
    assert client.api_alipay_trade_query("T1")["trade_status"] == "TRADE_SUCCESS"
    assert payment_sandbox.http.get("/alipay/cashier?reference=nothing").status_code == 404
    assert payment_sandbox.http.post("/alipay/cashier").status_code == 404


def test_an_order_string_is_paid_in_the_app_and_is_no_call_of_the_gateway(payment_sandbox) -> None:
    client = sdk(payment_sandbox)
    text = client.api_alipay_trade_app_pay(SUBJECT, "T1", "1.00")
    answer = payment_sandbox.http.get(f"/gateway.do?{text}").json()
    assert answer["error_response"]["sub_code"] == "isv.invalid-method"
    payment_sandbox.control("POST", "alipay/app-pay", {"order_string": text})
    assert payment_sandbox.pay("alipay", "T1")["state"] == "paid"
    forged = urlencode(dict(parse_qsl(text)) | {"biz_content": "{}"})
    refusal = payment_sandbox.http.post("/_sandbox/alipay/app-pay", json={"order_string": forged})
    assert (refusal.status_code, refusal.json()["error"]) == (400, "isv.invalid-signature")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PATCH", "settings/alipay", {"colour": "red"}, 400),
        ("PATCH", "settings/alipay", {"refund_outcome": "miracle"}, 400),
        ("PATCH", "settings/alipay", {"speed": 0}, 400),
        ("PATCH", "settings/alipay", {"fee_permille": "6"}, 400),
        ("POST", "alipay/scan", {"out_trade_no": "nothing"}, 404),
        ("POST", "alipay/finish", {"out_trade_no": "T1"}, 409),
        ("POST", "alipay/app-pay", {}, 400),
    ],
)
def test_a_wrong_control_call_says_what_is_wrong(payment_sandbox, method, path, body, status) -> None:
    create(payment_sandbox)
    answer = payment_sandbox.http.request(method, f"/_sandbox/{path}", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]
