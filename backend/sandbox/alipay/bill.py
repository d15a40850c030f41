"""The day's bill of trades: a ZIP of two GBK files with GBK names, behind an address that is good for half a minute."""

import copy
import io
import re
import secrets
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote

from sandbox.alipay.account import BUYER_LOGON, Account, yuan
from sandbox.alipay.calls import Call
from sandbox.alipay.errors import AlipayFailure
from sandbox.clock import SHANGHAI
from sandbox.trading.book import PAID, SUCCEEDED, Trade
from sandbox.wire import Request, Response

URL_SECONDS = 30
URLS_KEPT = 1_000
#: When, on the next day, a bill is there.
READY_HOUR = 9
DETAIL_COLUMNS = (
    "支付宝交易号", "商户订单号", "业务类型", "商品名称", "创建时间", "完成时间", "门店编号", "门店名称", "操作员",
    "终端号", "对方账户", "订单金额（元）", "商家实收（元）", "支付宝红包（元）", "集分宝（元）", "支付宝优惠（元）",
    "商家优惠（元）", "券核销金额（元）", "券名称", "商家红包消费金额（元）", "卡消费金额（元）", "退款批次号/请求号",
    "服务费（元）", "分润（元）", "备注",
)  # fmt: skip
SUMMARY_COLUMNS = (
    "门店编号", "门店名称", "交易订单总笔数", "退款订单总笔数", "订单金额（元）", "商家实收（元）", "支付宝优惠（元）",
    "商家优惠（元）", "卡消费金额（元）", "服务费（元）", "分润（元）", "实收净额（元）",
)  # fmt: skip
_CELL_BREAKERS = re.compile(r"[,\t\r\n]")


class Bills:
    def __init__(self, account: Account) -> None:
        self._account, self._book, self._clock = account, account.book, account.clock
        self.reset()

    def reset(self) -> None:
        self._urls: OrderedDict[str, tuple[date, float]] = OrderedDict()

    def download_url(self, call: Call) -> dict[str, Any]:
        """Only for days that are over and had trade: Alipay makes no bill of a day without."""
        kind, day = call.required("bill_type"), _day(call.required("bill_date"))
        if kind not in ("trade", "signcustomer"):
            raise AlipayFailure("isp.invalid_arguments")
        if kind != "trade" or not self._ready(day) or not any(self._rows(day)):
            raise AlipayFailure("isp.bill_not_exist")
        token = secrets.token_urlsafe(24)
        with self._book.lock:
            self._urls[token] = (day, self._clock.now() + URL_SECONDS)
            while len(self._urls) > URLS_KEPT:
                self._urls.popitem(last=False)
        query = f"bizType=trade&userId={self._account.settings.seller_id}0156&fileType=csv.zip&bizDates={day:%Y%m%d}"
        name = quote(f"{self._stem(day)}.csv.zip")
        url = f"{call.base_url}/downloadBillFile.resource?{query}&downloadFileName={name}&fileId={token}"
        return {"bill_download_url": url}

    def download(self, request: Request) -> Response:
        day, until = self._urls.get(request.query.get("fileId", ""), (date.min, 0.0))
        if until <= self._clock.now():
            return Response(403, "文件下载链接已失效".encode(), "text/html;charset=utf-8")
        return Response(200, self._archive(day), "application/zip")

    def _ready(self, day: date) -> bool:
        bills = self._account.settings.bills
        ready = datetime.combine(day, time(READY_HOUR), SHANGHAI) + timedelta(days=1)
        return bills == "at_once" or (bills == "next_day" and self._clock.now() >= ready.timestamp())

    def _archive(self, day: date) -> bytes:
        rows, faults = self._planted(day), self._account.bill_faults
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            stem, head = self._stem(day), self._head(day)
            files = (
                (f"{stem}_业务明细.csv", _detail(head, rows, self._now())),
                (f"{stem}_业务明细(汇总).csv", _summary(head, rows, self._now())),
            )
            for name, lines in files:
                text = "".join(f"{line}\r\n" for line in lines)
                text = text[: len(text) // 2] if faults.has("cut") else text
                archive.writestr(_GbkName(name), text.encode("gb18030"))
        return packed.getvalue()

    def _planted(self, day: date) -> list["_Row"]:
        """The rows as the bill has them."""
        return self._account.bill_faults.planted(
            self._rows(day), number=lambda row: row.number, changed=lambda row, rule: row.altered(rule.fen),
            stranger=lambda row, rule: row.altered(rule.fen, rule.number),
        )  # fmt: skip

    def _rows(self, day: date) -> Iterator["_Row"]:
        """Payments and refunds that came about on that day, in the order of the trades."""
        permille = self._account.settings.fee_permille
        with self._book.lock:
            trades = [trade for trade in self._book.trades.values() if trade.state == PAID]
            for trade in trades:
                if trade.paid_at is not None and self._on(trade.paid_at, day, trade.out_trade_no):
                    yield _Row(self._account, trade, trade.paid_at, trade.amount_fen, permille)
                for refund in trade.refunds:
                    at = refund.succeeded_at
                    if (
                        refund.state == SUCCEEDED
                        and at is not None
                        and self._on(at, day, refund.out_refund_no)
                    ):
                        yield _Row(self._account, trade, at, -refund.amount_fen, 0, refund.out_refund_no)

    def _on(self, at: float, day: date, number: str) -> bool:
        later = timedelta(days=number in self._account.bill_faults.later())
        return self._clock.shanghai(at).date() + later == day

    def _now(self) -> str:
        return self._clock.shanghai().strftime("%Y年%m月%d日 %H:%M:%S")

    def _stem(self, day: date) -> str:
        return f"{self._account.settings.seller_id}0156_{day:%Y%m%d}"

    def _head(self, day: date) -> tuple[str, str]:
        faults = self._account.bill_faults
        seller_id = "2088999999999999" if faults.has("foreign") else self._account.settings.seller_id
        account = f"#账号：[{seller_id}0156]"
        day = day - timedelta(days=faults.has("other_day"))
        first, last = (f"{d:%Y年%m月%d日} 00:00:00" for d in (day, day + timedelta(days=1)))
        return account, f"#起始日期：[{first}]   终止日期：[{last}]"


class _Row:
    """One line of the detail file; a refund's amount is negative."""

    def __init__(
        self, account: Account, trade: Trade, at: float, amount_fen: int, permille: int, refund_no: str = ""
    ) -> None:
        self.amount_fen, self.refund = amount_fen, bool(refund_no)
        self.number = refund_no or trade.out_trade_no
        self.fee_fen = -((amount_fen * permille + 500) // 1000)
        amount, zero = yuan(amount_fen), "0.00"
        self.cells: tuple[str, ...] = (
            f"{trade.transaction_id}\t", f"{trade.out_trade_no}\t", "退款\t" if refund_no else "交易\t",
            _CELL_BREAKERS.sub(" ", trade.description), account.local(trade.created_at), account.local(at), "\t", "\t",
            "\t", "\t", f"*先生({BUYER_LOGON})\t", amount, amount, zero, zero, zero, zero, zero, "", f"{zero}\t", zero,
            f"{refund_no}\t", yuan(self.fee_fen), zero, "",
        )  # fmt: skip

    def altered(self, fen: int, number: str = "") -> "_Row":
        """The same of another amount; with `number` a payment that nobody knows."""
        made = copy.copy(self)
        cells = list(self.cells)
        made.amount_fen = -fen if self.refund and not number else fen
        if number:
            made.number, made.refund, made.fee_fen = number, False, 0
            cells[0], cells[1], cells[2], cells[21] = f"2026{number[-8:]}\t", f"{number}\t", "交易\t", "\t"
            cells[22] = yuan(0)
        cells[11] = cells[12] = yuan(made.amount_fen)
        made.cells = tuple(cells)
        return made


def _detail(head: tuple[str, str], rows: list[_Row], now: str) -> Iterator[str]:
    yield from ("#支付宝业务明细查询", *head, f"#{'-' * 41}业务明细列表{'-' * 40}")
    yield ",".join(DETAIL_COLUMNS)
    for row in rows:
        yield ",".join(row.cells)
    yield f"#{'-' * 41}业务明细列表结束{'-' * 36}"
    (paid, in_fen), (back, out_fen) = _totals(rows)
    yield f"#交易合计：{paid}笔，商家实收共{yuan(in_fen)}元，商家优惠共0.00元"
    yield f"#退款合计：{back}笔，商家实收退款共{yuan(out_fen)}元，商家优惠退款共0.00元"
    yield f"#导出时间：[{now}]"


def _summary(head: tuple[str, str], rows: list[_Row], now: str) -> Iterator[str]:
    yield from ("#支付宝业务汇总查询", *head, f"#{'-' * 41}业务汇总列表{'-' * 40}")
    yield ",".join(SUMMARY_COLUMNS)
    (paid, in_fen), (back, out_fen) = _totals(rows)
    net_fen, fee_fen = in_fen + out_fen, sum(row.fee_fen for row in rows)
    amounts = (net_fen, net_fen, 0, 0, 0, fee_fen, 0, net_fen + fee_fen)
    yield ",".join(("合计\t", "\t", str(paid), str(back), *(yuan(fen) for fen in amounts)))
    yield f"#{'-' * 40}业务汇总列表结束{'-' * 37}"
    yield f"#导出时间：[{now}]"


def _totals(rows: list[_Row]) -> tuple[tuple[int, int], tuple[int, int]]:
    """How many and how much: payments, refunds (negative)."""
    groups = ([r.amount_fen for r in rows if r.refund is kind] for kind in (False, True))
    paid, back = ((len(amounts), sum(amounts)) for amounts in groups)
    return paid, back


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=SHANGHAI).date()
    except ValueError as error:
        raise AlipayFailure("isp.invalid_arguments") from error


class _GbkName(zipfile.ZipInfo):
    """A file name in GBK without the flag that would say UTF-8: what the archives of Alipay have."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits
