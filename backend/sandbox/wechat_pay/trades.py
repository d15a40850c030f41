"""Orders: prepay, query, close."""

import hashlib
import json
from typing import Any

from sandbox.provider import Routes
from sandbox.trading.book import CLOSED, PAID, Trade
from sandbox.wechat_pay import fields
from sandbox.wechat_pay.account import MAX_DURATION, Account, trade_state
from sandbox.wechat_pay.errors import PayFailure
from sandbox.wire import Request, Response, reply


class Trades:
    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> Routes:
        base = "/v3/pay/transactions"
        return {
            ("POST", f"{base}/jsapi"): self._prepay,
            ("POST", f"{base}/native"): self._native,
            ("GET", f"{base}/out-trade-no/{{out_trade_no}}"): self._query,
            ("GET", f"{base}/id/{{transaction_id}}"): self._query,
            ("POST", f"{base}/out-trade-no/{{out_trade_no}}/close"): self._close,
        }

    def _prepay(self, request: Request) -> Response:
        body = fields.body_of(request)
        openid = fields.text(fields.part(body, "payer"), "openid", 128)
        return reply({"prepay_id": self._reference(self._wanted(body, openid, "JSAPI"))})

    def _native(self, request: Request) -> Response:
        """The address in the code that the payer scans."""
        wanted = self._wanted(fields.body_of(request), "", "NATIVE")
        return reply({"code_url": f"weixin://wxpay/bizpayurl?pr={self._reference(wanted)}"})

    def _reference(self, wanted: Trade) -> str:
        account = self._account
        with account.book.lock:
            trade = account.book.find(wanted.out_trade_no)
            if trade is None:
                trade = account.book.add(wanted)
            elif trade.state == PAID:
                raise PayFailure("ORDER_PAID")
            elif trade.state == CLOSED:
                raise PayFailure("ORDER_CLOSED")
            elif trade.request != wanted.request:
                raise PayFailure("OUT_TRADE_NO_USED", "商户订单号重复：请求参数与首次下单不一致")
            elif not account.prepay_valid(trade.reference):
                account.book.references.pop(trade.reference)
                trade.reference = wanted.reference
                account.book.references[trade.reference] = trade
            return trade.reference

    def _wanted(self, body: dict[str, Any], openid: str, way: str) -> Trade:
        account = self._account
        now, settings = account.clock.now(), account.settings
        out_trade_no = fields.matching(body, "out_trade_no", fields.OUT_TRADE_NO)
        description = fields.text(body, "description", 127)
        notify_url = fields.url(body, 255)
        attach = fields.text(body, "attach", 128, required=False)
        amount = fields.part(body, "amount")
        fields.currency(amount)
        self._check_merchant(fields.text(body, "mchid", 32))
        if fields.text(body, "appid", 32) != settings.appid:
            raise PayFailure("APPID_MCHID_NOT_MATCH")
        return Trade(
            out_trade_no,
            fields.fen(amount, "total"),
            {"attach": attach, "way": way, "digest": _digest(body)},
            now,
            notify_url,
            description,
            fields.moment(body, "time_expire", now) or now + MAX_DURATION,
            openid,
            account.new_prepay_id(),
        )

    def _query(self, request: Request) -> Response:
        self._check_merchant(request.query.get("mchid", ""))
        return reply(self.shown(self._account.trade(**request.params)))

    def _close(self, request: Request) -> Response:
        self._check_merchant(fields.text(fields.body_of(request), "mchid", 32))
        if not self._account.book.close(self._account.trade(**request.params)):
            raise PayFailure("ORDER_PAID")
        return Response(204)

    def _check_merchant(self, mchid: str) -> None:
        if mchid != self._account.settings.mchid:
            raise PayFailure("MCH_NOT_EXISTS")

    def shown(self, trade: Trade) -> dict[str, Any]:
        """As a query tells it, and a notification."""
        account = self._account
        state, text = trade_state(trade)
        shown: dict[str, Any] = {
            "appid": account.settings.appid,
            "mchid": account.settings.mchid,
            "out_trade_no": trade.out_trade_no,
            "trade_state": state,
            "trade_state_desc": text,
            "attach": trade.request.get("attach", ""),
            "amount": {"total": trade.amount_fen, "currency": "CNY", "payer_currency": "CNY"},
            "promotion_detail": [],
        }
        if trade.state == PAID and trade.paid_at is not None:
            shown |= {
                "transaction_id": trade.transaction_id,
                "trade_type": trade.request.get("way", "JSAPI"),
                "bank_type": "OTHERS",
                "success_time": account.rfc3339(trade.paid_at),
                "payer": {"openid": trade.payer},
            }
            shown["amount"]["payer_total"] = trade.amount_fen
        return shown


def _digest(body: dict[str, Any]) -> str:
    """Tells whether two bodies say the same, without keeping them."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
