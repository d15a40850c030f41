"""Alipay through the published SDK, unmodified: it judges the stand-in, and what our channel signs.

And the channel itself beside the stand-in, both at one time of day.
"""

import datetime as dt
from typing import Any

import httpx
import pytest
from alipay import AliPay
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from apps.payments.channels.alipay import Alipay, make
from apps.payments.channels.base import ChannelError, PayMethod, PrepayRequest, RefundRequest
from kernel import clock
from tests.support.payment_sandbox import PaymentSandbox

SUBJECT = '挂号费 & 诊查费 "A+B" {1}/100%'
NOW = dt.datetime(2026, 3, 10, 10, 0, tzinfo=clock.LOCAL)
SECOND = dt.timedelta(seconds=1)
QUICK = httpx.Timeout(0.5)
NUMBER = "0193d2b8c0de7000a000000000000001"


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
