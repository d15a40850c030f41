"""The one merchant as Alipay knows it: settings, keys, the book of its trades, and how Alipay writes what is there."""

import secrets
from typing import Any

from sandbox.alipay.settings import AlipaySettings, Keys
from sandbox.clock import Clock
from sandbox.trading.bill_faults import PlantedFaults
from sandbox.trading.book import CLOSED, PAID, SUCCEEDED, Trade, TradeBook

BUYER_LOGON = "159****5620"


class Account:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.keys = Keys()
        self.settings = AlipaySettings()
        self.book = TradeBook(clock, self._number)
        #: A row names no merchant: the whole file is foreign, or none of it.
        self.bill_faults = PlantedFaults(
            "drop", "double", "amount", "add", "foreign", "later_day", "other_day", "cut"
        )

    def reset(self) -> None:
        self.settings = AlipaySettings()
        self.bill_faults.reset()
        self.book.reset()

    def local(self, at: float | None = None, fraction: bool = False) -> str:
        """Shanghai's wall clock; `fraction`: with milliseconds, as some fields of notifications have them."""
        moment = self.clock.shanghai(at)
        text = moment.strftime("%Y-%m-%d %H:%M:%S")
        return f"{text}.{moment.microsecond // 1000:03d}" if fraction else text

    def buyer(self, trade: Trade) -> str:
        return trade.payer or self.settings.buyer_id

    def appear(self, trade: Trade) -> None:
        """From now on Alipay knows of the trade: it has a trade_no."""
        with self.book.lock:
            if not trade.transaction_id:
                trade.transaction_id = self.book.next_number()
                self.book.add(trade)

    def _number(self, serial: int) -> str:
        """A trade_no: 28 digits that begin with the day; no two alike, nor like those before a restart."""
        return f"{self.clock.shanghai():%Y%m%d}2200{serial % 1_000_000:06d}{secrets.randbelow(10**10):010d}"


def trade_status(trade: Trade) -> str:
    """A trade that was refunded as a whole is closed, too."""
    if trade.state == PAID:
        if returned_fen(trade) == trade.amount_fen:
            return "TRADE_CLOSED"
        return "TRADE_FINISHED" if trade.request.get("finished") else "TRADE_SUCCESS"
    return "TRADE_CLOSED" if trade.state == CLOSED else "WAIT_BUYER_PAY"


def returned_fen(trade: Trade) -> int:
    """What has gone back to the payer."""
    return sum(r.amount_fen for r in trade.refunds if r.state == SUCCEEDED)


def yuan(fen: int) -> str:
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def funds(trade: Trade, channel_name: str) -> list[dict[str, Any]]:
    """fund_bill_list: everything from the payer's balance. Replies and notifications spell the channel differently."""
    return [{"amount": yuan(trade.amount_fen), channel_name: "ALIPAYACCOUNT"}]
