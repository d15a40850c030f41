"""The one merchant as WeChat Pay knows it: settings, keys, and the book of what it has sold and given back."""

import secrets

from sandbox.clock import Clock
from sandbox.trading.book import CLOSED, PAID, Trade, TradeBook
from sandbox.wechat_pay.bill_faults import BillFaults
from sandbox.wechat_pay.errors import PayFailure
from sandbox.wechat_pay.settings import Keys, PaySettings

PREPAY_SECONDS = 7200
#: An order without an expiry of its own closes by itself.
MAX_DURATION = 7 * 86_400


class Account:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.keys = Keys()
        self.settings = PaySettings()
        self.book = TradeBook(clock, self._number)
        self.bill_faults = BillFaults()

    def reset(self) -> None:
        self.settings = PaySettings()
        self.bill_faults = BillFaults()
        self.book.reset()

    def _number(self, serial: int) -> str:
        """28 digits, as transaction and refund numbers have; no two alike, nor like those before a restart."""
        day = self.clock.shanghai().strftime("%Y%m%d")
        return f"4200{day}{serial % 1_000_000:06d}{secrets.randbelow(10**10):010d}"

    def new_prepay_id(self) -> str:
        """The moment is part of it."""
        return f"wx{self.clock.shanghai():%d%H%M%S}{int(self.clock.now()):010d}{secrets.token_hex(6)}0000"

    def prepay_valid(self, prepay_id: str) -> bool:
        """For two hours."""
        return self.clock.now() < int(prepay_id[10:20]) + PREPAY_SECONDS

    def trade(self, out_trade_no: str = "", transaction_id: str = "") -> Trade:
        """PayFailure ORDER_NOT_EXIST if there is none, or none with both numbers."""
        trade = self.book.find(out_trade_no, transaction_id)
        if trade is None or (transaction_id and trade.transaction_id != transaction_id):
            raise PayFailure("ORDER_NOT_EXIST")
        return trade

    def rfc3339(self, at: float) -> str:
        return self.clock.shanghai(at).isoformat(timespec="seconds")


def trade_state(trade: Trade) -> tuple[str, str]:
    """`trade_state` and its description."""
    if trade.state == PAID:
        return ("REFUND", "订单发生过退款") if trade.refunded_fen else ("SUCCESS", "支付成功")
    return ("CLOSED", "订单已关闭") if trade.state == CLOSED else ("NOTPAY", "订单未支付")
