"""Orders and refunds as tests ask the WeChat Pay channel for them, and its stand-in put into trouble."""

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

from apps.payments.channels.base import PayMethod, PrepayRequest, RefundRequest
from apps.payments.channels.wechat_pay import WeChatPayChannel
from tests.support.payment_sandbox import PaymentSandbox
from tests.support.wechat_pay import OPENID

PROVIDER = "wechat_pay"
NOTIFY = "http://127.0.0.1:9/callbacks/payments/1"
QUICK = (1.0, 0.4)


def now() -> dt.datetime:
    """The sandbox's time, too."""
    return dt.datetime.now(dt.UTC)


def times() -> dict[str, dt.datetime]:
    """Of an order of this moment."""
    return {"started_at": now(), "expires_at": now() + dt.timedelta(days=2)}


def order(**changes: Any) -> PrepayRequest:
    """500 fen, paid by the mini-program's user."""
    request = PrepayRequest(
        out_trade_no=uuid.uuid4().hex,
        amount_fen=500,
        description="挂号费",
        notify_url=NOTIFY,
        method=PayMethod.MINI_PROGRAM,
        payer_id=OPENID,
        **times(),
    )
    return replace(request, **changes)


def paid(sandbox: PaymentSandbox, channel: WeChatPayChannel, **changes: Any) -> PrepayRequest:
    """An order that has been paid."""
    request = order(**changes)
    channel.prepay(request)
    sandbox.pay(PROVIDER, request.out_trade_no)
    return request


def refund_of(request: PrepayRequest, transaction_id: str = "", **changes: Any) -> RefundRequest:
    """200 fen of the order."""
    refund = RefundRequest(
        out_trade_no=request.out_trade_no,
        transaction_id=transaction_id,
        out_refund_no=uuid.uuid4().hex,
        amount_fen=200,
        total_fen=request.amount_fen,
        reason="退号",
        notify_url=NOTIFY,
        paid_at=now(),
        started_at=now(),
    )
    return replace(refund, **changes)


def fault(sandbox: PaymentSandbox, kind: str, operation: str, **more: Any) -> None:
    """The next such call goes wrong."""
    sandbox.faults(PROVIDER, {"kind": kind, "operation": operation, "times": 1, **more})


def fetches(sandbox: PaymentSandbox) -> int:
    """How often the certificates were asked for since `count_fetches`."""
    (rule,) = sandbox.control("GET", f"faults/{PROVIDER}")["faults"]
    return 1000 - int(rule["times"])


def count_fetches(sandbox: PaymentSandbox) -> None:
    """Count from here: see `fetches`."""
    sandbox.faults(PROVIDER, {"kind": "delay", "operation": "certificates", "times": 1000})
