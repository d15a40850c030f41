"""`/gateway.do`: every method behind one address, told apart by `method`; the bill's download and the payers' pages."""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sandbox.alipay.account import Account
from sandbox.alipay.bill import Bills
from sandbox.alipay.calls import Call, base_url
from sandbox.alipay.cashier import Cashier
from sandbox.alipay.control import AlipayControl
from sandbox.alipay.errors import UNSIGNED, AlipayFailure
from sandbox.alipay.notices import Notices
from sandbox.alipay.payments import Payments
from sandbox.alipay.refunds import Refunds
from sandbox.alipay.signing import request_content, signed_reply, verifies
from sandbox.clock import SHANGHAI, Clock
from sandbox.provider import Routes
from sandbox.trading.later import Later
from sandbox.wire import Request, Response

#: The real gateway says so, though it sends JSON.
CONTENT_TYPE = "text/html;charset=utf-8"
_REQUIRED = (
    ("method", "isv.missing-method"),
    ("app_id", "isv.missing-app-id"),
    ("sign", "isv.missing-signature"),
    ("sign_type", "isv.missing-signature-type"),
    ("timestamp", "isv.missing-timestamp"),
    ("version", "isv.missing-version"),
)
#: Methods that open something for the payer instead of answering.
_PAGE, _APP = "alipay.trade.wap.pay", "alipay.trade.app.pay"
_PATHS = {"/downloadBillFile.resource": "bill.download", "/alipay/cashier": "cashier"}


class Alipay:
    name = "alipay"

    def __init__(self, clock: Clock) -> None:
        self._account = account = Account(clock)
        self._later = Later("alipay-refunds", clock)
        self._asked = threading.local()
        self._notices = Notices(account)
        self._payments = Payments(account, self._notices)
        self._bills = Bills(account)
        self._cashier = Cashier(account, self._payments, self._notices)
        account.book.settled = self._notices.refunded
        refunds = Refunds(account, self._payments, self._later)
        self._methods: dict[str, Callable[[Call], dict[str, Any]]] = {
            "alipay.trade.create": self._payments.create,
            "alipay.trade.precreate": self._payments.precreate,
            "alipay.trade.query": self._payments.query,
            "alipay.trade.close": self._payments.close,
            "alipay.trade.refund": refunds.refund,
            "alipay.trade.fastpay.refund.query": refunds.query,
            "alipay.data.dataservice.bill.downloadurl.query": self._bills.download_url,
        }

    def reset(self) -> None:
        self._later.reset()
        self._account.reset()
        self._bills.reset()
        self._notices.pushes.reset()

    def routes(self) -> Routes:
        return {
            ("GET", "/gateway.do"): self._gateway,
            ("POST", "/gateway.do"): self._gateway,
            ("GET", "/downloadBillFile.resource"): self._bills.download,
            ("GET", "/alipay/cashier"): self._cashier.show,
            ("POST", "/alipay/cashier"): self._cashier.pay,
        }

    def control_routes(self) -> Routes:
        return AlipayControl(self._account, self._payments, self._notices, self._verified).routes()

    def operation(self, request: Request) -> str:
        asked = _PATHS.get(request.path) or _parameters(request).get("method", "")
        self._asked.method = asked
        return asked

    def fault_reply(self, code: str) -> Response:
        """In the name of the method that `operation` has just seen in this thread."""
        return self._refusal(AlipayFailure(code), getattr(self._asked, "method", ""))

    def settings(self) -> dict[str, Any]:
        return asdict(self._account.settings)

    def change_settings(self, changes: dict[str, Any]) -> None:
        self._account.settings.change(changes)

    def close(self) -> None:
        self._later.close()
        self._notices.pushes.notifier.close()

    def _gateway(self, request: Request) -> Response:
        parameters = _parameters(request)
        method = parameters.get("method", "")
        try:
            call = self._verified(parameters, base_url(request))
            if method == _PAGE:
                return self._cashier.enter(call)
            if method == _APP:
                raise AlipayFailure("isv.invalid-method")
            data = {"code": "10000", "msg": "Success", **self._methods[method](call)}
        except AlipayFailure as failure:
            return self._refusal(failure, method)
        return self._answer(_reply_name(method), data, self._account.settings.answer_signature)

    def _verified(self, parameters: dict[str, str], url: str) -> Call:
        """The call that these parameters are, if the merchant has signed them; AlipayFailure otherwise."""
        for name, sub_code in _REQUIRED:
            if not parameters.get(name):
                raise AlipayFailure(sub_code)
        _check_values(parameters, self._account.settings.app_id)
        if parameters["method"] not in (*self._methods, _PAGE, _APP):
            raise AlipayFailure("isv.invalid-method")
        if not verifies(self._account.keys.merchant, request_content(parameters), parameters["sign"]):
            raise AlipayFailure("isv.invalid-signature")
        return Call(
            parameters["method"], parameters, url, _biz_content(parameters.get("biz_content") or "{}")
        )

    def _refusal(self, failure: AlipayFailure, method: str) -> Response:
        name = "error_response" if failure.gateway else _reply_name(method)
        signature = "none" if failure.sub_code in UNSIGNED else self._account.settings.answer_signature
        return self._answer(name, failure.body(), signature)

    def _answer(self, name: str, data: dict[str, Any], signature: str) -> Response:
        style = self._account.settings.answer_style
        return Response(
            200, signed_reply(self._account.keys.alipay, name, data, style, signature), CONTENT_TYPE
        )


def _parameters(request: Request) -> dict[str, str]:
    """Common parameters and biz_content come in the query, in the form, or in both."""
    try:
        return {**request.query, **request.form()}
    except UnicodeDecodeError:
        return dict(request.query)


def _check_values(parameters: dict[str, str], app_id: str) -> None:
    if parameters["app_id"] != app_id:
        raise AlipayFailure("isv.invalid-app-id")
    if parameters["sign_type"] != "RSA2":
        raise AlipayFailure("isv.invalid-signature-type")
    if parameters.get("charset", "").lower() not in ("utf-8", "utf8"):
        raise AlipayFailure("isv.invalid-charset")
    if parameters.get("format", "JSON").upper() != "JSON":
        raise AlipayFailure("isv.invalid-format")
    if parameters["version"] != "1.0":
        raise AlipayFailure("isv.invalid-parameter")
    try:
        datetime.strptime(parameters["timestamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError as error:
        raise AlipayFailure("isv.invalid-timestamp") from error


def _biz_content(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise AlipayFailure("isv.invalid-parameter")
    return data


def _reply_name(method: str) -> str:
    return f"{method.replace('.', '_')}_response"
