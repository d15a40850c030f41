"""支付明细 and 退费明细 of a period as rows of text; read in batches by key, so that memory stays small."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from apps.payments.models import PaymentOrder, Refund
from kernel import clock
from kernel.money import fen_to_yuan

M = TypeVar("M", bound=Model)
BATCH = 1_000
ORDER_TITLES = (
    "支付单号", "下单时间", "患者", "病历号", "类型", "渠道", "来源", "状态", "金额(元)", "已退(元)", "支付时间",
    "入账时间", "说明",
)  # fmt: skip
REFUND_TITLES = (
    "退费单号", "申请时间", "患者", "病历号", "支付单号", "途径", "原因", "说明", "状态", "金额(元)", "到账时间",
    "经办人",
)  # fmt: skip


def order_rows(orders: QuerySet[PaymentOrder], first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """Header and the orders that were opened from `first` to `last` (Asia/Shanghai), oldest first."""
    yield list(ORDER_TITLES)
    yield from _in_batches(orders.select_related("patient"), first, last, _order_row)


def refund_rows(refunds: QuerySet[Refund], first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """Header and the refunds that were decided from `first` to `last` (Asia/Shanghai), oldest first."""
    yield list(REFUND_TITLES)
    yield from _in_batches(refunds.select_related("patient", "order", "decided_by"), first, last, _refund_row)


def _in_batches(
    rows: QuerySet[M], first: dt.date, last: dt.date, shown: Callable[[Any], list[str]]
) -> Iterator[list[str]]:
    """By time and key, from where the last batch ended."""
    begin, end = clock.local(first, dt.time()), clock.local(last, dt.time.max)
    period = rows.filter(created_at__gte=begin, created_at__lte=end).order_by("created_at", "pk")
    batch: list[Any] = list(period[:BATCH])
    while batch:
        yield from (shown(row) for row in batch)
        last_row = batch[-1]
        beyond = Q(created_at__gt=last_row.created_at) | Q(created_at=last_row.created_at, pk__gt=last_row.pk)
        batch = list(period.filter(beyond, created_at__gte=last_row.created_at)[:BATCH])


def _order_row(order: PaymentOrder) -> list[str]:
    return [
        order.order_no, _time(order.created_at), order.patient.name, order.patient.mrn, order.scene, order.channel,
        order.application, order.state, fen_to_yuan(order.amount_fen), fen_to_yuan(order.refunded_fen),
        _time(order.paid_at), _time(order.posted_at), order.description,
    ]  # fmt: skip


def _refund_row(refund: Refund) -> list[str]:
    return [
        refund.refund_no, _time(refund.created_at), refund.patient.name, refund.patient.mrn, refund.order.order_no,
        refund.route, refund.cause, refund.reason, refund.state, fen_to_yuan(refund.amount_fen),
        _time(refund.succeeded_at), refund.decided_by.name if refund.decided_by else "",
    ]  # fmt: skip


def _time(moment: dt.datetime | None) -> str:
    return f"{moment.astimezone(clock.LOCAL):%Y-%m-%d %H:%M:%S}" if moment else ""
