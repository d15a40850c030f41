"""What a third-party application may move: by channel and operation, within its limits of the day (PAY-02)."""

import datetime as dt
from collections.abc import Callable

from django.db.models import QuerySet, Sum

from apps.identity.models import PartnerApplication
from apps.payments.errors import PartnerLimit, PartnerMayNot
from apps.payments.models import (
    PartnerChannel,
    PartnerOperation,
    PaymentAttempt,
    PaymentOrder,
    Refund,
    RefundCause,
)
from apps.payments.states import UNSETTLED, AttemptState, RefundState
from kernel import clock
from kernel.locks import lock_rows

#: What is being paid, or was.
_COUNTED = (*UNSETTLED, AttemptState.SUCCEEDED, AttemptState.OVERPAYMENT)
Check = Callable[[PaymentOrder], None]
#: Channel and fen that go back through it.
RefundCheck = Callable[[str, int], None]


def payment_check(application: PartnerApplication, channel: str, operation: PartnerOperation) -> Check:
    """What looks at an order before it is paid, inside the transaction that begins the attempt.

    PartnerMayNot now; then PartnerLimit. Payments of an application through a channel are looked at one by one, so
    that together they stay within its limits: those that were begun on the day.
    """
    require_grant(application, channel, operation)

    def check(order: PaymentOrder) -> None:
        grant = _locked(application, channel, operation)
        begun = PaymentAttempt.objects.filter(
            partner=application, channel=channel, started_at__gte=_midnight(), state__in=_COUNTED
        ).exclude(order=order)
        own = begun.filter(order__patient_id=order.patient_id)
        _within(grant.order_limit_fen, lambda: order.amount_fen, "order_limit")
        _within(grant.day_limit_fen, lambda: _sum(begun) + order.amount_fen, "day_limit")
        _within(grant.card_day_limit_fen, lambda: _sum(own) + order.amount_fen, "card_day_limit")

    return check


def refund_check(application: PartnerApplication) -> RefundCheck:
    """What looks at what goes back through a channel, inside the transaction that decides it.

    PartnerMayNot, PartnerLimit. Money that goes back by itself counts in no limit.
    """

    def check(channel: str, amount_fen: int) -> None:
        grant = _locked(application, channel, PartnerOperation.REFUND)
        begun = Refund.objects.filter(
            hospital_id=application.hospital_id, created_at__gte=_midnight(), application=application.client_id,
            order__channel=channel, cause=RefundCause.PATIENT,
        ).exclude(state=RefundState.CANCELLED)  # fmt: skip
        _within(grant.refund_day_limit_fen, lambda: _sum(begun) + amount_fen, "refund_day_limit")

    return check


def channels_of(application: PartnerApplication, operation: PartnerOperation) -> list[str]:
    """The channels through which an application may do it; PartnerMayNot where there is none."""
    rows = PartnerChannel.objects.filter(application=application, operations__contains=[operation])
    found = list(rows.order_by("channel").values_list("channel", flat=True))
    if not found:
        raise PartnerMayNot(channel="", operation=str(operation))
    return found


def require_grant(
    application: PartnerApplication, channel: str, operation: PartnerOperation
) -> PartnerChannel:
    """The application's grant for the channel; PartnerMayNot unless it covers the operation."""
    grant = PartnerChannel.objects.filter(application=application, channel=channel).first()
    if grant is None or operation not in grant.operations:
        raise PartnerMayNot(channel=channel, operation=str(operation))
    return grant


def granted(application: PartnerApplication) -> dict[str, list[str]]:
    """The operations that an application may do, by channel."""
    rows = PartnerChannel.objects.filter(application=application).order_by("channel")
    return dict(rows.values_list("channel", "operations"))


def _locked(application: PartnerApplication, channel: str, operation: PartnerOperation) -> PartnerChannel:
    found = lock_rows(PartnerChannel.objects.filter(application=application, channel=channel))
    if not found or operation not in found[0].operations:
        raise PartnerMayNot(channel=channel, operation=str(operation))
    return found[0]


def _sum(rows: QuerySet[PaymentAttempt] | QuerySet[Refund]) -> int:
    return int(rows.aggregate(total=Sum("amount_fen"))["total"] or 0)


def _within(limit_fen: int | None, amount_fen: Callable[[], int], which: str) -> None:
    """What has no limit is not added up."""
    if limit_fen is not None and amount_fen() > limit_fen:
        raise PartnerLimit(which=which, limit_fen=limit_fen)


def _midnight() -> dt.datetime:
    return clock.local(clock.today(), dt.time())
