"""What a third-party application may move: by channel and operation, within its limits of the day (PAY-02)."""

import datetime as dt
from collections.abc import Callable

from django.db.models import Exists, OuterRef, QuerySet, Sum

from apps.identity.models import PartnerApplication
from apps.payments.errors import PartnerLimit, PartnerMayNot
from apps.payments.models import PartnerChannel, PartnerOperation, PaymentAttempt, PaymentOrder, Refund
from apps.payments.states import UNSETTLED, AttemptState, RefundState
from kernel import clock
from kernel.locks import lock_rows

#: What is being paid, or was; an order is paid within a day of its opening.
_COUNTED = (*UNSETTLED, AttemptState.SUCCEEDED, AttemptState.OVERPAYMENT)
_LONGEST = dt.timedelta(days=1)
Check = Callable[[PaymentOrder], None]


def payment_check(application: PartnerApplication, channel: str, operation: PartnerOperation) -> Check:
    """What looks at an order before it is paid, inside the transaction that begins the attempt.

    PartnerMayNot now; then PartnerLimit. Payments of an application through a channel are looked at one by one, so
    that together they stay within its limits.
    """
    require_grant(application, channel, operation)

    def check(order: PaymentOrder) -> None:
        grant = _locked(application, channel, operation)
        _within(grant.order_limit_fen, order.amount_fen, "order_limit")
        orders = _orders_today(application, channel).exclude(pk=order.pk)
        _within(grant.day_limit_fen, _sum(orders) + order.amount_fen, "day_limit")
        own = orders.filter(patient_id=order.patient_id)
        _within(grant.card_day_limit_fen, _sum(own) + order.amount_fen, "card_day_limit")

    return check


def refund_check(application: PartnerApplication, channel: str) -> Callable[[int], None]:
    """What looks at the amount of a refund inside the transaction that decides it. PartnerMayNot, then PartnerLimit."""
    require_grant(application, channel, PartnerOperation.REFUND)

    def check(amount_fen: int) -> None:
        grant = _locked(application, channel, PartnerOperation.REFUND)
        begun = _refunds_today(application).filter(order__channel=channel)
        _within(grant.refund_day_limit_fen, _sum(begun) + amount_fen, "refund_day_limit")

    return check


def refund_check_of_any(application: PartnerApplication) -> Callable[[int], None]:
    """The same for money that goes back through whichever channels it came by: within what all of them allow."""
    rows = PartnerChannel.objects.filter(
        application=application, operations__contains=[PartnerOperation.REFUND]
    )
    if not rows.exists():
        raise PartnerMayNot(channel="", operation=str(PartnerOperation.REFUND))

    def check(amount_fen: int) -> None:
        limits = [grant.refund_day_limit_fen for grant in lock_rows(rows)]
        given = [limit for limit in limits if limit is not None]
        most = sum(given) if len(given) == len(limits) else None
        _within(most, _sum(_refunds_today(application)) + amount_fen, "refund_day_limit")

    return check


def _refunds_today(application: PartnerApplication) -> QuerySet[Refund]:
    begun = Refund.objects.filter(
        hospital_id=application.hospital_id, created_at__gte=_midnight(), application=application.client_id
    )
    return begun.exclude(state=RefundState.CANCELLED)


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


def _orders_today(application: PartnerApplication, channel: str) -> QuerySet[PaymentOrder]:
    since = _midnight()
    tries = PaymentAttempt.objects.filter(channel=channel, state__in=_COUNTED, started_at__gte=since)
    begun = PaymentOrder.objects.filter(partner=application, created_at__gte=since - _LONGEST)
    return begun.filter(Exists(tries.filter(order=OuterRef("pk"))))


def _sum(rows: QuerySet[PaymentOrder] | QuerySet[Refund]) -> int:
    return int(rows.aggregate(total=Sum("amount_fen"))["total"] or 0)


def _within(limit_fen: int | None, amount_fen: int, which: str) -> None:
    if limit_fen is not None and amount_fen > limit_fen:
        raise PartnerLimit(which=which, limit_fen=limit_fen)


def _midnight() -> dt.datetime:
    return clock.local(clock.today(), dt.time())
