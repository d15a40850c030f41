"""Signatures of APIv3: the merchant's on requests, WeChat Pay's on answers and notifications. Real time, both ways."""

import base64
import binascii
import re
import secrets
import time
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from sandbox.wechat_pay.errors import PayFailure
from sandbox.wechat_pay.settings import Keys
from sandbox.wire import Request

SCHEME = "WECHATPAY2-SHA256-RSA2048"
MAX_SKEW = 300
PROBE = "WECHATPAY/SIGNTEST/"
_PAIR = re.compile(r'(\w+)="([^"]*)"')
_HOST = re.compile(r"https?://[^/]+")


def check_request(request: Request, mchid: str, keys: Keys) -> None:
    """PayFailure SIGN_ERROR unless the merchant has signed exactly this request within the last minutes."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    values = dict(_PAIR.findall(rest))
    wanted = ("mchid", "nonce_str", "signature", "timestamp", "serial_no")
    if scheme != SCHEME or not all(values.get(name) for name in wanted):
        raise PayFailure(
            "SIGN_ERROR", "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》"
        )
    stamp = values["timestamp"]
    if not stamp.isdecimal() or abs(time.time() - int(stamp)) > MAX_SKEW:
        raise PayFailure("SIGN_ERROR", "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟")
    if values["mchid"] != mchid:
        raise PayFailure("SIGN_ERROR", "商户号不存在")
    if values["serial_no"].upper() != keys.merchant.serial_hex:
        raise PayFailure("SIGN_ERROR", "商户证书序列号有误")
    target = _HOST.sub("", request.raw_path, count=1)
    text = f"{request.method}\n{target}\n{stamp}\n{values['nonce_str']}\n".encode() + request.body + b"\n"
    if not verified(keys.merchant.private.public_key(), text, values["signature"]):
        raise PayFailure("SIGN_ERROR")


def verified(key: RSAPublicKey, text: bytes, signature: str) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), text, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def signed_headers(
    body: bytes, *, serial: str, key: RSAPrivateKey, age: float = 0, spoilt: str = ""
) -> Mapping[str, str]:
    """What WeChat Pay sends with an answer or a push. `spoilt`: "" for a good signature, `bad` or `probe`."""
    stamp, nonce = str(int(time.time() - age)), secrets.token_hex(16)
    text = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
    signature = base64.b64encode(key.sign(text, PKCS1v15(), SHA256())).decode()
    if spoilt == "probe":
        signature = PROBE + signature[len(PROBE) :]
    elif spoilt == "bad":
        signature = base64.b64encode(secrets.token_bytes(256)).decode()
    return {
        "Wechatpay-Timestamp": stamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": signature,
        "Wechatpay-Signature-Type": SCHEME,
        "Wechatpay-Serial": serial,
    }


def sealed(plain: bytes, associated: str, apiv3_key: str) -> dict[str, str]:
    """AEAD_AES_256_GCM as in notifications and the list of certificates."""
    nonce = secrets.token_hex(6)
    data = AESGCM(apiv3_key.encode()).encrypt(nonce.encode(), plain, associated.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": nonce,
        "associated_data": associated,
        "ciphertext": base64.b64encode(data).decode(),
    }
