"""The messages that we send to UnionPay, but for what all have in common."""

import base64
import datetime as dt
import re
from collections.abc import Mapping
from html import escape

from apps.payments.channels.base import PermanentChannelError, PrepayRequest, RefundRequest
from apps.payments.channels.unionpay_results import txn_time

CONSUMPTION, REFUND = "01", "04"
GATEWAY_PAYMENT, ANY_BUSINESS = "000201", "000000"
CNY, MOBILE = "156", "08"
ORDER_ID = re.compile(r"[0-9A-Za-z]{8,40}")
#: Bytes of orderDesc.
ORDER_DESC = 32


def order(request: PrepayRequest) -> dict[str, str]:
    """A consumption. The reserved field comes back in queries and files, where only plain letters are safe."""
    return {
        "txnType": CONSUMPTION,
        "txnSubType": "01",
        "bizType": GATEWAY_PAYMENT,
        "channelType": MOBILE,
        "orderId": _checked(request.out_trade_no),
        "txnTime": txn_time(request.started_at),
        "txnAmt": str(request.amount_fen),
        "currencyCode": CNY,
        "payTimeout": txn_time(request.expires_at),
        "backUrl": request.notify_url,
        "orderDesc": request.description.encode()[:ORDER_DESC].decode(errors="ignore"),
        "customerIp": request.client_ip,
        "reqReserved": base64.b64encode(request.attach.encode()).decode(),
    }


def refund(request: RefundRequest) -> dict[str, str]:
    """Of a consumption that UnionPay knows by `transaction_id`."""
    return {
        "txnType": REFUND,
        "txnSubType": "00",
        "bizType": GATEWAY_PAYMENT,
        "channelType": MOBILE,
        "orderId": _checked(request.out_refund_no),
        "txnTime": txn_time(request.started_at),
        "txnAmt": str(request.amount_fen),
        "currencyCode": CNY,
        "origQryId": request.transaction_id,
        "backUrl": request.notify_url,
    }


def query(number: str, started_at: dt.datetime) -> dict[str, str]:
    """What became of the order or refund of that number."""
    return {
        "txnType": "00",
        "txnSubType": "00",
        "bizType": ANY_BUSINESS,
        "channelType": MOBILE,
        "orderId": _checked(number),
        "txnTime": txn_time(started_at),
    }


def file_of(day: dt.date, now: dt.datetime) -> dict[str, str]:
    """The file of a settlement day."""
    return {
        "txnType": "76",
        "txnSubType": "01",
        "bizType": ANY_BUSINESS,
        "txnTime": txn_time(now),
        "settleDate": f"{day:%m%d}",
        "fileType": "00",
    }


def _checked(number: str) -> str:
    """UnionPay's own rule for orderId."""
    if not ORDER_ID.fullmatch(number):
        raise PermanentChannelError("bad_number", "8 to 40 letters and digits are wanted")
    return number


def page(url: str, fields: Mapping[str, str]) -> str:
    """A page that posts itself to UnionPay."""
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    form = f'<form method="post" action="{escape(url)}">{inputs}<button>银联支付</button></form>'
    return f'<!doctype html><meta charset="utf-8"><body onload="document.forms[0].submit()">{form}</body>'
