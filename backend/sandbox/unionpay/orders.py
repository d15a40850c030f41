"""What the messages do: consume, refund, cancel, query. A Refusal leaves everything as it was."""

import math
from collections.abc import Mapping
from datetime import timedelta

from sandbox.clock import Clock
from sandbox.trading.book import PAID, REFUND_CLOSED, SUCCEEDED, UNPAID, Trade, TradeBook, TradeRefund
from sandbox.unionpay.errors import Refusal
from sandbox.unionpay.fields import amount, moment, needed, order_id
from sandbox.unionpay.settings import UnionPaySettings
from sandbox.unionpay.transactions import CONSUME, UNCLEAR, Transaction, Transactions

#: Settlement days end at 23:00; a consumption can be refunded for eleven months.
DAY_ENDS = 23
REFUND_DAYS = 330
_NOT_COMPARED = ("signature", "certId")


class Orders:
    def __init__(self, clock: Clock, book: TradeBook) -> None:
        self._clock, self._book = clock, book
        self.transactions = Transactions()

    def consume(self, fields: Mapping[str, str], settings: UnionPaySettings) -> Trade:
        """The order is known and can be paid until payTimeout. The same message again means the same order."""
        needed(fields, "currencyCode", "txnAmt", "backUrl", "channelType")
        number, until = order_id(fields), fields.get("payTimeout", "")
        with self._book.lock:
            known = self.transactions.find(number, fields["txnTime"])
            if known is not None:
                return self._again(known, fields, settings)
            expires_at = moment(until, "payTimeout") if until else None
            if expires_at is not None and expires_at <= self._clock.now():
                raise Refusal("39", "payTimeout")
            trade = Trade(
                out_trade_no=_own_number(number, fields["txnTime"], self._book.trades),
                amount_fen=amount(fields),
                request=dict(fields),
                created_at=self._clock.now(),
                notify_url=fields["backUrl"],
                description=fields.get("orderDesc", ""),
                expires_at=expires_at,
                reference=self._book.next_number(),
                transaction_id=self._book.next_number(),
            )
            self.transactions.add(Transaction(dict(fields), self._book.add(trade)))
            return trade

    def _again(self, known: Transaction, fields: Mapping[str, str], settings: UnionPaySettings) -> Trade:
        self._book.find(known.trade.out_trade_no)
        if settings.strict_repeats or known.trade.state != UNPAID or not _same(known.request, fields):
            raise Refusal("12")
        return known.trade

    def refund(self, fields: Mapping[str, str], settings: UnionPaySettings) -> Transaction:
        """Accepted, and under way for `refund_seconds`."""
        original, number, amount_fen = self._original(fields)
        with self._book.lock:
            self._check_original(original, amount_fen)
            if self._clock.now() - original.at > timedelta(days=REFUND_DAYS).total_seconds():
                raise Refusal("39")
            return self._give_back(original, number, amount_fen, fields, settings, settings.refund_seconds)

    def cancel(self, fields: Mapping[str, str], settings: UnionPaySettings) -> Transaction:
        """The whole of a consumption of this settlement day, at once."""
        original, number, amount_fen = self._original(fields)
        with self._book.lock:
            self._check_original(original, amount_fen)
            if amount_fen != original.amount_fen or original.trade.refunds:
                raise Refusal("36")
            if self.settle_day(original.at) != self.settle_day(self._clock.now()):
                raise Refusal("39")
            return self._give_back(original, number, amount_fen, fields, settings, 0)

    def _original(self, fields: Mapping[str, str]) -> tuple[Transaction, str, int]:
        needed(fields, "txnAmt", "origQryId", "backUrl", "channelType")
        number, amount_fen = order_id(fields), amount(fields)
        if self.transactions.find(number, fields["txnTime"]):
            raise Refusal("12")
        original = self.transactions.by_query_id(fields["origQryId"])
        if original is None:
            raise Refusal("35")
        return original, number, amount_fen

    @staticmethod
    def _check_original(original: Transaction, amount_fen: int) -> None:
        if original.txn_type != CONSUME or original.trade.state != PAID:
            raise Refusal("35")
        left = original.amount_fen - original.trade.refunded_fen
        if left == 0:
            raise Refusal("45")
        if amount_fen > left:
            raise Refusal("36")

    def _give_back(
        self,
        original: Transaction,
        number: str,
        amount_fen: int,
        fields: Mapping[str, str],
        settings: UnionPaySettings,
        seconds: float,
    ) -> Transaction:
        if self.transactions.find(number, fields["txnTime"]):
            raise Refusal("12")
        code = settings.refund_code
        refund = self._book.refund(
            original.trade,
            _own_number(number, fields["txnTime"], self._book.refunds),
            amount_fen,
            reason=fields.get("reqReserved", ""),
            notify_url=fields["backUrl"],
            settles_at=math.inf if code in UNCLEAR else self._clock.now() + seconds,
            outcome=SUCCEEDED if code == "00" else REFUND_CLOSED,
        )
        recorded = Transaction(dict(fields), original.trade, refund, failure_code=code)
        return self.transactions.add(recorded)

    def query(self, fields: Mapping[str, str], settings: UnionPaySettings) -> Transaction:
        """Refusal 34 also for an order that nobody has paid: UnionPay knows it from the payment on."""
        with self._book.lock:
            if fields.get("queryId"):
                found = self.transactions.by_query_id(fields["queryId"])
            else:
                found = self.transactions.find(order_id(fields), fields["txnTime"])
                if found and found.request["txnTime"] != fields["txnTime"]:
                    found = None
        if found and found.refund:
            self._clear_up(found, found.refund, settings.refund_code)
            self._book.settle(found.refund)
        if found is None or not found.code:
            raise Refusal("34")
        return found

    def _clear_up(self, recorded: Transaction, refund: TradeRefund, code: str) -> None:
        """What was unclear comes out as the settings say by now."""
        with self._book.lock:
            if recorded.failure_code in UNCLEAR and code not in UNCLEAR:
                recorded.failure_code = code
                refund.outcome = SUCCEEDED if code == "00" else REFUND_CLOSED
                refund.settles_at = self._clock.now()

    def settle_day(self, at: float) -> str:
        """MMDD: what comes about from 23:00 on belongs to the next day."""
        return (self._clock.shanghai(at) + timedelta(hours=24 - DAY_ENDS)).strftime("%m%d")


def _own_number(order_id: str, txn_time: str, taken: Mapping[str, object]) -> str:
    """The book knows one order per number: another day's order of the same id has its day added."""
    return f"{order_id}@{txn_time[:8]}" if order_id in taken else order_id


def _same(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    def compared(fields: Mapping[str, str]) -> dict[str, str]:
        return {name: value for name, value in fields.items() if value and name not in _NOT_COMPARED}

    return compared(one) == compared(other)
