"""The published WeChat Pay SDK, unmodified, as a referee; and pushes forged with the stand-in's own keys."""

import base64
import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from tests.support.payment_sandbox import PaymentSandbox

NOTIFY = "http://127.0.0.1:9/notify"
OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"


def published_sdk(sandbox: PaymentSandbox, **changes: str) -> Any:
    """wechatpayv3 as its authors ship it; only the address differs. `changes` replace parts of the configuration."""
    from wechatpayv3 import WeChatPay, WeChatPayType

    merchant = sandbox.merchant("wechat_pay") | changes
    sdk = WeChatPay(
        WeChatPayType.MINIPROG,
        merchant["mchid"],
        merchant["private_key"],
        merchant["serial_no"],
        merchant["appid"],
        merchant["apiv3_key"],
        public_key=merchant["public_key"],
        public_key_id=merchant["public_key_id"],
        timeout=(2, 5),
    )
    sdk._core._gate_way = sandbox.url
    return sdk


def out_trade_no() -> str:
    return f"T{uuid.uuid4().hex[:24]}"


class Forger:
    """Makes pushes as the platform does, for tests that change one thing about them."""

    def __init__(self, sandbox: PaymentSandbox) -> None:
        merchant = sandbox.merchant("wechat_pay")
        self.serial, self.apiv3_key = merchant["public_key_id"], merchant["apiv3_key"]
        pem = (sandbox.keys / "wechat_pay_public.pem").read_bytes()
        key = serialization.load_pem_private_key(pem, None)
        assert isinstance(key, RSAPrivateKey)
        self.key = key

    def headers(self, body: bytes, *, serial: str = "", age: float = 0, **changes: str) -> dict[str, str]:
        """Rightly signed over `body`; `changes` replace header values after signing."""
        stamp, nonce = str(int(time.time() - age)), uuid.uuid4().hex
        text = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
        signature = base64.b64encode(self.key.sign(text, PKCS1v15(), SHA256())).decode()
        values = {
            "timestamp": stamp,
            "nonce": nonce,
            "signature": signature,
            "serial": serial or self.serial,
            "signature_type": "WECHATPAY2-SHA256-RSA2048",
        } | changes
        return {f"wechatpay-{name.replace('_', '-')}": value for name, value in values.items()}

    def body(
        self,
        plain: Mapping[str, Any] | str,
        *,
        event: str = "TRANSACTION.SUCCESS",
        key: str = "",
        **changes: Any,
    ) -> bytes:
        """An envelope around `plain`, encrypted with the merchant's APIv3 key or `key`."""
        text = plain if isinstance(plain, str) else json.dumps(plain)
        cipher = AESGCM((key or self.apiv3_key).encode())
        secret = base64.b64encode(cipher.encrypt(b"uluk4a9R25RW", text.encode(), b"transaction")).decode()
        resource = {
            "original_type": "transaction",
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": secret,
            "associated_data": "transaction",
            "nonce": "uluk4a9R25RW",
        }
        envelope = {
            "id": str(uuid.uuid4()),
            "create_time": "2026-01-01T08:00:00+08:00",
            "resource_type": "encrypt-resource",
            "event_type": event,
            "summary": "支付成功",
            "resource": resource,
        }
        return json.dumps(envelope | changes).encode()


def prepay(sdk: Any, number: str, total: int = 500, **changes: Any) -> tuple[int, dict[str, Any]]:
    """Status and answer, as of all that follow."""
    values = {"payer": {"openid": OPENID}, "notify_url": NOTIFY, **changes}
    status, text = sdk.pay("挂号费", number, {"total": total, "currency": "CNY"}, **values)
    return status, json.loads(text)


def query(sdk: Any, number: str) -> tuple[int, dict[str, Any]]:
    status, text = sdk.query(out_trade_no=number)
    return status, json.loads(text)


def refund(
    sdk: Any, number: str, out_refund_no: str, fen: int, total: int = 500
) -> tuple[int, dict[str, Any]]:
    amount = {"refund": fen, "total": total, "currency": "CNY"}
    status, text = sdk.refund(out_refund_no, amount, out_trade_no=number)
    return status, json.loads(text)


def paid(sandbox: PaymentSandbox, sdk: Any, total: int = 500) -> str:
    """The number of an order that has been paid."""
    number = out_trade_no()
    assert prepay(sdk, number, total)[0] == 200
    sandbox.pay("wechat_pay", number)
    return number


def request_payment(
    sandbox: PaymentSandbox, sdk: Any, prepay_id: str, openid: str = OPENID, **changes: str
) -> httpx.Response:
    """What a mini-program does with the five fields; `changes` replace some of them."""
    fields = {
        "timeStamp": str(int(time.time())),
        "nonceStr": uuid.uuid4().hex,
        "package": f"prepay_id={prepay_id}",
    } | {name: value for name, value in changes.items() if name != "paySign"}
    signature = sdk.sign([sdk._appid, fields["timeStamp"], fields["nonceStr"], fields["package"]])
    body = {**fields, "signType": "RSA", "paySign": signature, "openid": openid} | changes
    return sandbox.http.post("/_sandbox/wechat_pay/request-payment", json=body)
