"""The day's bill of trades: a ZIP with two GBK files, of which 业务明细 has every payment and refund.

Its foot is read first, so that a file that was cut off is never begun; rows then come one by one, and are added up
against what the foot says.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import IO

from apps.payments.channels.alipay_client import TIME_FORMAT
from apps.payments.channels.archives import check_sizes, lines, readable
from apps.payments.channels.base import BillRow, ChannelBill, UnreadableBill
from apps.payments.channels.bill_lines import BadCell, cell, readable_line
from kernel.clock import LOCAL
from kernel.money import yuan_to_fen

#: A superset of GBK: names of goods may have any character.
_ENCODING = "gb18030"
_END = "业务明细列表结束"
_FOOT_BYTES, _CHUNK_BYTES = 4096, 65_536
_TOTAL = re.compile(
    r"#(交易|退款)合计[：:](\d+)笔[，,]商家实收(?:退款)?共(-?[\d,.]+)元[，,]商家优惠(?:退款)?共(-?[\d,.]+)元"
)
_ACCOUNT = re.compile(r"#账号[：:]\[(\d+)\]")
_FIRST_DAY = re.compile(r"#起始日期[：:]\[(\d{4})年(\d\d)月(\d\d)日")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_KINDS = {"交易": "payment", "退款": "refund"}
_NAME, _ORDERED, _RECEIVED = "商品名称", "订单金额(元)", "商家实收(元)"
#: Columns that hold what people wrote, commas and all.
_FREE = frozenset({_NAME, "门店名称", "操作员", "券名称", "备注"})
_MOMENTS = frozenset({"创建时间", "完成时间"})
_AMOUNT = re.compile(r"-?\d+(\.\d{1,2})?")
MAX_READINGS = 100
_NEEDED = (
    "支付宝交易号", "商户订单号", "业务类型", _NAME, "完成时间", _ORDERED, _RECEIVED, "退款批次号/请求号",
    "服务费(元)",
)  # fmt: skip


@dataclass(slots=True)
class _Sums:
    """How many rows of each kind, and what the merchant received by them (negative for refunds)."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_KINDS, 0))
    received_fen: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_KINDS, 0))


@dataclass(frozen=True, slots=True)
class _Total:
    """A line of the foot. `order_fen`: what the payers owed, the merchant's own discounts included."""

    count: int
    received_fen: int
    order_fen: int


def open_bill(file: IO[bytes], *, seller_id: str, day: dt.date) -> ChannelBill:
    """The bill in the ZIP; `file` is closed with the last row. UnreadableBill for what is none.

    The rows raise it, too: for a line that makes no sense, and after the last one when the sums differ from the foot's.
    """
    with readable():
        archive = zipfile.ZipFile(file, metadata_encoding="gbk")
        names = [name for name in archive.namelist() if name.endswith(".csv") and "汇总" not in name]
        if len(names) != 1:
            raise UnreadableBill("several_lists" if names else "no_list", count=len(names), shown="….csv")
        check_sizes(archive, names)
        totals = _totals(archive, names[0])
    paid, back = totals.get("交易"), totals.get("退款")
    return ChannelBill(
        day=day,
        rows=_rows(archive, file, names[0], seller_id, day, totals),
        payments_fen=paid.order_fen if paid else None,
        refunds_fen=back.order_fen if back else None,
    )


def _totals(archive: zipfile.ZipFile, name: str) -> dict[str, _Total]:
    """What the foot says, by kind; UnreadableBill when there is no foot."""
    foot = b""
    with archive.open(name) as file:
        while chunk := file.read(_CHUNK_BYTES):
            foot = (foot + chunk)[-_FOOT_BYTES:]
    text = foot.decode(_ENCODING, "replace")
    if _END not in text:
        raise UnreadableBill("cut_off")
    found = {}
    for kind, count, received, discount in _TOTAL.findall(text):
        received_fen, discount_fen = _fen(received), _fen(discount)
        found[kind] = _Total(int(count), received_fen, abs(received_fen) + abs(discount_fen))
    return found


def _rows(
    archive: zipfile.ZipFile,
    file: IO[bytes],
    name: str,
    seller_id: str,
    day: dt.date,
    totals: dict[str, _Total],
) -> Iterator[BillRow]:
    sums = _Sums()
    with readable(), file, archive, archive.open(name) as raw:
        columns: dict[str, int] = {}
        for number, packed in enumerate(lines(raw), 1):
            line = packed.decode(_ENCODING, "replace")
            if _END in line:
                break
            if line.startswith("#"):
                _check_head(line, seller_id, day)
            elif not columns:
                columns = _columns(line)
            elif line.strip():
                with readable_line(number, line):
                    row = _row(_cells(line, columns), columns, sums)
                yield row
    _check_sums(sums, totals)


def _check_head(line: str, seller_id: str, day: dt.date) -> None:
    account, first = _ACCOUNT.match(line), _FIRST_DAY.match(line)
    if account and not account[1].startswith(seller_id):
        raise UnreadableBill("other_merchant")
    if first and first.groups() != (f"{day:%Y}", f"{day:%m}", f"{day:%d}"):
        raise UnreadableBill("other_day")


def _columns(line: str) -> dict[str, int]:
    """Where each column stands: by name, as Alipay adds columns now and then."""
    names = [cell.strip().replace("（", "(").replace("）", ")") for cell in line.split(",")]
    if missing := [name for name in _NEEDED if name not in names]:
        raise UnreadableBill("missing_columns", columns="、".join(missing))
    return {name: at for at, name in enumerate(names)}


def _cells(line: str, columns: dict[str, int]) -> list[str]:
    """Cells are not quoted: what is too much belongs to texts that people wrote, so that all other columns fit.

    ValueError where the amounts could be read in two ways, or in none.
    """
    cells = [cell.strip() for cell in line.split(",")]
    if len(cells) <= len(columns):
        return cells
    names = sorted(columns, key=columns.__getitem__)
    readings = islice(_readings(cells, names), MAX_READINGS)
    told = {
        tuple(reading[columns[name]] for name in _NEEDED if name not in _FREE): reading
        for reading in readings
    }
    if len(told) != 1:
        raise ValueError(f"{len(cells)} cells can be read in {len(told)} ways")
    return next(iter(told.values()))


def _readings(cells: list[str], names: list[str]) -> Iterator[list[str]]:
    """Every way to give the cells to the columns: a text may have several, any other column one that looks like it."""
    if not names:
        if not cells:
            yield []
        return
    spare = len(cells) - len(names)
    elastic = names[0] in _FREE and cells[0] != ""  # a text that has commas begins with something
    for taken in range(1, spare + 2 if elastic else 2):
        value = ",".join(cells[:taken])
        if names[0] in _FREE or _looks_right(names[0], value):
            for rest in _readings(cells[taken:], names[1:]):
                yield [value, *rest]


def _looks_right(name: str, value: str) -> bool:
    if name in _MOMENTS:
        return bool(_MOMENT.fullmatch(value))
    return not name.endswith("(元)") or bool(_AMOUNT.fullmatch(value))


def _row(cells: list[str], columns: dict[str, int], sums: _Sums) -> BillRow:
    values = {name: cells[columns[name]] for name in _NEEDED}
    word = values["业务类型"]
    if word not in _KINDS:
        raise BadCell("业务类型", word)
    amount_fen = cell(_ORDERED, values[_ORDERED], _fen)
    back = _KINDS[word] == "refund"
    if (amount_fen > 0) is back and amount_fen:
        raise BadCell(_ORDERED, values[_ORDERED])
    sums.counts[word] += 1
    sums.received_fen[word] += cell(_RECEIVED, values[_RECEIVED], _fen)
    return BillRow(
        kind=_KINDS[word],
        out_trade_no=values["商户订单号"],
        transaction_id=values["支付宝交易号"],
        amount_fen=abs(amount_fen),
        at=cell("完成时间", values["完成时间"], _moment),
        out_refund_no=values["退款批次号/请求号"] if back else "",
        fee_fen=-cell("服务费(元)", values["服务费(元)"], _fen),
    )


def _check_sums(sums: _Sums, totals: dict[str, _Total]) -> None:
    for kind, total in totals.items():
        if (sums.counts[kind], sums.received_fen[kind]) != (total.count, total.received_fen):
            raise UnreadableBill("sums_differ", shown=kind)


def _moment(text: str) -> dt.datetime:
    return dt.datetime.strptime(text, TIME_FORMAT).replace(tzinfo=LOCAL)


def _fen(text: str) -> int:
    return yuan_to_fen(text.replace(",", ""))
