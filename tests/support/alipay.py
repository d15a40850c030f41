"""Alipay through the published SDK, unmodified: it judges the stand-in, and what our channel signs."""

from typing import Any

from alipay import AliPay
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.support.payment_sandbox import PaymentSandbox

SUBJECT = '挂号费 & 诊查费 "A+B" {1}/100%'


def sdk(sandbox: PaymentSandbox, **changes: str) -> AliPay:
    merchant = sandbox.merchant("alipay") | changes
    client = AliPay(
        appid=merchant["app_id"],
        app_private_key_string=merchant["private_key"],
        alipay_public_key_string=merchant["alipay_public_key"],
    )
    client._gateway = merchant["gateway"]
    return client


def other_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def create(sandbox: PaymentSandbox, number: str = "T1", amount: str = "12.30", **more: str) -> dict[str, Any]:
    return sdk(sandbox).server_api(
        "alipay.trade.create",
        {"out_trade_no": number, "total_amount": amount, "subject": SUBJECT, "buyer_id": "2088102146225135"}
        | more,
    )


def paid(sandbox: PaymentSandbox, number: str = "T1", amount: str = "12.30") -> AliPay:
    create(sandbox, number, amount)
    sandbox.pay("alipay", number)
    return sdk(sandbox)
