"""The paths of api.mch.weixin.qq.com that Yihui calls: every request is checked, every good answer signed."""

import uuid
from dataclasses import asdict
from typing import Any

from sandbox.clock import Clock
from sandbox.provider import Handler, Routes
from sandbox.trading.later import Later
from sandbox.wechat_pay.account import Account
from sandbox.wechat_pay.bills import Bills
from sandbox.wechat_pay.control import PayControl
from sandbox.wechat_pay.errors import PayFailure, failure
from sandbox.wechat_pay.notifications import Notifications
from sandbox.wechat_pay.refunds import Refunds
from sandbox.wechat_pay.signature import check_request, sealed, signed_headers
from sandbox.wechat_pay.trades import Trades
from sandbox.wire import Request, Response, reply

DOWNLOAD = "/v3/billdownload/file"
MAX_JSON = 64 * 1024
#: Short names of operations for faults, by method and how the path begins or ends.
OPERATIONS = (
    ("POST", "/v3/pay/transactions/jsapi", "prepay"),
    ("POST", "/v3/pay/transactions/native", "prepay"),
    ("POST", "/v3/pay/transactions/out-trade-no/", "close"),
    ("GET", "/v3/pay/transactions/", "query"),
    ("POST", "/v3/refund/domestic/refunds", "refund"),
    ("GET", "/v3/refund/domestic/refunds/", "query_refund"),
    ("GET", "/v3/certificates", "certificates"),
    ("GET", "/v3/bill/tradebill", "trade_bill"),
    ("GET", "/v3/bill/fundflowbill", "fund_bill"),
    ("GET", DOWNLOAD, "download"),
)


class WeChatPay:
    name = "wechat_pay"

    def __init__(self, clock: Clock) -> None:
        self.account = Account(clock)
        self._later = Later("wechat-pay-refunds", clock)
        trades = Trades(self.account)
        self._bills = Bills(self.account)
        self.notifications = Notifications(self.account, trades)
        self.account.book.settled = self.notifications.refunded
        self._handlers = {
            **trades.routes(),
            **Refunds(self.account, self._later).routes(),
            **self._bills.routes(),
            ("GET", "/v3/certificates"): self._certificates,
        }

    def reset(self) -> None:
        self._later.reset()
        self.account.reset()
        self._bills.reset()
        self.notifications.pushes.reset()

    def routes(self) -> Routes:
        return {(method, path): self._guarded(handler) for (method, path), handler in self._handlers.items()}

    def control_routes(self) -> Routes:
        return PayControl(self.account, self.notifications).routes()

    def operation(self, request: Request) -> str:
        for method, path, name in OPERATIONS:
            if request.method == method and request.path.startswith(path):
                return name
        return request.path

    def fault_reply(self, code: str) -> Response:
        return failure(PayFailure(code))

    def settings(self) -> dict[str, Any]:
        return asdict(self.account.settings)

    def change_settings(self, changes: dict[str, Any]) -> None:
        self.account.settings.change(changes)

    def close(self) -> None:
        self._later.close()
        self.notifications.pushes.notifier.close()

    def _guarded(self, handler: Handler) -> Handler:
        def run(request: Request) -> Response:
            try:
                check_request(request, self.account.settings.mchid, self.account.keys)
                self._check_form(request)
                response = handler(request)
                if request.path != DOWNLOAD:
                    self._sign(request, response)
            except PayFailure as error:
                response = failure(error)
            response.headers["Request-ID"] = str(uuid.uuid4())
            return response

        return run

    def _check_form(self, request: Request) -> None:
        serial = request.headers.get("wechatpay-serial", "")
        if serial.startswith("PUB_KEY_ID_") and serial != self.account.keys.public_key_id:
            raise PayFailure("PARAM_ERROR", "Wechatpay-Serial不存在")
        if len(request.body) > MAX_JSON:
            raise PayFailure("PARAM_ERROR", "请求体过大")

    def _sign(self, request: Request, response: Response) -> None:
        """With the key that the client asks for: the public key it names, or else the certificate."""
        keys, how = self.account.keys, self.account.settings.answer_signature
        if how == "none":
            return
        serial = request.headers.get("wechatpay-serial", "")
        modern = serial == keys.public_key_id
        response.headers.update(
            signed_headers(
                response.body,
                serial=serial if modern else keys.platform.serial_hex,
                key=(keys.public if modern else keys.platform).private,
                spoilt="" if how == "good" else how,
            )
        )

    def _certificates(self, request: Request) -> Response:
        keys, certificate = self.account.keys, self.account.keys.platform.certificate
        pem = keys.platform.certificate_pem.encode()
        shown = {
            "serial_no": keys.platform.serial_hex,
            "effective_time": self.account.rfc3339(certificate.not_valid_before_utc.timestamp()),
            "expire_time": self.account.rfc3339(certificate.not_valid_after_utc.timestamp()),
            "encrypt_certificate": sealed(pem, "certificate", keys.apiv3_key),
        }
        return reply({"data": [shown]})
