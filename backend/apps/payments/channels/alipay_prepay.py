"""The ways to pay with Alipay: what is asked of it, or signed for the payer's side to ask."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from apps.payments.channels.alipay_client import TIME_FORMAT, AlipayClient
from apps.payments.channels.base import (
    NotSupported,
    PayMethod,
    PermanentChannelError,
    Prepaid,
    PrepayRequest,
    TemporaryChannelError,
)
from kernel.clock import LOCAL
from kernel.money import fen_to_yuan

METHODS = (PayMethod.MINI_PROGRAM, PayMethod.QR_CODE, PayMethod.WAP, PayMethod.APP)
MAX_SUBJECT = 128
#: Alipay takes few of them in a subject; commas would break the cells of its bill.
_NOT_IN_SUBJECT = re.compile(r"[/=&<>\"'\\,\s\x00-\x1f]+")
_USER_ID = re.compile(r"2088\d{12}")


def prepay(client: AlipayClient, request: PrepayRequest, op_app_id: str, return_url: str) -> Prepaid:
    """See Alipay.prepay. `op_app_id`: the mini-program's; `return_url`: unless the request has one."""
    order = _order(request)
    if request.method is PayMethod.MINI_PROGRAM:
        return _mini_program(client, request, order | {"op_app_id": op_app_id})
    if request.method is PayMethod.QR_CODE:
        reply = client.call("alipay.trade.precreate", order, notify_url=request.notify_url)
        return Prepaid({"qr_code": part(reply, "qr_code")})
    if request.method is PayMethod.WAP:
        return _page(client, request, order, request.return_url or return_url)
    if request.method is PayMethod.APP:
        order |= {"product_code": "QUICK_MSECURITY_PAY"}
        text = client.order_string("alipay.trade.app.pay", order, notify_url=request.notify_url)
        return Prepaid({"order_string": text})
    raise NotSupported(request.method)


def part(reply: Mapping[str, Any], name: str) -> str:
    """What a success must have."""
    value = reply.get(name)
    if not value or not isinstance(value, str):
        raise TemporaryChannelError("bad_reply", f"no {name}", outcome_unknown=True)
    return value


def _order(request: PrepayRequest) -> dict[str, str]:
    """What all ways have in common. The expiry is a moment: a span would begin to count with the scan."""
    subject = _NOT_IN_SUBJECT.sub(" ", request.description).strip()[:MAX_SUBJECT]
    order = {
        "out_trade_no": request.out_trade_no,
        "total_amount": fen_to_yuan(request.amount_fen),
        "subject": subject or request.out_trade_no,
        "time_expire": request.expires_at.astimezone(LOCAL).strftime(TIME_FORMAT),
    }
    return order | ({"passback_params": quote(request.attach)} if request.attach else {})


def _mini_program(client: AlipayClient, request: PrepayRequest, order: dict[str, str]) -> Prepaid:
    if not request.payer_id:
        raise PermanentChannelError("payer_id", "who pays in a mini-program must be known")
    buyer = "buyer_id" if _USER_ID.fullmatch(request.payer_id) else "buyer_open_id"
    biz = order | {buyer: request.payer_id, "product_code": "JSAPI_PAY"}
    reply = client.call("alipay.trade.create", biz, notify_url=request.notify_url)
    trade_no = part(reply, "trade_no")
    return Prepaid({"trade_no": trade_no}, reference=trade_no)


def _page(client: AlipayClient, request: PrepayRequest, order: dict[str, str], return_url: str) -> Prepaid:
    biz = order | {"product_code": "QUICK_WAP_WAY"} | ({"quit_url": return_url} if return_url else {})
    url = client.link("alipay.trade.wap.pay", biz, notify_url=request.notify_url, return_url=return_url)
    return Prepaid({"url": url})
