"""The text of a day's bills: column names, lines of cells with a backtick before each, then two lines of totals."""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal

from sandbox.trading.book import ABNORMAL, PAID, PROCESSING, REFUND_CLOSED, SUCCEEDED, Trade, TradeRefund
from sandbox.wechat_pay.account import Account

RATE = Decimal("0.006")
_BEFORE = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,"
    "交易类型,交易状态,付款银行,货币种类"
)
_AFTER = "商品名称,商户数据包,手续费,费率,订单金额"
_PAID_MONEY = "应结订单金额,代金券金额"
_REFUND = "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态"
_ALL_TOTALS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
COLUMNS = {
    "ALL": f"{_BEFORE},{_PAID_MONEY},{_REFUND},{_AFTER},申请退款金额,费率备注",
    "SUCCESS": f"{_BEFORE},{_PAID_MONEY},{_AFTER},费率备注",
    "REFUND": f"{_BEFORE},{_PAID_MONEY},退款申请时间,退款成功时间,{_REFUND},{_AFTER},申请退款金额,费率备注",
}
TOTALS = {
    "ALL": _ALL_TOTALS,
    "SUCCESS": "总交易单数,应结订单总金额,手续费总金额,订单总金额",
    "REFUND": _ALL_TOTALS,
}
_FUND = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元)"
FUND_COLUMNS = f"{_FUND},资金变更提交申请人,备注,业务凭证号"
FUND_TOTALS = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
REFUND_STATES = {
    PROCESSING: "PROCESSING",
    SUCCEEDED: "SUCCESS",
    REFUND_CLOSED: "FAIL",
    ABNORMAL: "CHANGE",
}


class BillText:
    """Bills of one merchant. All return None when the day has nothing to tell."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def trades(self, day: dt.date, kind: str) -> str | None:
        """`kind`: ALL, SUCCESS or REFUND."""
        faults = self._account.bill_faults
        events = [e for e in self._events() if self._billed_on(e, faults.moved()) == day]
        payments = [e for e in events if isinstance(e[1], Trade) and kind != "REFUND"]
        refunds = [e for e in events if isinstance(e[1], TradeRefund) and kind != "SUCCESS"]
        chosen = sorted(payments + refunds, key=lambda e: e[0])
        if not chosen:
            return None
        names = COLUMNS[kind].split(",")
        found = faults.rows([self._trade_row(item) for _, item in chosen])
        rows = [[row.get(name, "") for name in names] for row in found]
        totals = _trade_totals(found, faults.total(), faults.fees())
        listed = [totals[name] for name in TOTALS[kind].split(",")]
        return faults.text(_text(COLUMNS[kind], rows, TOTALS[kind], listed))

    def _billed_on(self, event: tuple[float, Trade | TradeRefund], moved: set[str]) -> dt.date:
        at, item = event
        number = item.out_refund_no if isinstance(item, TradeRefund) else item.out_trade_no
        return self._day(at) + dt.timedelta(days=number in moved)

    def funds(self, day: dt.date) -> str | None:
        """The basic account: fees leave it with each payment and come back with each refund."""
        rows, moved, balance = [], [], 0
        for at, item in sorted(self._events(), key=lambda e: e[0]):
            for name, kind, fen in _movements(item):
                balance += fen
                if self._day(at) == day:
                    rows.append(self._fund_row(at, item, (name, kind), fen, balance))
                    moved.append(fen)
        if not rows:
            return None
        earned, spent = [fen for fen in moved if fen > 0], [-fen for fen in moved if fen < 0]
        totals = [
            str(len(moved)),
            str(len(earned)),
            _yuan(sum(earned)),
            str(len(spent)),
            _yuan(sum(spent)),
        ]
        return _text(FUND_COLUMNS, rows, FUND_TOTALS, totals)

    def _events(self) -> Iterator[tuple[float, Trade | TradeRefund]]:
        with self._account.book.lock:
            trades = list(self._account.book.trades.values())
        for trade in trades:
            if trade.state == PAID and trade.paid_at is not None:
                yield trade.paid_at, trade
            yield from ((refund.created_at, refund) for refund in trade.refunds)

    def _day(self, at: float) -> dt.date:
        return self._account.clock.shanghai(at).date()

    def _time(self, at: float | None) -> str:
        return "" if at is None else f"{self._account.clock.shanghai(at):%Y-%m-%d %H:%M:%S}"

    def _trade_row(self, item: Trade | TradeRefund) -> dict[str, str]:
        trade = item.trade if isinstance(item, TradeRefund) else item
        settings = self._account.settings
        return {
            "公众账号ID": settings.appid,
            "商户号": settings.mchid,
            "特约商户号": "0",
            "微信订单号": trade.transaction_id,
            "商户订单号": trade.out_trade_no,
            "用户标识": trade.payer,
            "交易类型": str(trade.request.get("way", "JSAPI")),
            "付款银行": "OTHERS",
            "货币种类": "CNY",
            "代金券金额": "0.00",
            "充值券退款金额": "0.00",
            "商品名称": trade.description,
            "商户数据包": str(trade.request.get("attach", "")),
            "费率": f"{RATE * 100:.2f}%",
            **(self._refund_cells(item) if isinstance(item, TradeRefund) else self._payment_cells(item)),
        }

    def _payment_cells(self, trade: Trade) -> dict[str, str]:
        return {
            "交易时间": self._time(trade.paid_at),
            "交易状态": "SUCCESS",
            "应结订单金额": _yuan(trade.amount_fen),
            "微信退款单号": "0",
            "商户退款单号": "0",
            "退款金额": "0.00",
            "手续费": f"{_fee(trade.amount_fen) / Decimal(100):.5f}",
            "订单金额": _yuan(trade.amount_fen),
            "申请退款金额": "0.00",
        }

    def _refund_cells(self, refund: TradeRefund) -> dict[str, str]:
        return {
            "交易时间": self._time(refund.created_at),
            "退款申请时间": self._time(refund.created_at),
            "退款成功时间": self._time(refund.succeeded_at),
            "交易状态": "REFUND",
            "应结订单金额": "0.00",
            "微信退款单号": refund.refund_id,
            "商户退款单号": refund.out_refund_no,
            "退款金额": _yuan(refund.amount_fen),
            "退款类型": "ORIGINAL",
            "退款状态": REFUND_STATES[refund.state],
            "手续费": f"{-_fee(refund.amount_fen) / Decimal(100):.5f}",
            "订单金额": "0.00",
            "申请退款金额": _yuan(refund.amount_fen),
        }

    def _fund_row(
        self, at: float, item: Trade | TradeRefund, names: tuple[str, str], fen: int, balance: int
    ) -> list[str]:
        refund = isinstance(item, TradeRefund)
        trade = item.trade if isinstance(item, TradeRefund) else item
        return [
            self._time(at),
            item.refund_id if isinstance(item, TradeRefund) else trade.transaction_id,
            trade.transaction_id,
            *names,
            "收入" if fen > 0 else "支出",
            _yuan(abs(fen)),
            _yuan(balance),
            f"{self._account.settings.mchid}API" if refund else "system",
            f"退款总金额{_yuan(item.amount_fen)}元;含手续费{_yuan(_fee(item.amount_fen))}元"
            if refund
            else f"结算手续费费率 {RATE * 100:.2f}%",
            item.out_refund_no if isinstance(item, TradeRefund) else trade.out_trade_no,
        ]


def _trade_totals(rows: list[dict[str, str]], more_fen: int, more_fees_fen: int) -> dict[str, str]:
    """Of the rows as the bill has them."""
    paid, back, fees = (
        sum(Decimal(row[name]) for row in rows) for name in ("订单金额", "申请退款金额", "手续费")
    )
    stated = _yuan(int(paid * 100) + more_fen)
    return {
        "总交易单数": str(len(rows)),
        "应结订单总金额": stated,
        "退款总金额": _yuan(int(back * 100)),
        "充值券退款总金额": "0.00",
        "手续费总金额": f"{fees + Decimal(more_fees_fen) / 100:.5f}",
        "订单总金额": stated,
        "申请退款总金额": _yuan(int(back * 100)),
    }


def _movements(item: Trade | TradeRefund) -> Iterator[tuple[str, str, int]]:
    """(business name, business type, fen) of what an event moves: the refund of a fee is netted with the refund."""
    fee = _fee(item.amount_fen)
    if isinstance(item, Trade):
        yield "交易", "交易", item.amount_fen
        if fee:
            yield "交易", "扣除交易手续费", -fee
    elif item.state in (PROCESSING, SUCCEEDED, ABNORMAL):
        yield "退款", "退款", fee - item.amount_fen


def _fee(fen: int) -> int:
    return int((fen * RATE).to_integral_value(ROUND_HALF_UP))


def _yuan(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _text(columns: str, rows: Iterable[list[str]], total_names: str, totals: list[str]) -> str:
    lines = [columns, *map(_line, rows), total_names, _line(totals)]
    return "\ufeff" + "\n".join(lines) + "\n"


def _line(cells: list[str]) -> str:
    """A comma inside a cell is written as backslash and blank, as are line ends."""
    clean = (cell.replace(",", "\\ ").replace("\r", " ").replace("\n", " ") for cell in cells)
    return ",".join(f"`{cell}" for cell in clean)
