"""Our own bill of a day: every payment that came in and every refund that went out, for those who compare with theirs.

What has happened stays as it is: a bill changes only when we hear of a payment after its day.
"""

import datetime as dt
import heapq
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from apps.payments.channels.registry import CHANNELS, MIXED
from apps.payments.models import PaymentAttempt, PaymentOrder, Refund, RefundCause, RefundRoute
from apps.payments.states import AttemptState
from kernel import clock
from kernel.crypto import masking

BATCH = 2_000
CASH = "cash"
_PAID_NOTHING = (RefundCause.OVERPAYMENT, RefundCause.INCOMPLETE)


class Movement(NamedTuple):
    """A line of the bill in the order of its columns; `kind`: payment or refund, `amount_fen` > 0 always."""

    business_date: str
    kind: str
    order_no: str
    refund_no: str
    original_order_no: str
    his_no: str
    channel: str
    transaction_id: str
    amount_fen: int
    state: str
    occurred_at: str
    application: str
    mrn_masked: str


def movements(hospital_id: UUID, day: dt.date, application: str = "") -> Iterator[Movement]:
    """What moved on that day (Asia/Shanghai), the earliest first; `application` "": of all of them.

    In the bill of one application each order is paid once, by however many tenders: what came in twice, or never became
    whole, and went back is not in it.
    """
    begin, end = clock.local(day, dt.time()), clock.local(day + dt.timedelta(days=1), dt.time())
    paid = PaymentAttempt.objects.filter(
        hospital_id=hospital_id,
        channel__in=list(CHANNELS),
        paid_at__gte=begin,
        paid_at__lt=end,
        paid_fen__gt=0,
    )  # the channels are for the index
    back = Refund.objects.filter(hospital_id=hospital_id, succeeded_at__gte=begin, succeeded_at__lt=end)
    mixed = PaymentOrder.objects.none()
    if application:
        paid = paid.filter(order__application=application, state=AttemptState.SUCCEEDED, is_leg=False)
        back = back.filter(order__application=application).exclude(cause__in=_PAID_NOTHING)
        mixed = PaymentOrder.objects.filter(
            hospital_id=hospital_id,
            application=application,
            channel=MIXED,
            paid_at__gte=begin,
            paid_at__lt=end,
        )
    found = heapq.merge(
        _payments(paid),
        _mixed(mixed),
        _refunds(back),
        key=lambda row: (row.occurred_at, row.order_no, row.refund_no),
    )
    for row in found:
        yield row._replace(business_date=str(day))


def _payments(rows: QuerySet[PaymentAttempt]) -> Iterator[Movement]:
    columns = (
        "order__order_no", "channel", "transaction_id", "paid_fen", "paid_at", "order__application",
        "order__patient__mrn",
    )  # fmt: skip
    ordered = rows.order_by("paid_at", "order__order_no").values_list(*columns)
    for order_no, channel, transaction_id, amount, at, application, mrn in ordered.iterator(BATCH):
        yield Movement(
            "", "payment", order_no, "", "", "", channel, transaction_id, amount, "succeeded", _time(at),
            application, masking.document(mrn),
        )  # fmt: skip


def _mixed(rows: QuerySet[PaymentOrder]) -> Iterator[Movement]:
    columns = ("order_no", "amount_fen", "paid_at", "application", "patient__mrn")
    for order_no, amount, at, application, mrn in rows.order_by("paid_at", "order_no").values_list(*columns):
        yield Movement(
            "", "payment", order_no, "", "", "", MIXED, "", amount, "succeeded", _time(at), application,
            masking.document(mrn),
        )  # fmt: skip


def _refunds(rows: QuerySet[Refund]) -> Iterator[Movement]:
    columns = (
        "refund_no", "order__order_no", "route", "attempt__channel", "channel_refund_id", "amount_fen", "succeeded_at",
        "order__application", "order__patient__mrn",
    )  # fmt: skip
    ordered = rows.order_by("succeeded_at", "order__order_no", "refund_no").values_list(*columns)
    for refund_no, order_no, route, channel, channel_id, amount, at, application, mrn in ordered.iterator(
        BATCH
    ):
        by = CASH if route == RefundRoute.COUNTER_CASH else channel
        yield Movement(
            "", "refund", order_no, refund_no, order_no, "", by, channel_id, amount, "succeeded", _time(at),
            application, masking.document(mrn),
        )  # fmt: skip


def _time(at: dt.datetime) -> str:
    return at.astimezone(clock.LOCAL).isoformat(timespec="milliseconds")
