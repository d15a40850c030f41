"""Refunds: asked for, asked about, and brought to the outcome that the settings say."""

from functools import partial
from typing import Any

from sandbox.provider import Routes
from sandbox.trading.book import ABNORMAL, PAID, PROCESSING, REFUND_CLOSED, SUCCEEDED, Trade, TradeRefund
from sandbox.trading.later import Later
from sandbox.wechat_pay import fields
from sandbox.wechat_pay.account import Account
from sandbox.wechat_pay.errors import PayFailure
from sandbox.wire import Request, Response, reply

STATES = {
    PROCESSING: "PROCESSING",
    SUCCEEDED: "SUCCESS",
    REFUND_CLOSED: "CLOSED",
    ABNORMAL: "ABNORMAL",
}
OUTCOMES = {"success": SUCCEEDED, "closed": REFUND_CLOSED, "abnormal": ABNORMAL}
LIMIT = 50
LATEST = 365 * 86_400


class Refunds:
    def __init__(self, account: Account, later: Later) -> None:
        self._account, self._later = account, later

    def routes(self) -> Routes:
        path = "/v3/refund/domestic/refunds"
        return {("POST", path): self._refund, ("GET", f"{path}/{{out_refund_no}}"): self._query}

    def _refund(self, request: Request) -> Response:
        account, body = self._account, fields.body_of(request)
        out_refund_no = fields.matching(body, "out_refund_no", fields.OUT_REFUND_NO)
        amount = fields.part(body, "amount")
        fields.currency(amount, required=True)
        refund_fen, total_fen = fields.fen(amount, "refund"), fields.fen(amount, "total")
        notify_url = fields.url(body, 256, required=False)
        reason = fields.text(body, "reason", 80, required=False)
        with account.book.lock:
            trade = self._paid(body)
            refund = account.book.refunds.get(out_refund_no)
            if trade.amount_fen != total_fen or (
                refund and (refund.trade is not trade or refund.amount_fen != refund_fen)
            ):
                raise PayFailure("INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
            if refund is None:
                self._check_allowed(trade, refund_fen)
                settles_at = account.clock.now() + account.settings.refund_delay_ms / 1000
                refund = account.book.refund(
                    trade,
                    out_refund_no,
                    refund_fen,
                    reason=reason,
                    notify_url=notify_url,
                    settles_at=settles_at,
                    outcome=OUTCOMES[account.settings.refund_outcome],
                )
                self._later.at(settles_at, partial(account.book.settle, refund))
            return reply(self.shown(refund))

    def _paid(self, body: dict[str, Any]) -> Trade:
        """The order to refund, by either number."""
        numbers = {
            name: fields.text(body, name, 32, required=False) for name in ("transaction_id", "out_trade_no")
        }
        if not any(numbers.values()):
            raise PayFailure("PARAM_ERROR", "参数错误：transaction_id和out_trade_no必须二选一")
        try:
            trade = self._account.trade(**numbers)
        except PayFailure as error:
            raise PayFailure("RESOURCE_NOT_EXISTS", "订单不存在") from error
        if trade.state != PAID:
            raise PayFailure("RESOURCE_NOT_EXISTS", "订单不存在")
        return trade

    def _check_allowed(self, trade: Trade, refund_fen: int) -> None:
        account, now = self._account, self._account.clock.now()
        settings = account.settings
        if trade.paid_at is None or now - trade.paid_at > LATEST:
            raise PayFailure("INVALID_REQUEST", "订单已超过可退款的最大时间")
        if len(trade.refunds) >= LIMIT:
            raise PayFailure("INVALID_REQUEST", "订单部分退款次数超过限制")
        if refund_fen > trade.amount_fen - trade.refunded_fen:
            raise PayFailure("INVALID_REQUEST", "申请退款金额超过订单可退金额")
        if trade.refunds and now - trade.refunds[-1].created_at < settings.partial_refund_seconds:
            raise PayFailure("FREQUENCY_LIMITED", "同一笔订单多次退款的请求需相隔1分钟")
        if settings.withdrawn_fen and refund_fen > self._available():
            raise PayFailure("NOT_ENOUGH")

    def _available(self) -> int:
        book = self._account.book
        given = sum(trade.refunded_fen for trade in book.trades.values())
        return book.totals()["paid_fen"] - given - self._account.settings.withdrawn_fen

    def _query(self, request: Request) -> Response:
        refund = self._account.book.refunds.get(request.params["out_refund_no"])
        if refund is None:
            raise PayFailure("RESOURCE_NOT_EXISTS")
        return reply(self.shown(self._account.book.settle(refund)))

    def shown(self, refund: TradeRefund) -> dict[str, Any]:
        account, trade = self._account, refund.trade
        shown: dict[str, Any] = {
            "refund_id": refund.refund_id,
            "out_refund_no": refund.out_refund_no,
            "transaction_id": trade.transaction_id,
            "out_trade_no": trade.out_trade_no,
            "channel": "ORIGINAL",
            "user_received_account": "支付用户零钱",
            "create_time": account.rfc3339(refund.created_at),
            "status": STATES[refund.state],
            "funds_account": "AVAILABLE",
            "amount": {
                "total": trade.amount_fen,
                "refund": refund.amount_fen,
                "payer_total": trade.amount_fen,
                "payer_refund": refund.amount_fen,
                "settlement_total": trade.amount_fen,
                "settlement_refund": refund.amount_fen,
                "discount_refund": 0,
                "currency": "CNY",
            },
            "promotion_detail": [],
        }
        if refund.succeeded_at is not None:
            shown["success_time"] = account.rfc3339(refund.succeeded_at)
        return shown
