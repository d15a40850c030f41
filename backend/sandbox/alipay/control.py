"""Control API of the Alipay stand-in beyond what all payment stand-ins have: what the payer and the app do."""

from collections.abc import Callable
from urllib.parse import parse_qsl

from sandbox.alipay.account import Account
from sandbox.alipay.calls import Call, base_url
from sandbox.alipay.errors import AlipayFailure
from sandbox.alipay.notices import Notices
from sandbox.alipay.payments import Payments
from sandbox.provider import Routes
from sandbox.trading.book import PAID, UNPAID, Trade
from sandbox.trading.control import TradingControl, shown
from sandbox.wire import BadRequest, Request, Response, reply


class AlipayControl:
    """`verified` reads parameters as the gateway does."""

    def __init__(
        self,
        account: Account,
        payments: Payments,
        notices: Notices,
        verified: Callable[[dict[str, str], str], Call],
    ) -> None:
        self._account, self._payments, self._notices = account, payments, notices
        self._verified = verified
        self._shared = TradingControl(account.book, notices.pushes, dict, notices.paid)

    def routes(self) -> Routes:
        return {
            **self._shared.routes(),
            ("GET", "/merchant"): self._merchant,
            ("POST", "/scan"): self._scan,
            ("POST", "/app-pay"): self._app_pay,
            ("POST", "/finish"): self._finish,
            ("PUT", "/bill-faults"): self._account.bill_faults.put,
        }

    def _merchant(self, request: Request) -> Response:
        """What the product has to be configured with, at the address by which it was asked for."""
        account = self._account
        return reply(
            {
                "gateway": f"{base_url(request)}/gateway.do",
                "app_id": account.settings.app_id,
                "seller_id": account.settings.seller_id,
                "private_key": account.keys.merchant.private_pem,
                "alipay_public_key": account.keys.alipay.public_pem,
            }
        )

    def _scan(self, request: Request) -> Response:
        """The payer scans the code of a precreate: from now on Alipay knows the trade."""
        trade = self._trade(request, UNPAID)
        self._account.appear(trade)
        return reply(shown(trade))

    def _app_pay(self, request: Request) -> Response:
        """The app hands an order string to Alipay's SDK: the payer may confirm now."""
        parameters = dict(parse_qsl(request.text("order_string"), keep_blank_values=True))
        try:
            call = self._verified(parameters, base_url(request))
            if call.method != "alipay.trade.app.pay":
                raise AlipayFailure("isv.invalid-method")
            trade = self._payments.place(call)
        except AlipayFailure as failure:
            raise BadRequest(failure.sub_code) from failure
        return reply(shown(trade))

    def _finish(self, request: Request) -> Response:
        """The time for refunds is over."""
        trade = self._trade(request, PAID)
        trade.request["finished"] = True
        self._notices.ended(trade)
        return reply(shown(trade))

    def _trade(self, request: Request, state: str) -> Trade:
        trade = self._account.book.find(request.text("out_trade_no"))
        if trade is None:
            raise BadRequest("no such trade", 404)
        if trade.state != state:
            raise BadRequest(f"the trade is {trade.state}", 409)
        return trade
