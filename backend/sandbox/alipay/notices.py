"""Notifications: a signed form, sent until it is answered with exactly `success`."""

import hashlib
import json
import time
from urllib.parse import urlencode

from sandbox.alipay.account import Account, funds, returned_fen, trade_status, yuan
from sandbox.alipay.signing import notification_content, sign
from sandbox.trading.book import Trade, TradeRefund
from sandbox.trading.pushes import Pushes

MINUTE, HOUR = 60, 3600
RETRIES = (4 * MINUTE, 10 * MINUTE, 10 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 15 * HOUR)
STALE = 3 * 86_400
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


def accepted(status: int, body: bytes) -> bool:
    return status == 200 and body == b"success"


class Notices:
    def __init__(self, account: Account) -> None:
        self._account = account
        self.pushes = Pushes("alipay", RETRIES, accepted)

    def paid(self, trade: Trade) -> None:
        """Tells of the payment, whatever has been refunded since."""
        self._send("trade", trade.notify_url, self._event(trade, "TRADE_SUCCESS"))

    def ended(self, trade: Trade) -> None:
        """Closed unpaid, or past the time for refunds."""
        self._send("trade", trade.notify_url, self._event(trade, trade_status(trade)))

    def refunded(self, refund: TradeRefund) -> None:
        """To the refund's own `notify_url` if it has one. `refund_fee` is all that the trade has given back so far."""
        trade, account = refund.trade, self._account
        event = self._event(trade, trade_status(trade), refund.refund_id) | {
            "gmt_refund": account.local(refund.succeeded_at, fraction=True),
            "out_biz_no": refund.out_refund_no,
            "refund_fee": yuan(returned_fen(trade)),
        }
        self._send("refund", refund.notify_url or trade.notify_url, event)

    def _event(self, trade: Trade, status: str, refund_id: str = "") -> dict[str, str]:
        """The fields of a push, but for its time and its signature. `body` is empty, and signed all the same."""
        account, settings, amount = self._account, self._account.settings, yuan(trade.amount_fen)
        event = {
            "app_id": settings.app_id,
            "auth_app_id": settings.app_id,
            "body": "",
            "buyer_id": account.buyer(trade),
            "charset": "utf-8",
            "gmt_create": account.local(trade.created_at),
            "notify_id": _notify_id(trade.transaction_id, status, refund_id),
            "notify_type": "trade_status_sync",
            "out_trade_no": trade.out_trade_no,
            "seller_id": settings.seller_id,
            "subject": trade.description,
            "total_amount": amount,
            "trade_no": trade.transaction_id,
            "trade_status": status,
            "version": "1.0",
        }
        if trade.paid_at is None:
            return event
        return event | {
            "buyer_pay_amount": amount,
            "fund_bill_list": json.dumps(funds(trade, "fundChannel"), separators=(",", ":")),
            "gmt_payment": account.local(trade.paid_at),
            "invoice_amount": amount,
            "point_amount": "0.00",
            "receipt_amount": amount,
        }

    def _send(self, kind: str, url: str, event: dict[str, str]) -> None:
        def make(fault: str) -> tuple[dict[str, str], bytes]:
            return _HEADERS, self._signed(event, fault)

        self.pushes.send(kind, url, make, data=event, speed=self._account.settings.speed)

    def _signed(self, event: dict[str, str], fault: str) -> bytes:
        age = STALE if fault == "stale" else 0
        # Receivers compare it with their machine's clock, wherever the simulated one has been moved to.
        values = event | {"notify_time": self._account.local(time.time() - age)}
        if fault == "wrong_amount":
            values["total_amount"] = values["receipt_amount"] = f"1{values['total_amount']}"
        content = notification_content(values)
        # Alipay has no signature test of its own: a probe is a wrong signature.
        covered = f"{content}&" if fault in ("bad_signature", "probe") else content
        values |= {"sign": sign(self._account.keys.alipay, covered), "sign_type": "RSA2"}
        return urlencode(values).encode()


def _notify_id(*parts: str) -> str:
    """The same for every repetition of the same news."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:34]
