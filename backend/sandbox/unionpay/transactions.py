"""Every transaction that UnionPay has recorded, by (orderId, its day) and by queryId: beside the book, and bounded."""

from collections import OrderedDict
from dataclasses import dataclass

from sandbox.trading.book import PAID, PROCESSING, SUCCEEDED, Trade, TradeRefund

KEPT = 200_000
CONSUME, REFUND, CANCEL = "01", "04", "31"
#: Codes of what is not decided yet.
UNCLEAR = ("03", "04", "05")


@dataclass(slots=True)
class Transaction:
    """A consumption, its refund or its cancellation. `forced`: the code that the control API wants it to have."""

    request: dict[str, str]
    trade: Trade
    refund: TradeRefund | None = None
    failure_code: str = "01"
    forced: str = ""

    @property
    def txn_type(self) -> str:
        return self.request["txnType"]

    @property
    def key(self) -> tuple[str, str]:
        return key_of(self.request["orderId"], self.request["txnTime"])

    @property
    def code(self) -> str:
        """How it came out; 05 while it is under way, "" while nobody has paid."""
        if self.forced:
            return self.forced
        if self.refund is None:
            return "00" if self.trade.state == PAID else ""
        if self.refund.state == PROCESSING:
            return self.failure_code if self.failure_code in UNCLEAR else "05"
        return "00" if self.refund.state == SUCCEEDED else self.failure_code

    @property
    def query_id(self) -> str:
        return self.refund.refund_id if self.refund else self.trade.transaction_id

    @property
    def at(self) -> float:
        """When it was made: paid, or asked for."""
        return self.refund.created_at if self.refund else self.trade.paid_at or self.trade.created_at

    @property
    def amount_fen(self) -> int:
        return self.refund.amount_fen if self.refund else self.trade.amount_fen


def key_of(order_id: str, txn_time: str) -> tuple[str, str]:
    """An orderId is one order's for one day."""
    return order_id, txn_time[:8]


class Transactions:
    """Not atomic by itself: the caller holds the book's lock."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._all: OrderedDict[tuple[str, str], Transaction] = OrderedDict()
        self._by_number: dict[tuple[str, str], Transaction] = {}
        self._by_query_id: dict[str, Transaction] = {}

    def add(self, transaction: Transaction) -> Transaction:
        self._all[transaction.key] = transaction
        self._by_number[_number(transaction)] = transaction
        self._by_query_id[transaction.query_id] = transaction
        while len(self._all) > KEPT:
            _, old = self._all.popitem(last=False)
            self._by_number.pop(_number(old), None)
            self._by_query_id.pop(old.query_id, None)
        return transaction

    def find(self, order_id: str, txn_time: str) -> Transaction | None:
        """Of that order on that day."""
        return self._all.get(key_of(order_id, txn_time))

    def by_query_id(self, query_id: str) -> Transaction | None:
        return self._by_query_id.get(query_id)

    def of_trade(self, trade: Trade) -> Transaction | None:
        return self._by_number.get((CONSUME, trade.out_trade_no))

    def of_refund(self, refund: TradeRefund) -> Transaction | None:
        return self._by_number.get((REFUND, refund.out_refund_no))

    def named(self, order_id: str) -> list[Transaction]:
        """Those of that orderId, whatever the day."""
        return [t for t in self._all.values() if t.request["orderId"] == order_id]

    def between(self, start: float, end: float) -> list[Transaction]:
        """Those that came about in that time, oldest first."""
        done = [t for t in self._all.values() if t.code in ("00", "A6") and start <= t.at < end]
        return sorted(done, key=lambda t: t.at)


def _number(transaction: Transaction) -> tuple[str, str]:
    if transaction.refund is not None:
        return REFUND, transaction.refund.out_refund_no
    return CONSUME, transaction.trade.out_trade_no
