"""The WeChat Pay stand-in with the published SDK, unmodified, as the referee of its wire protocol."""

import base64
import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.payment_sandbox import PaymentSandbox
from tests.support.wechat_pay import OPENID, out_trade_no, published_sdk

NOTIFY = "http://127.0.0.1:9/notify"


@pytest.fixture
def sdk(payment_sandbox):
    return published_sdk(payment_sandbox)


def prepay(sdk, number: str, total: int = 500, **changes):
    values = {"payer": {"openid": OPENID}, "notify_url": NOTIFY, **changes}
    status, text = sdk.pay("挂号费", number, {"total": total, "currency": "CNY"}, **values)
    return status, json.loads(text)


def refund(sdk, number: str, out_refund_no: str, fen: int, total: int = 500):
    amount = {"refund": fen, "total": total, "currency": "CNY"}
    status, text = sdk.refund(out_refund_no, amount, out_trade_no=number)
    return status, json.loads(text)


def paid(sandbox, sdk, total: int = 500) -> str:
    number = out_trade_no()
    assert prepay(sdk, number, total)[0] == 200
    sandbox.pay("wechat_pay", number)
    return number


def query(sdk, number: str):
    status, text = sdk.query(out_trade_no=number)
    return status, json.loads(text)


def signed(
    sandbox: PaymentSandbox, sdk, path: str, *, age: float = 0, body: str = "", **changes
) -> httpx.Response:
    """A request signed by hand; `changes` replace parts of the authorization after signing."""
    stamp, nonce = str(int(time.time() - age)), uuid.uuid4().hex
    method = "POST" if body else "GET"
    signature = sdk._core.sign([method, path, stamp, nonce, body])
    values = {"mchid": sdk._mchid, "nonce_str": nonce, "signature": signature, "timestamp": stamp}
    values |= {"serial_no": sdk._core._cert_serial_no} | changes
    pairs = ",".join(f'{name}="{value}"' for name, value in values.items())
    headers = {"Authorization": f"WECHATPAY2-SHA256-RSA2048 {pairs}"}
    url = httpx.URL(sandbox.url, raw_path=path.encode())
    return sandbox.http.request(method, url, content=body.encode(), headers=headers)


def test_an_order_is_made_queried_and_paid(payment_sandbox, sdk) -> None:
    number = out_trade_no()
    status, answer = prepay(sdk, number)
    assert (status, len(answer["prepay_id"])) == (200, 36)
    assert query(sdk, number)[1]["trade_state"] == "NOTPAY"
    payment_sandbox.pay("wechat_pay", number)
    status, trade = query(sdk, number)
    assert (status, trade["trade_state"], trade["amount"]["total"]) == (200, "SUCCESS", 500)
    assert (trade["payer"]["openid"], len(trade["transaction_id"])) == (OPENID, 28)
    by_id = json.loads(sdk.query(transaction_id=trade["transaction_id"])[1])
    assert by_id == trade


def test_the_same_request_is_answered_again_and_a_changed_one_refused(sdk) -> None:
    number = out_trade_no()
    first = prepay(sdk, number)
    assert prepay(sdk, number) == first
    status, answer = prepay(sdk, number, 501)
    assert (status, answer["code"]) == (403, "OUT_TRADE_NO_USED")
    assert prepay(sdk, number, attach="x")[1]["code"] == "OUT_TRADE_NO_USED"


def test_a_prepay_id_lives_two_hours(payment_sandbox, sdk) -> None:
    number = out_trade_no()
    first = prepay(sdk, number)[1]["prepay_id"]
    payment_sandbox.advance(7201)
    second = prepay(sdk, number)[1]["prepay_id"]
    assert second != first
    assert request_payment(payment_sandbox, sdk, first).status_code == 404
    assert request_payment(payment_sandbox, sdk, second).status_code == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"out_trade_no": "short"}, "PARAM_ERROR"),
        ({"out_trade_no": "x" * 33}, "PARAM_ERROR"),
        ({"out_trade_no": "number with blanks"}, "PARAM_ERROR"),
        ({"description": "挂" * 43}, "PARAM_ERROR"),
        ({"description": None}, "PARAM_ERROR"),
        ({"notify_url": "https://example.com/notify?a=1"}, "PARAM_ERROR"),
        ({"notify_url": "notify"}, "PARAM_ERROR"),
        ({"amount": {"total": 0}}, "PARAM_ERROR"),
        ({"amount": {"total": 1.5}}, "PARAM_ERROR"),
        ({"amount": {"total": True}}, "PARAM_ERROR"),
        ({"amount": {"total": "5"}}, "PARAM_ERROR"),
        ({"amount": {"total": 5, "currency": "USD"}}, "PARAM_ERROR"),
        ({"payer": None}, "PARAM_ERROR"),
        ({"attach": "x" * 129}, "PARAM_ERROR"),
        ({"time_expire": "tomorrow"}, "PARAM_ERROR"),
        ({"time_expire": "2099-01-01T00:00:00"}, "PARAM_ERROR"),
        ({"time_expire": "2020-01-01T00:00:00+08:00"}, "INVALID_REQUEST"),
        ({"appid": "wx0000000000other"}, "APPID_MCHID_NOT_MATCH"),
        ({"mchid": "1900000009"}, "MCH_NOT_EXISTS"),
    ],
)
def test_a_wrong_order_is_refused(payment_sandbox, sdk, changes, code) -> None:
    order = {
        "appid": sdk._appid,
        "mchid": sdk._mchid,
        "description": "挂号费",
        "out_trade_no": out_trade_no(),
        "notify_url": NOTIFY,
        "amount": {"total": 500},
        "payer": {"openid": OPENID},
    } | changes
    from wechatpayv3.type import RequestType

    status, text = sdk._core.request("/v3/pay/transactions/jsapi", RequestType.POST, order)
    assert status == 400
    assert json.loads(text)["code"] == code
    assert payment_sandbox.trades("wechat_pay") == []


def test_an_order_closes_at_its_expiry_and_by_itself_after_a_week(payment_sandbox, sdk) -> None:
    timed, plain = out_trade_no(), out_trade_no()
    soon = time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(time.time() + 8 * 3600 + 900))
    prepay(sdk, timed, time_expire=soon)
    prepay(sdk, plain)
    payment_sandbox.advance(901)
    assert [query(sdk, number)[1]["trade_state"] for number in (timed, plain)] == ["CLOSED", "NOTPAY"]
    payment_sandbox.advance(7 * 86_400)
    assert query(sdk, plain)[1]["trade_state"] == "CLOSED"
    assert prepay(sdk, plain)[1]["code"] == "ORDER_CLOSED"


def test_closing_is_repeatable_and_a_paid_order_is_not_closed(payment_sandbox, sdk) -> None:
    number = out_trade_no()
    prepay(sdk, number)
    assert [sdk.close(number)[0] for _ in range(2)] == [
        204,
        204,
    ]  # the SDK verifies the empty answer's signature
    status, text = sdk.close(paid(payment_sandbox, sdk))
    assert (status, json.loads(text)["code"]) == (400, "ORDER_PAID")
    assert sdk.close(out_trade_no())[0] == 404


def test_an_unknown_order_is_a_404(sdk) -> None:
    status, answer = query(sdk, out_trade_no())
    assert (status, answer["code"]) == (404, "ORDER_NOT_EXIST")
    assert sdk.query(transaction_id="42000000")[0] == 404


def test_a_refund_is_processing_first_and_succeeds_later(payment_sandbox, sdk) -> None:
    payment_sandbox.settings("wechat_pay", refund_delay_ms=60_000)
    number = paid(payment_sandbox, sdk)
    status, answer = refund(sdk, number, "R1", 200)
    assert (status, answer["status"], answer["amount"]["refund"]) == (200, "PROCESSING", 200)
    payment_sandbox.advance(61)
    again = json.loads(sdk.query_refund("R1")[1])
    assert (again["status"], again["refund_id"]) == ("SUCCESS", answer["refund_id"])
    assert query(sdk, number)[1]["trade_state"] == "REFUND"
    assert payment_sandbox.balance("wechat_pay")["balance_fen"] == 300


@pytest.mark.requirement("PAY-08")
def test_the_same_refund_number_refunds_once_also_at_the_same_time(payment_sandbox, sdk) -> None:
    number = paid(payment_sandbox, sdk)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: refund(sdk, number, "R-once", 500), range(16)))
    assert {status for status, _ in answers} == {200}
    assert len({answer["refund_id"] for _, answer in answers}) == 1
    trade = payment_sandbox.trade("wechat_pay", number)
    assert trade is not None
    assert [r["amount_fen"] for r in trade["refunds"]] == [500]
    status, answer = refund(sdk, number, "R-once", 499)
    assert (status, answer["code"]) == (400, "INVALID_REQUEST")


def test_no_more_is_refunded_than_was_paid(payment_sandbox, sdk) -> None:
    payment_sandbox.settings("wechat_pay", partial_refund_seconds=0)
    number = paid(payment_sandbox, sdk)
    assert refund(sdk, number, "R1", 300)[0] == 200
    status, answer = refund(sdk, number, "R2", 201)
    assert (status, answer["code"]) == (400, "INVALID_REQUEST")
    assert refund(sdk, number, "R2", 200, total=400)[1]["code"] == "INVALID_REQUEST"
    assert refund(sdk, number, "R2", 200)[0] == 200


def test_two_refunds_of_one_order_are_a_minute_apart(payment_sandbox, sdk) -> None:
    number = paid(payment_sandbox, sdk)
    assert refund(sdk, number, "R1", 100)[0] == 200
    status, answer = refund(sdk, number, "R2", 100)
    assert (status, answer["code"]) == (429, "FREQUENCY_LIMITED")
    payment_sandbox.advance(60)
    assert refund(sdk, number, "R2", 100)[0] == 200


def test_an_empty_account_refuses_until_it_is_filled(payment_sandbox, sdk) -> None:
    number = paid(payment_sandbox, sdk)
    payment_sandbox.settings("wechat_pay", withdrawn_fen=301)
    status, answer = refund(sdk, number, "R1", 200)
    assert (status, answer["code"]) == (403, "NOT_ENOUGH")
    payment_sandbox.settings("wechat_pay", withdrawn_fen=300)
    assert refund(sdk, number, "R1", 200)[0] == 200


@pytest.mark.parametrize(("outcome", "status"), [("closed", "CLOSED"), ("abnormal", "ABNORMAL")])
def test_refunds_can_end_badly(payment_sandbox, sdk, outcome, status) -> None:
    payment_sandbox.settings(
        "wechat_pay", refund_outcome=outcome, refund_delay_ms=0, partial_refund_seconds=0
    )
    number = paid(payment_sandbox, sdk)
    refund(sdk, number, "R1", 500)
    assert json.loads(sdk.query_refund("R1")[1])["status"] == status
    # What was closed never left the account; what is abnormal has left it.
    assert refund(sdk, number, "R2", 500)[0] == (200 if outcome == "closed" else 400)


def test_refunds_end_after_a_year_and_fifty(payment_sandbox, sdk) -> None:
    payment_sandbox.settings("wechat_pay", partial_refund_seconds=0)
    number = paid(payment_sandbox, sdk, 5000)
    assert [refund(sdk, number, f"R{n}", 1, 5000)[0] for n in range(50)] == [200] * 50
    assert refund(sdk, number, "R50", 1, 5000)[1]["code"] == "INVALID_REQUEST"
    late = paid(payment_sandbox, sdk)
    payment_sandbox.advance(366 * 86_400)
    assert refund(sdk, late, "R-late", 1)[1]["code"] == "INVALID_REQUEST"


def test_what_was_not_paid_cannot_be_refunded(sdk) -> None:
    number = out_trade_no()
    prepay(sdk, number)
    for wanted in (number, out_trade_no()):
        status, answer = refund(sdk, wanted, "R1", 1)
        assert (status, answer["code"]) == (404, "RESOURCE_NOT_EXISTS")
    assert sdk.query_refund("R1")[0] == 404


def test_requests_are_checked_for_age_first_then_for_their_signature(payment_sandbox, sdk) -> None:
    path = f"/v3/pay/transactions/out-trade-no/{out_trade_no()}?mchid={sdk._mchid}"
    assert signed(payment_sandbox, sdk, path).status_code == 404
    old = signed(payment_sandbox, sdk, path, age=301, signature="AAAA")
    assert (old.status_code, old.json()["code"]) == (401, "SIGN_ERROR")
    assert "timestamp" in old.json()["message"]
    for change in (
        {"signature": "AAAA"},
        {"signature": "not base64"},
        {"mchid": "1900000009"},
        {"serial_no": "0" * 40},
        {"nonce_str": "another"},
        {"timestamp": "now"},
    ):
        refused = signed(payment_sandbox, sdk, path, **change)
        assert (refused.status_code, refused.json()["code"]) == (401, "SIGN_ERROR")
    assert payment_sandbox.http.get(path).status_code == 401


def test_the_signature_covers_the_target_as_it_was_sent(payment_sandbox, sdk) -> None:
    number = f"T|{uuid.uuid4().hex[:20]}"
    prepay(sdk, number)
    quoted = f"/v3/pay/transactions/out-trade-no/{number.replace('|', '%7C')}?mchid={sdk._mchid}"
    answer = signed(payment_sandbox, sdk, quoted)
    assert (answer.status_code, answer.json()["out_trade_no"]) == (200, number)


def test_good_answers_are_signed_and_refusals_are_not(payment_sandbox, sdk) -> None:
    number = out_trade_no()
    prepay(sdk, number)
    path = f"/v3/pay/transactions/out-trade-no/{number}?mchid={sdk._mchid}"
    good, bad = signed(payment_sandbox, sdk, path), signed(payment_sandbox, sdk, path.replace("T", "X", 1))
    assert good.headers["wechatpay-signature-type"] == "WECHATPAY2-SHA256-RSA2048"
    assert (bad.status_code, "wechatpay-signature" in bad.headers) == (404, False)
    assert good.headers["request-id"] != bad.headers["request-id"]


def test_answers_are_signed_by_the_key_that_the_client_names(payment_sandbox, sdk, tmp_path) -> None:
    """Certificate mode: the SDK starts from a certificate in a folder, then fetches and decrypts the list itself."""
    from cryptography import x509
    from wechatpayv3 import WeChatPay, WeChatPayType

    pem = (payment_sandbox.keys / "wechat_pay_platform.pem").read_text()
    (tmp_path / "platform.pem").write_text(pem[pem.index("-----BEGIN CERTIFICATE") :])
    merchant = payment_sandbox.control("GET", "wechat_pay/merchant?mode=certificate")
    assert "public_key" not in merchant
    old = WeChatPay(
        WeChatPayType.MINIPROG,
        merchant["mchid"],
        merchant["private_key"],
        merchant["serial_no"],
        merchant["appid"],
        merchant["apiv3_key"],
        cert_dir=str(tmp_path),
    )
    old._core._gate_way = payment_sandbox.url
    assert prepay(old, out_trade_no())[0] == 200
    old._core._update_certificates()
    (fetched,) = old._core._certificates
    assert fetched == x509.load_pem_x509_certificate(pem[pem.index("-----BEGIN CERTIFICATE") :].encode())
    with pytest.raises(Exception, match="verify the signature"):
        payment_sandbox.settings("wechat_pay", answer_signature="bad")
        prepay(sdk, out_trade_no())


def test_an_unknown_public_key_is_refused_before_anything_is_done(payment_sandbox) -> None:
    stranger = published_sdk(payment_sandbox, public_key_id="PUB_KEY_ID_0000000000000000")
    assert prepay(stranger, out_trade_no())[1]["code"] == "PARAM_ERROR"
    assert payment_sandbox.trades("wechat_pay") == []


@pytest.mark.parametrize("kind", ["bad", "probe", "none"])
def test_answers_can_be_signed_wrongly(payment_sandbox, sdk, kind) -> None:
    payment_sandbox.settings("wechat_pay", answer_signature=kind)
    with pytest.raises(Exception, match=r"verify the signature|support this algorithm"):
        prepay(sdk, out_trade_no())


def request_payment(
    sandbox: PaymentSandbox, sdk, prepay_id: str, openid: str = OPENID, **changes
) -> httpx.Response:
    fields = {
        "timeStamp": str(int(time.time())),
        "nonceStr": uuid.uuid4().hex,
        "package": f"prepay_id={prepay_id}",
    } | {name: value for name, value in changes.items() if name != "paySign"}
    signature = sdk.sign([sdk._appid, fields["timeStamp"], fields["nonceStr"], fields["package"]])
    body = {**fields, "signType": "RSA", "paySign": signature, "openid": openid} | changes
    return sandbox.http.post("/_sandbox/wechat_pay/request-payment", json=body)


def test_the_five_fields_of_request_payment_are_verified_before_it_is_paid(payment_sandbox, sdk) -> None:
    number = out_trade_no()
    prepay_id = prepay(sdk, number)[1]["prepay_id"]
    foreign = base64.b64encode(b"x" * 256).decode()
    for changes in (
        {"paySign": foreign},
        {"openid": "somebody-else"},
        {"signType": "MD5"},
        {"timeStamp": str(int(time.time() * 1000))},
        {"package": prepay_id},
        {"package": "prepay_id=wx0000000000000000"},
    ):
        openid = changes.pop("openid", OPENID)
        refused = request_payment(payment_sandbox, sdk, prepay_id, openid, **changes)
        assert refused.status_code in (400, 403, 404), refused.text
        assert query(sdk, number)[1]["trade_state"] == "NOTPAY"
    done = request_payment(payment_sandbox, sdk, prepay_id)
    assert (done.status_code, done.json()["errMsg"]) == (200, "requestPayment:ok")
    assert query(sdk, number)[1]["trade_state"] == "SUCCESS"
    assert request_payment(payment_sandbox, sdk, prepay_id).status_code == 409


def test_faults_are_named_by_operation(payment_sandbox, sdk) -> None:
    rules = [
        {"kind": "code", "code": "SYSTEM_ERROR", "operation": "query", "times": 1},
        {"kind": "http_error", "status": 502, "operation": "*", "times": 1},
    ]
    payment_sandbox.faults("wechat_pay", *rules)
    number = out_trade_no()
    assert sdk.pay("x", number, {"total": 1}, payer={"openid": OPENID}, notify_url=NOTIFY)[0] == 502
    assert query(sdk, number) == (500, {"code": "SYSTEM_ERROR", "message": "系统错误，请稍后重试"})
    assert prepay(sdk, number)[0] == 200


@pytest.mark.requirement("PAY-08")
def test_silence_after_the_work_leaves_the_work_done(payment_sandbox, sdk) -> None:
    number = paid(payment_sandbox, sdk)
    payment_sandbox.faults("wechat_pay", {"kind": "silent_after_work", "operation": "refund", "times": 1})
    with pytest.raises(Exception, match="closed connection"):
        refund(sdk, number, "R1", 500)
    assert json.loads(sdk.query_refund("R1")[1])["amount"]["refund"] == 500
    assert refund(sdk, number, "R1", 500)[0] == 200
    trade = payment_sandbox.trade("wechat_pay", number)
    assert trade is not None
    assert len(trade["refunds"]) == 1


def test_settings_are_checked_and_a_reset_forgets_all_but_the_keys(payment_sandbox, sdk) -> None:
    for wrong in (
        {"refund_outcome": "lost"},
        {"speed": 0},
        {"speed": True},
        {"refund_delay_ms": -1},
        {"colour": 1},
    ):
        assert payment_sandbox.http.patch("/_sandbox/settings/wechat_pay", json=wrong).status_code == 400
    before = payment_sandbox.merchant("wechat_pay")
    paid(payment_sandbox, sdk)
    payment_sandbox.settings("wechat_pay", refund_outcome="closed", speed=7)
    payment_sandbox.reset()
    assert payment_sandbox.trades("wechat_pay") == []
    assert payment_sandbox.merchant("wechat_pay") == before
    shown = payment_sandbox.control("GET", "settings/wechat_pay")
    assert (shown["refund_outcome"], shown["speed"]) == ("success", 1.0)
