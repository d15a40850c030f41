"""Notifications: encrypted with the APIv3 key, signed with the platform's, repeated on the documented schedule."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from sandbox.trading.book import Trade, TradeRefund
from sandbox.trading.pushes import Pushes
from sandbox.wechat_pay.account import Account
from sandbox.wechat_pay.refunds import STATES
from sandbox.wechat_pay.signature import sealed, signed_headers
from sandbox.wechat_pay.trades import Trades

RETRIES = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600, 21_600)
STALE = 3_600
SUMMARIES = {"SUCCESS": "退款成功", "CLOSED": "退款关闭", "ABNORMAL": "退款异常"}


class Notifications:
    def __init__(self, account: Account, trades: Trades) -> None:
        self._account, self._trades = account, trades
        self.pushes = Pushes("wechat-pay", RETRIES, lambda status, body: status in (200, 204))

    def paid(self, trade: Trade) -> None:
        """TRANSACTION.SUCCESS to the order's `notify_url`."""
        plain = self._trades.shown(trade)
        # A notification tells of the payment, whatever has been refunded since.
        plain |= {"trade_state": "SUCCESS", "trade_state_desc": "支付成功"}
        self._send("trade", trade.notify_url, "TRANSACTION.SUCCESS", "支付成功", plain)

    def refunded(self, refund: TradeRefund) -> None:
        """REFUND.* to the refund's `notify_url`."""
        account, trade, state = self._account, refund.trade, STATES[refund.state]
        plain: dict[str, Any] = {
            "mchid": account.settings.mchid,
            "out_trade_no": trade.out_trade_no,
            "transaction_id": trade.transaction_id,
            "out_refund_no": refund.out_refund_no,
            "refund_id": refund.refund_id,
            "refund_status": state,
            "user_received_account": "支付用户零钱",
            "amount": {
                "total": trade.amount_fen,
                "refund": refund.amount_fen,
                "payer_total": trade.amount_fen,
                "payer_refund": refund.amount_fen,
            },
        }
        if refund.succeeded_at is not None:
            plain["success_time"] = account.rfc3339(refund.succeeded_at)
        self._send("refund", refund.notify_url, f"REFUND.{state}", SUMMARIES[state], plain)

    def _send(self, kind: str, url: str, event: str, summary: str, plain: dict[str, Any]) -> None:
        original = "transaction" if kind == "trade" else "refund"
        number = plain["refund_id"] if kind == "refund" else plain["transaction_id"]
        envelope = {
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{event}:{number}")),
            "create_time": self._account.rfc3339(self._account.clock.now()),
            "resource_type": "encrypt-resource",
            "event_type": event,
            "summary": summary,
        }

        def make(changed: str) -> tuple[Mapping[str, str], bytes]:
            return self._made(envelope, original, plain, changed)

        data = {"event_type": event, "resource": plain}
        self.pushes.send(kind, url, make, data=data, speed=self._account.settings.speed)

    def _made(
        self, envelope: dict[str, Any], original: str, plain: dict[str, Any], changed: str
    ) -> tuple[Mapping[str, str], bytes]:
        keys = self._account.keys
        if changed == "wrong_amount":
            field = "refund" if original == "refund" else "total"
            plain = {**plain, "amount": {**plain["amount"], field: plain["amount"][field] + 1}}
        secret = sealed(json.dumps(plain, ensure_ascii=False).encode(), original, keys.apiv3_key)
        body = json.dumps(
            {**envelope, "resource": {"original_type": original, **secret}}, ensure_ascii=False
        ).encode()
        modern = self._account.settings.notification_key == "public_key"
        headers = signed_headers(
            body,
            serial=keys.public_key_id if modern else keys.platform.serial_hex,
            key=(keys.public if modern else keys.platform).private,
            age=STALE if changed == "stale" else 0,
            spoilt={"bad_signature": "bad", "probe": "probe"}.get(changed, ""),
        )
        return {**headers, "Content-Type": "application/json", "User-Agent": "Mozilla/4.0"}, body
