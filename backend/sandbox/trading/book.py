"""One merchant's trades and refunds, in memory and bounded. Providers translate between this and their own words."""

import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import Clock

KEPT = 200_000
#: States of a trade, and of a refund. `abnormal`: the payer's account could not take the money back.
UNPAID, PAID, CLOSED = "unpaid", "paid", "closed"
PROCESSING, SUCCEEDED, REFUND_CLOSED, ABNORMAL = "processing", "succeeded", "closed", "abnormal"


@dataclass(slots=True)
class Trade:
    """`request` is what the merchant sent, to tell a repetition from another request; moments are epoch seconds."""

    out_trade_no: str
    amount_fen: int
    request: dict[str, Any]
    created_at: float
    notify_url: str = ""
    description: str = ""
    expires_at: float | None = None
    payer: str = ""
    reference: str = ""
    state: str = UNPAID
    transaction_id: str = ""
    paid_at: float | None = None
    refunds: list["TradeRefund"] = field(default_factory=list)

    @property
    def refunded_fen(self) -> int:
        """What has gone back or is on its way."""
        return sum(r.amount_fen for r in self.refunds if r.state in (PROCESSING, SUCCEEDED, ABNORMAL))


@dataclass(slots=True)
class TradeRefund:
    trade: Trade
    out_refund_no: str
    refund_id: str
    amount_fen: int
    reason: str
    created_at: float
    notify_url: str = ""
    state: str = PROCESSING
    succeeded_at: float | None = None
    settles_at: float = 0.0
    outcome: str = SUCCEEDED


class TradeBook:
    """Every method is atomic. `number` makes the provider's own numbers; `settled` is told when a refund has ended."""

    def __init__(self, clock: Clock, number: Callable[[int], str]) -> None:
        self._clock, self._number = clock, number
        self.lock = threading.RLock()
        self.settled: Callable[[TradeRefund], None] = lambda refund: None
        self.reset()

    def reset(self) -> None:
        with self.lock:
            self._serial = itertools.count(1)
            self.trades: OrderedDict[str, Trade] = OrderedDict()
            self.refunds: OrderedDict[str, TradeRefund] = OrderedDict()
            self.references: dict[str, Trade] = {}
            self._by_transaction: dict[str, Trade] = {}

    def next_number(self) -> str:
        """A number of the provider's own, never given twice."""
        return self._number(next(self._serial))

    def find(self, out_trade_no: str = "", transaction_id: str = "") -> Trade | None:
        """By our number or the provider's (known from `add` or `pay` on); the look closes one that has expired."""
        with self.lock:
            trade = self.trades.get(out_trade_no) if out_trade_no else None
            if trade is None and transaction_id:
                trade = self._by_transaction.get(transaction_id)
            if trade and trade.state == UNPAID and trade.expires_at and trade.expires_at <= self._clock.now():
                trade.state = CLOSED
            return trade

    def add(self, trade: Trade) -> Trade:
        """Keep a new trade; the caller has looked for an older one under the lock."""
        with self.lock:
            self.trades[trade.out_trade_no] = trade
            if trade.reference:
                self.references[trade.reference] = trade
            if trade.transaction_id:
                self._by_transaction[trade.transaction_id] = trade
            while len(self.trades) > KEPT:
                self._forget(self.trades.popitem(last=False)[1])
            return trade

    def _forget(self, trade: Trade) -> None:
        self.references.pop(trade.reference, None)
        self._by_transaction.pop(trade.transaction_id, None)
        for refund in trade.refunds:
            self.refunds.pop(refund.out_refund_no, None)

    def pay(self, trade: Trade, payer: str = "") -> bool:
        """The payer confirms. False when it is no longer unpaid (or has expired)."""
        with self.lock:
            if self.find(trade.out_trade_no) is not trade or trade.state != UNPAID:
                return False
            trade.state, trade.paid_at = PAID, self._clock.now()
            trade.payer = payer or trade.payer
            trade.transaction_id = trade.transaction_id or self.next_number()
            self._by_transaction[trade.transaction_id] = trade
            return True

    def close(self, trade: Trade) -> bool:
        """False when it is paid."""
        with self.lock:
            if trade.state == PAID:
                return False
            trade.state = CLOSED
            return True

    def refund(self, trade: Trade, out_refund_no: str, amount_fen: int, **more: Any) -> TradeRefund:
        """Accept a refund; the caller has checked the amounts under the lock. `more`: reason, notify_url, settles_at,
        outcome."""
        with self.lock:
            refund = TradeRefund(
                trade, out_refund_no, self.next_number(), amount_fen, created_at=self._clock.now(), **more
            )
            trade.refunds.append(refund)
            self.refunds[out_refund_no] = refund
            return refund

    def settle(self, refund: TradeRefund) -> TradeRefund:
        """Bring a refund whose time has come to its outcome, once."""
        with self.lock:
            if refund.state != PROCESSING or refund.settles_at > self._clock.now():
                return refund
            refund.state = refund.outcome
            if refund.state == SUCCEEDED:
                refund.succeeded_at = self._clock.now()
        self.settled(refund)
        return refund

    def settle_due(self) -> None:
        """All whose time has come."""
        with self.lock:
            due = [r for r in self.refunds.values() if r.state == PROCESSING]
        for refund in due:
            self.settle(refund)

    def totals(self) -> dict[str, int]:
        """What the merchant's account has seen: `paid_fen`, `refunded_fen` (succeeded), `balance_fen`."""
        with self.lock:
            paid = sum(t.amount_fen for t in self.trades.values() if t.state == PAID)
            back = sum(r.amount_fen for r in self.refunds.values() if r.state == SUCCEEDED)
            return {"paid_fen": paid, "refunded_fen": back, "balance_fen": paid - back}
