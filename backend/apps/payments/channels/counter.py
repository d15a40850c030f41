"""Cash and POS slips at the window: a clerk takes the money, nobody is asked over the network.

What a clerk has taken is known to our own ledger alone, so these channels answer what can be answered without it and
say NotSupported to the rest: a state is never guessed.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import IO, Any

from apps.payments.channels.base import (
    Acknowledgement,
    ChannelBill,
    Notification,
    NotSupported,
    PayMethod,
    Prepaid,
    PrepayRequest,
    RefundRequest,
    RefundResult,
    RefundState,
    TradeResult,
    TradeState,
)
from apps.payments.channels.registry import ChannelSpec, register

METHODS = (PayMethod.COUNTER,)
#: Money that lies with a clerk: it comes and goes by their hands alone.
AT_COUNTER = ("cash", "pos")


class Counter:
    """`code`: cash, or pos, where a card machine of the bank stands beside the clerk."""

    methods = frozenset(METHODS)

    def __init__(self, code: str) -> None:
        self.code = code

    def prepay(self, request: PrepayRequest) -> Prepaid:
        """Nothing to prepare: the clerk records what was taken."""
        if request.method not in self.methods:
            raise NotSupported(request.method)
        return Prepaid({})

    def query(self, out_trade_no: str, *, started_at: dt.datetime) -> TradeResult:
        """NotSupported: only our records know."""
        raise NotSupported("query")

    def close(self, out_trade_no: str, *, started_at: dt.datetime, expires_at: dt.datetime) -> TradeResult:
        """CLOSED: without the clerk nobody can pay it."""
        return TradeResult(TradeState.CLOSED, out_trade_no)

    def refund(self, request: RefundRequest) -> RefundResult:
        """SUCCEEDED: the clerk who asks hands the money back, or voids the slip on the machine."""
        return RefundResult(RefundState.SUCCEEDED, request.out_refund_no, amount_fen=request.amount_fen)

    def query_refund(self, request: RefundRequest) -> RefundResult:
        """NotSupported: only our records know."""
        raise NotSupported("query_refund")

    def parse_notification(
        self, *, headers: Mapping[str, str], body: bytes, now: dt.datetime
    ) -> Notification | None:
        """NotSupported: nobody pushes."""
        raise NotSupported("parse_notification")

    def acknowledge(self, *, accepted: bool, message: str = "") -> Acknowledgement:
        """NotSupported: nobody pushes."""
        raise NotSupported("acknowledge")

    def download_bill(self, day: dt.date) -> ChannelBill:
        """NotSupported: the day's close of the cashier takes its place."""
        raise NotSupported("download_bill")

    def read_bill(self, day: dt.date, file: IO[bytes]) -> ChannelBill:
        """Nobody gives one."""
        raise NotSupported("read_bill")


def _builder(code: str) -> Callable[[Mapping[str, Any]], Counter]:
    def build(config: Mapping[str, Any]) -> Counter:
        return Counter(code)

    return build


CASH = register(ChannelSpec("cash", "现金", "Cash", _builder("cash"), methods=METHODS, online=False))
POS = register(ChannelSpec("pos", "POS 刷卡", "POS", _builder("pos"), methods=METHODS, online=False))
