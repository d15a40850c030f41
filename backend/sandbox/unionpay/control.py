"""Control API of the UnionPay stand-in: the common one, and how a transaction comes out."""

from typing import TYPE_CHECKING, Any

from sandbox.provider import Routes
from sandbox.trading.control import TradingControl
from sandbox.unionpay.errors import TEXTS
from sandbox.wire import BadRequest, Request, Response, reply

if TYPE_CHECKING:
    from sandbox.unionpay.api import UnionPay


class UnionPayControl:
    def __init__(self, unionpay: "UnionPay") -> None:
        self._unionpay = unionpay
        self._common = TradingControl(unionpay.book, unionpay.notices.pushes, dict, unionpay.notice_of_trade)

    def routes(self) -> Routes:
        return self._common.routes() | {
            ("GET", "/merchant"): self._merchant,
            ("POST", "/outcomes"): self._outcome,
            ("PUT", "/bill-faults"): self._unionpay.bill_faults.put,
        }

    def _merchant(self, request: Request) -> Response:
        """What the product's channel needs to be this merchant, at the address by which it was asked for."""
        base = f"http://{request.headers.get('host', '127.0.0.1')}"
        identity = self._unionpay.identity
        configuration: dict[str, Any] = {
            "gateway": base,
            "file_gateway": f"{base}/filedownload/",
            "mer_id": self._unionpay.config.mer_id,
            "sign_key": identity.merchant.private_pem,
            "sign_cert": identity.merchant.certificate_pem,
            "root_certificate": identity.root.certificate_pem,
            "middle_certificate": identity.middle.certificate_pem,
        }
        return reply(configuration)

    def _outcome(self, request: Request) -> Response:
        """`code` is what queries and notices say of an order from now on; empty: what really came about."""
        code = request.text("code", "")
        if code and code not in TEXTS:
            raise BadRequest(f"code: one of {', '.join(TEXTS)}")
        found = self._unionpay.orders.transactions.named(request.text("order_id"))
        if not found:
            raise BadRequest("no such order", 404)
        for transaction in found:
            transaction.forced = code
        return reply({"orders": len(found), "code": code})
