"""收费凭条: what was charged and by which tenders it was paid, for a roll of 80 mm."""

import datetime as dt
from collections.abc import Iterable, Iterator

from apps.payments.channels.registry import channel_name
from apps.payments.drawers import CASH
from apps.payments.models import PaymentAttempt, PaymentOrder
from apps.payments.states import AttemptState, OrderState
from kernel import clock
from kernel.codes import code128
from kernel.errors import StateConflict
from kernel.money import fen_to_yuan
from kernel.pdf import (
    ROLL_80,
    Code,
    Column,
    Document,
    Fields,
    Heading,
    Paragraph,
    Rule,
    Space,
    Table,
    render_spelt,
)
from kernel.pdf.document import Block
from kernel.words import ValueWords

PAID = (OrderState.PAID_UNPOSTED, OrderState.POSTED)
TITLE = ValueWords("收费凭条", "Charge receipt")
NOT_POSTED = ValueWords("待入账", "Not posted")
_ITEM, _AMOUNT = ValueWords("项目", "Item"), ValueWords("金额(元)", "CNY")
_TENDER, _TOTAL = ValueWords("支付方式", "Paid by"), ValueWords("合计", "Total")
_HANDED, _CHANGE = ValueWords("实收现金", "Cash tendered"), ValueWords("找零", "Change")
_BACK = ValueWords("已退", "Refunded")
_NO_VOUCHER = ValueWords("本凭条仅供核对,不作报销凭证", "To compare with; no voucher for reimbursement.")
_FIELDS = {
    "order_no": ValueWords("单号", "Number"), "patient": ValueWords("患者", "Patient"),
    "mrn": ValueWords("病历号", "MRN"), "paid_at": ValueWords("收费时间", "Paid"),
    "clerk": ValueWords("收费员", "Cashier"), "printed_at": ValueWords("打印时间", "Printed"),
}  # fmt: skip


def receipt(order: PaymentOrder) -> bytes:
    """The receipt of a paid order as PDF, in the language of the request. StateConflict for one that is not paid.

    `order`: with hospital and patient. A character that the typeface lacks is printed as its code point.
    """
    if order.state not in PAID:
        raise StateConflict(current=order.state)
    watermark = "" if order.state == OrderState.POSTED else NOT_POSTED.text
    return render_spelt(
        Document(TITLE.text, list(_blocks(order)), page=ROLL_80, shows_title=False, watermark=watermark)
    )


def _blocks(order: PaymentOrder) -> Iterator[Block]:
    paid = PaymentAttempt.objects.filter(order=order, state=AttemptState.SUCCEEDED).select_related("taken_by")
    tenders = list(paid.order_by("held_at", "pk"))
    yield Heading(order.hospital.name, align="center")
    yield Paragraph(TITLE.text, align="center", bold=True)
    yield Space(1)
    yield Fields(_head(order, tenders), columns=1)
    yield Space(1)
    yield _table(
        _ITEM.text, order.lines.order_by("position").values_list("title", "amount_fen"), order.amount_fen
    )
    yield Space(1)
    yield _table(_TENDER.text, _ways(tenders), order.amount_fen)
    yield from _after(order, tenders)
    yield Rule(dashed=True)
    yield Code(code128(order.order_no), 60, 10, caption=order.order_no)
    yield Paragraph(_NO_VOUCHER.text, align="center", size=7)


def _head(order: PaymentOrder, tenders: Iterable[PaymentAttempt]) -> list[tuple[str, str]]:
    clerks = dict.fromkeys(each.taken_by.name for each in tenders if each.taken_by is not None)
    values = {
        "order_no": order.order_no, "patient": order.patient.name, "mrn": order.patient.mrn,
        "paid_at": _time(order.paid_at or order.created_at), "clerk": "、".join(clerks),
        "printed_at": _time(clock.now()),
    }  # fmt: skip
    return [(_FIELDS[name].text, value) for name, value in values.items() if value]


def _ways(tenders: Iterable[PaymentAttempt]) -> Iterator[tuple[str, int]]:
    """Each with the number by which its provider knows it."""
    for each in tenders:
        name = channel_name(each.channel)
        yield (f"{name}\n{each.transaction_id}" if each.transaction_id else name), each.paid_fen


def _table(title: str, rows: Iterable[tuple[str, int]], total_fen: int) -> Table:
    columns = [Column(title, 3), Column(_AMOUNT.text, 1.4, "right")]
    shown = [(text, fen_to_yuan(fen)) for text, fen in rows]
    return Table(columns, shown, (_TOTAL.text, fen_to_yuan(total_fen)), grid=False)


def _after(order: PaymentOrder, tenders: Iterable[PaymentAttempt]) -> Iterator[Block]:
    """What was handed over and given back of it, and what has gone back since."""
    said = []
    for each in tenders:
        if each.channel == CASH:
            said += [
                (_HANDED.text, fen_to_yuan(each.tendered_fen)),
                (_CHANGE.text, fen_to_yuan(each.change_fen)),
            ]
    if order.refunded_fen:
        said.append((_BACK.text, fen_to_yuan(order.refunded_fen)))
    if said:
        yield Space(1)
        yield Fields(said, columns=1)


def _time(at: dt.datetime) -> str:
    return f"{at.astimezone(clock.LOCAL):%Y-%m-%d %H:%M:%S}"
