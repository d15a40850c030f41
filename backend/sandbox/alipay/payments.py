"""Starting, asking for and closing trades."""

import re
import secrets
from typing import Any

from sandbox.alipay.account import BUYER_LOGON, Account, funds, trade_status, yuan
from sandbox.alipay.calls import Call
from sandbox.alipay.errors import AlipayFailure
from sandbox.alipay.notices import Notices
from sandbox.trading.book import CLOSED, PAID, UNPAID, Trade

_OUT_TRADE_NO = re.compile(r"\w{1,64}", re.ASCII)


class Payments:
    """A trade exists for Alipay once it has a trade_no: at once by create, by the payer's scan or payment otherwise."""

    def __init__(self, account: Account, notices: Notices) -> None:
        self._account, self._book, self._notices = account, account.book, notices

    def create(self, call: Call) -> dict[str, Any]:
        buyer = call.text("buyer_id") or call.text("buyer_open_id")
        if not buyer:
            raise AlipayFailure("ACQ.INVALID_PARAMETER")
        trade = self.place(call)
        with self._book.lock:
            trade.payer = buyer
        self._account.appear(trade)
        return {"out_trade_no": trade.out_trade_no, "trade_no": trade.transaction_id}

    def precreate(self, call: Call) -> dict[str, Any]:
        trade = self.place(call)
        url = f"{call.base_url}/alipay/cashier?reference={trade.reference}"
        return {"out_trade_no": trade.out_trade_no, "qr_code": url}

    def place(self, call: Call) -> Trade:
        """The trade of a create, precreate, wap.pay or app.pay; the same one when it is asked for again."""
        number, amount_fen = call.required("out_trade_no"), call.fen("total_amount")
        if not _OUT_TRADE_NO.fullmatch(number):
            raise AlipayFailure("ACQ.INVALID_PARAMETER")
        subject = call.required("subject")
        wanted = {"amount_fen": amount_fen, "subject": subject}
        now = self._account.clock.now()
        expires_at = call.expires_at(now)
        with self._book.lock:
            if trade := self._book.find(number):
                return self._again(trade, wanted, expires_at)
            return self._book.add(
                Trade(
                    number,
                    amount_fen,
                    {**wanted, "method": call.method, "return_url": call.parameters.get("return_url", "")},
                    now,
                    notify_url=call.parameters.get("notify_url", ""),
                    description=subject,
                    expires_at=expires_at,
                    reference=f"bax{secrets.token_hex(12)}",
                )
            )

    def query(self, call: Call) -> dict[str, Any]:
        trade = self.known(call)
        data = {
            "buyer_logon_id": BUYER_LOGON,
            "buyer_user_id": self._account.buyer(trade),
            "out_trade_no": trade.out_trade_no,
            "point_amount": "0.00",
            "total_amount": yuan(trade.amount_fen),
            "trade_no": trade.transaction_id,
            "trade_status": trade_status(trade),
        }
        paid = yuan(trade.amount_fen if trade.state == PAID else 0)
        data |= {"buyer_pay_amount": paid, "invoice_amount": paid, "receipt_amount": paid}
        if trade.paid_at is None:
            return data
        return data | {
            "send_pay_date": self._account.local(trade.paid_at),
            "fund_bill_list": funds(trade, "fund_channel"),
        }

    def close(self, call: Call) -> dict[str, Any]:
        with self._book.lock:
            trade = self.known(call)
            if trade.state != UNPAID or not self._book.close(trade):
                raise AlipayFailure("ACQ.TRADE_STATUS_ERROR")
        self._notices.ended(trade)
        return {"out_trade_no": trade.out_trade_no, "trade_no": trade.transaction_id}

    def known(self, call: Call) -> Trade:
        """The trade that a call is about, as far as Alipay knows of it."""
        numbers = call.text("out_trade_no"), call.text("trade_no")
        if not any(numbers):
            raise AlipayFailure("ACQ.INVALID_PARAMETER")
        trade = self._book.find(*numbers)
        if trade is None or not trade.transaction_id:
            raise AlipayFailure("ACQ.TRADE_NOT_EXIST")
        return trade

    @staticmethod
    def _again(trade: Trade, wanted: dict[str, Any], expires_at: float) -> Trade:
        if trade.state == PAID:
            raise AlipayFailure("ACQ.TRADE_HAS_SUCCESS")
        if trade.state == CLOSED:
            raise AlipayFailure("ACQ.TRADE_HAS_CLOSE")
        if any(trade.request[name] != value for name, value in wanted.items()):
            raise AlipayFailure("ACQ.CONTEXT_INCONSISTENT")
        trade.expires_at = expires_at
        return trade
