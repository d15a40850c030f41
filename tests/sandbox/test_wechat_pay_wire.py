"""Signatures, the five fields of wx.requestPayment, faults and settings of the WeChat Pay stand-in."""

import base64
import json
import time
import uuid

import httpx
import pytest

from tests.support.payment_sandbox import PaymentSandbox
from tests.support.wechat_pay import (
    NOTIFY,
    OPENID,
    out_trade_no,
    paid,
    prepay,
    published_sdk,
    query,
    refund,
    request_payment,
)


@pytest.fixture
def sdk(payment_sandbox):
    return published_sdk(payment_sandbox)


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
