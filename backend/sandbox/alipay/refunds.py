"""Refunds, and asking what became of them."""

from typing import Any

from sandbox.alipay.account import BUYER_LOGON, Account, returned_fen, trade_status, yuan
from sandbox.alipay.calls import Call
from sandbox.alipay.errors import AlipayFailure
from sandbox.alipay.payments import Payments
from sandbox.trading.book import PAID, SUCCEEDED, Trade, TradeRefund
from sandbox.trading.later import Later

_REFUSED = {"seller_balance": "ACQ.SELLER_BALANCE_NOT_ENOUGH", "system_error": "ACQ.SYSTEM_ERROR"}


class Refunds:
    """One out_request_no of a trade refunds once, whatever is repeated."""

    def __init__(self, account: Account, payments: Payments, later: Later) -> None:
        self._account, self._book = account, account.book
        self._payments, self._later = payments, later

    def refund(self, call: Call) -> dict[str, Any]:
        settings = self._account.settings
        with self._book.lock:
            trade, amount_fen = self._payments.known(call), call.fen("refund_amount")
            number = call.text("out_request_no")
            if not number and amount_fen != trade.amount_fen:
                raise AlipayFailure("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
            number = number or trade.out_trade_no
            if old := _refund_of(trade, number):
                return self._repeated(old, amount_fen)
            _check_allowed(trade, amount_fen)
            if sub_code := _REFUSED.get(settings.refund_outcome):
                raise AlipayFailure(sub_code)
            if settings.refund_outcome == "lost":
                return self._answer(trade, 0)
            refund = self._accept(call, trade, number, amount_fen)
        if settings.refund_outcome == "system_error_after":
            raise AlipayFailure("ACQ.SYSTEM_ERROR")
        return self._answer(trade, amount_fen if refund.state == SUCCEEDED else 0)

    def query(self, call: Call) -> dict[str, Any]:
        """Without `refund_status` the refund is unknown, has failed, or is not done yet."""
        trade, number = self._payments.known(call), call.required("out_request_no")
        refund = _refund_of(trade, number)
        if refund is None or self._book.settle(refund).state != SUCCEEDED:
            return {}
        data = {
            "out_request_no": number,
            "out_trade_no": trade.out_trade_no,
            "refund_amount": yuan(refund.amount_fen),
            "refund_reason": refund.reason,
            "refund_status": "REFUND_SUCCESS",
            "total_amount": yuan(trade.amount_fen),
            "trade_no": trade.transaction_id,
        }
        options = call.biz.get("query_options")
        if isinstance(options, list) and "gmt_refund_pay" in options:
            data["gmt_refund_pay"] = self._account.local(refund.succeeded_at)
        return data

    def _accept(self, call: Call, trade: Trade, number: str, amount_fen: int) -> TradeRefund:
        settles_at = self._account.clock.now() + self._account.settings.refund_delay_ms / 1000
        refund = self._book.refund(
            trade,
            number,
            amount_fen,
            reason=call.text("refund_reason"),
            notify_url=call.parameters.get("notify_url", ""),
            settles_at=settles_at,
        )
        if self._book.settle(refund).state != SUCCEEDED:
            self._later.at(settles_at, lambda: self._book.settle(refund))
        return refund

    def _repeated(self, refund: TradeRefund, amount_fen: int) -> dict[str, Any]:
        if refund.amount_fen != amount_fen:
            raise AlipayFailure("ACQ.DISCORDANT_REPEAT_REQUEST")
        self._book.settle(refund)
        return self._answer(refund.trade, 0)

    def _answer(self, trade: Trade, changed_fen: int) -> dict[str, Any]:
        """`changed_fen`: what this very call has sent back; `refund_fee` is all that the trade ever has."""
        return {
            "buyer_logon_id": BUYER_LOGON,
            "buyer_user_id": self._account.buyer(trade),
            "fund_change": "Y" if changed_fen else "N",
            "out_trade_no": trade.out_trade_no,
            "refund_fee": yuan(returned_fen(trade)),
            "send_back_fee": yuan(changed_fen),
            "trade_no": trade.transaction_id,
        }


def _refund_of(trade: Trade, number: str) -> TradeRefund | None:
    return next((r for r in trade.refunds if r.out_refund_no == number), None)


def _check_allowed(trade: Trade, amount_fen: int) -> None:
    state = trade_status(trade)
    if trade.state != PAID:
        raise AlipayFailure("ACQ.TRADE_STATUS_ERROR")
    if state == "TRADE_CLOSED":
        raise AlipayFailure("ACQ.TRADE_HAS_CLOSE")
    if state == "TRADE_FINISHED":
        raise AlipayFailure("ACQ.TRADE_HAS_FINISHED")
    if trade.refunded_fen + amount_fen > trade.amount_fen:
        raise AlipayFailure("ACQ.REASON_TRADE_REFUND_FEE_ERR")
