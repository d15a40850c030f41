"""The pages of Alipay: what a payer sees after scanning a code or following a payment link."""

from html import escape
from urllib.parse import urlencode

from sandbox.alipay.account import Account, yuan
from sandbox.alipay.calls import Call
from sandbox.alipay.notices import Notices
from sandbox.alipay.payments import Payments
from sandbox.alipay.signing import request_content, sign
from sandbox.trading.book import PAID, UNPAID, Trade
from sandbox.wire import Request, Response

HTML = "text/html;charset=utf-8"
_STATES = {"unpaid": "等待付款", "paid": "付款成功", "closed": "交易已关闭"}
_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>支付宝（沙箱）</title><h1>支付宝（沙箱）</h1><p>{subject}</p><p><strong>￥{amount}</strong></p><p>{state}</p>{form}
</html>"""
_FORM = '<form method="post" action="?reference={reference}"><button>确认付款</button></form>'


class Cashier:
    def __init__(self, account: Account, payments: Payments, notices: Notices) -> None:
        self._account, self._book = account, account.book
        self._payments, self._notices = payments, notices

    def enter(self, call: Call) -> Response:
        """wap.pay: the payer's browser is sent to the page."""
        trade = self._payments.place(call)
        return Response(
            302, b"", HTML, {"Location": f"{call.base_url}/alipay/cashier?reference={trade.reference}"}
        )

    def show(self, request: Request) -> Response:
        """Opening the page of a code is the scan."""
        trade = self._trade(request)
        if trade is None:
            return Response(404, "二维码已失效".encode(), HTML)
        if trade.request["method"] == "alipay.trade.precreate" and trade.state == UNPAID:
            self._account.appear(trade)
        return self._page(trade)

    def pay(self, request: Request) -> Response:
        """The payer confirms; afterwards back to the merchant's return_url, if there is one."""
        trade = self._trade(request)
        if trade is None:
            return Response(404, "二维码已失效".encode(), HTML)
        if self._book.pay(trade, self._account.buyer(trade)):
            self._notices.paid(trade)
        url = trade.request["return_url"]
        if trade.state != PAID or not url:
            return self._page(trade)
        joint = "&" if "?" in url else "?"
        return Response(302, b"", HTML, {"Location": f"{url}{joint}{urlencode(self._returned(trade))}"})

    def _trade(self, request: Request) -> Trade | None:
        trade = self._book.references.get(request.query.get("reference", ""))
        return self._book.find(trade.out_trade_no) if trade else None

    def _page(self, trade: Trade) -> Response:
        form = _FORM.format(reference=trade.reference) if trade.state == UNPAID else ""
        page = _PAGE.format(
            subject=escape(trade.description),
            amount=yuan(trade.amount_fen),
            state=_STATES[trade.state],
            form=form,
        )
        return Response(200, page.encode(), HTML)

    def _returned(self, trade: Trade) -> dict[str, str]:
        settings = self._account.settings
        values = {
            "app_id": settings.app_id,
            "charset": "utf-8",
            "method": f"{trade.request['method']}.return",
            "out_trade_no": trade.out_trade_no,
            "seller_id": settings.seller_id,
            "timestamp": self._account.local(),
            "total_amount": yuan(trade.amount_fen),
            "trade_no": trade.transaction_id,
            "version": "1.0",
        }
        return values | {
            "sign": sign(self._account.keys.alipay, request_content(values)),
            "sign_type": "RSA2",
        }
