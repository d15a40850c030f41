"""Control API of the WeChat Pay stand-in: the payer's side of wx.requestPayment, and what a merchant must know."""

import re
import time
from typing import Any

from sandbox.provider import Routes
from sandbox.trading.book import Trade
from sandbox.trading.control import TradingControl, shown
from sandbox.wechat_pay.account import PREPAY_SECONDS, Account
from sandbox.wechat_pay.notifications import Notifications
from sandbox.wechat_pay.signature import verified
from sandbox.wire import BadRequest, Request, Response, reply

PREPAY_ID = re.compile(r"prepay_id=(\S{1,64})")


class PayControl:
    def __init__(self, account: Account, notifications: Notifications) -> None:
        self._account, self._notifications = account, notifications
        self._shared = TradingControl(
            account.book, notifications.pushes, lambda: self._merchant("public_key"), notifications.paid
        )

    def routes(self) -> Routes:
        return {
            **self._shared.routes(),
            ("GET", "/merchant"): self._show_merchant,
            ("POST", "/request-payment"): self._request_payment,
            ("PUT", "/bill-faults"): self._put_bill_faults,
        }

    def _show_merchant(self, request: Request) -> Response:
        """`?mode=certificate` leaves the public key out."""
        merchant = self._merchant(request.query.get("mode", "public_key"))
        return reply({"base_url": f"http://{request.headers.get('host', '')}", **merchant})

    def _merchant(self, mode: str) -> dict[str, Any]:
        settings, keys = self._account.settings, self._account.keys
        merchant = {
            "mchid": settings.mchid,
            "appid": settings.appid,
            "serial_no": keys.merchant.serial_hex,
            "private_key": keys.merchant.private_pem,
            "apiv3_key": keys.apiv3_key,
        }
        if mode == "certificate":
            return merchant
        return {**merchant, "public_key_id": keys.public_key_id, "public_key": keys.public.public_pem}

    def _put_bill_faults(self, request: Request) -> Response:
        """Faults of the trade bills from now on: `{rules: [{kind, number?, fen?, state?}]}`."""
        rules = request.json().get("rules")
        if not isinstance(rules, list):
            raise BadRequest("rules: a list is expected")
        self._account.bill_faults.put(rules)
        return reply({"rules": len(rules)})

    def _request_payment(self, request: Request) -> Response:
        """What WeChat does when a mini-program calls wx.requestPayment and the payer confirms."""
        trade = self._called_up(request)
        if trade.payer != request.text("openid"):
            raise BadRequest("支付者与下单时的用户不一致", 403)
        if not self._account.book.pay(trade):
            raise BadRequest(f"the trade is {trade.state}", 409)
        self._notifications.paid(trade)
        return reply({"errMsg": "requestPayment:ok", **shown(trade)})

    def _called_up(self, request: Request) -> Trade:
        """The trade, if the five fields are right."""
        stamp, nonce, package = (request.text(name) for name in ("timeStamp", "nonceStr", "package"))
        if request.text("signType") != "RSA":
            raise BadRequest("signType: RSA is expected")
        if not re.fullmatch(r"\d{10}", stamp) or abs(time.time() - int(stamp)) > PREPAY_SECONDS:
            raise BadRequest("timeStamp: seconds of the present are expected")
        text = f"{self._account.settings.appid}\n{stamp}\n{nonce}\n{package}\n".encode()
        key = self._account.keys.merchant.private.public_key()
        if len(nonce) > 32 or not verified(key, text, request.text("paySign")):
            raise BadRequest("支付验证签名失败", 403)
        match = PREPAY_ID.fullmatch(package)
        trade = self._account.book.references.get(match[1]) if match else None
        if trade is None or not self._account.prepay_valid(trade.reference):
            raise BadRequest("package: no such prepay_id, or one older than two hours", 404)
        return trade
