"""支付明细 and 退费明细 of a period as rows of text; read in batches by key, so that memory stays small."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from apps.payments.channels.registry import channel_name
from apps.payments.models import PaymentOrder, Refund
from apps.payments.payables import payment_scene
from apps.payments.states import OrderState, RefundState
from apps.payments.types import RefundCause, RefundRoute
from kernel import clock
from kernel.known_words import known_words
from kernel.money import fen_to_yuan
from kernel.words import column_title, value_text

M = TypeVar("M", bound=Model)
BATCH = 1_000
#: Columns of the documents in the order of the table; money is in yuan.
ORDER_COLUMNS = (
    "order_no", "created_at", "patient_name", "mrn", "scene", "channel", "application", "state", "amount_fen",
    "refunded_fen", "paid_at", "posted_at", "description",
)  # fmt: skip
REFUND_COLUMNS = (
    "refund_no", "created_at", "patient_name", "mrn", "order_no", "route", "cause", "reason", "state", "amount_fen",
    "succeeded_at", "decided_by_name",
)  # fmt: skip


def order_rows(orders: QuerySet[PaymentOrder], first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """Header and the orders that were opened from `first` to `last` (Asia/Shanghai), oldest first."""
    yield _titles("StaffOrder", ORDER_COLUMNS)
    yield from _in_batches(orders.select_related("patient"), first, last, _order_row)


def refund_rows(refunds: QuerySet[Refund], first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """Header and the refunds that were decided from `first` to `last` (Asia/Shanghai), oldest first."""
    yield _titles("StaffRefund", REFUND_COLUMNS)
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


def _said(name: str, value: str) -> str:
    """A known value in words; others have names of their own."""
    words = known_words("StaffOrder", name)
    return words[value].text if value in words else value


def _order_row(order: PaymentOrder) -> list[str]:
    return [
        order.order_no, _time(order.created_at), order.patient.name, order.patient.mrn,
        value_text(payment_scene(), order.scene), channel_name(order.channel), _said("application", order.application),
        value_text(OrderState, order.state), fen_to_yuan(order.amount_fen), fen_to_yuan(order.refunded_fen),
        _time(order.paid_at), _time(order.posted_at), order.description,
    ]  # fmt: skip


def _refund_row(refund: Refund) -> list[str]:
    return [
        refund.refund_no, _time(refund.created_at), refund.patient.name, refund.patient.mrn, refund.order.order_no,
        value_text(RefundRoute, refund.route), value_text(RefundCause, refund.cause), refund.reason,
        value_text(RefundState, refund.state), fen_to_yuan(refund.amount_fen),
        _time(refund.succeeded_at), refund.decided_by.name if refund.decided_by else "",
    ]  # fmt: skip


def _titles(component: str, columns: Iterable[str]) -> list[str]:
    return [column_title(component, name) for name in columns]


def _time(moment: dt.datetime | None) -> str:
    return f"{moment.astimezone(clock.LOCAL):%Y-%m-%d %H:%M:%S}" if moment else ""
