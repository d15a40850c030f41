"""What an order needs next: closing when its time is over, posting when it is paid. Workers call it when it is due."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from apps.payments.events import PaymentOrderClosed
from apps.payments.models import CloseCause, PaymentAttempt, PaymentOrder, PaymentOrderLine, RefundCause
from apps.payments.payables import by_payable, lines_of
from apps.payments.services.checks import ask
from apps.payments.services.posting import post_order
from apps.payments.services.record_payment import event_of
from apps.payments.services.tenders import return_held
from apps.payments.states import ORDERS, UNSETTLED, OrderState
from kernel import clock, leases
from kernel.errors import StateConflict
from kernel.faults import fault_point
from kernel.locks import lock_one
from kernel.outbox.events import publish


def advance_order(order_id: UUID) -> None:
    """Bring the order forward if it is due. Outside transactions: channels and HIS are asked on the way."""
    order = leases.take(PaymentOrder, order_id)
    if order is None:
        return
    if order.state == OrderState.PAID_UNPOSTED:
        post_order(order)
    elif order.state == OrderState.PENDING and order.expires_at <= clock.now():
        _close(order)
    else:
        at = order.expires_at if order.state == OrderState.PENDING else None
        leases.set_due(PaymentOrder, order_id, at, state=order.state, expires_at=order.expires_at)


def give_up(order: PaymentOrder, *, cause: CloseCause) -> PaymentOrder:
    """Nobody is to pay the order any more: its attempts are closed at the channels, then it is closed.

    The order as it is then: still pending while a channel has not answered (a worker goes on), paid if somebody was
    faster. One that is closed already stays so, whoever asks again. StateConflict when it has been paid.
    """
    with transaction.atomic():
        order = lock_one(PaymentOrder.objects, pk=order.pk)
        if order.state == OrderState.CLOSED:
            return order
        if order.state != OrderState.PENDING:
            raise StateConflict(current=order.state)
        order.expires_at = min(order.expires_at, clock.now())
        order.close_cause = cause
        PaymentOrder.objects.filter(pk=order.pk).update(
            expires_at=order.expires_at, due_at=clock.now(), close_cause=cause
        )
    fault_point("give_up.noted")
    advance_order(order.pk)
    order.refresh_from_db()
    return order


def let_go(order_id: UUID, *, cause: CloseCause) -> None:
    """As `give_up`, by a worker: for use inside a transaction."""
    now = clock.now()
    pending = PaymentOrder.objects.filter(pk=order_id, state=OrderState.PENDING, expires_at__gt=now)
    if pending.update(expires_at=now, due_at=now, close_cause=cause):
        leases.wake(PaymentOrder, order_id)


def let_go_of(subject_type: str, subject_ids: Iterable[UUID], *, cause: CloseCause) -> None:
    """Nobody is to pay these any more: pending orders that have one of them are closed by a worker."""
    lines = PaymentOrderLine.objects.filter(
        subject_type=subject_type,
        subject_id__in=list(subject_ids),
        is_live=True,
        order__state=OrderState.PENDING,
    )
    for order_id in lines.values_list("order_id", flat=True):
        let_go(order_id, cause=cause)


def release_line(order_id: UUID, *, subject_type: str, subject_id: UUID) -> None:
    """Another order may have this line at once: for one that was let go and is not closed yet. Under its lock."""
    lines = PaymentOrderLine.objects.filter(order=order_id, subject_type=subject_type, subject_id=subject_id)
    lines.update(is_live=False, updated_at=clock.now())


def _close(order: PaymentOrder) -> None:
    """Close what is open at the channels first; the order only once nobody can pay it."""
    unsettled = PaymentAttempt.objects.filter(order=order, state__in=UNSETTLED)
    open_still = False
    for attempt in unsettled.select_related("order", "merchant").order_by("pk"):
        open_still |= not ask(attempt)
    if open_still:
        order.posting_tries += 1  # counts looks while pending; set to 0 when it is paid
        PaymentOrder.objects.filter(pk=order.pk, state=OrderState.PENDING).update(
            posting_tries=order.posting_tries, due_at=leases.later(order.posting_tries)
        )
        return
    fault_point("close.asked")
    _closed(order.pk)


@transaction.atomic
def _closed(order_id: UUID) -> None:
    order = lock_one(PaymentOrder.objects, pk=order_id)
    attempts = PaymentAttempt.objects.filter(order=order, state__in=UNSETTLED)
    now = clock.now()
    if order.state != OrderState.PENDING or order.expires_at > now or attempts.exists():
        return  # paid, or wanted again, meanwhile
    ORDERS.move(
        order,
        OrderState.CLOSED,
        closed_at=now,
        due_at=None,
        close_cause=order.close_cause or CloseCause.EXPIRED,
        held_fen=0,
    )
    return_held(order, RefundCause.INCOMPLETE)
    order.lines.update(is_live=False, updated_at=now)
    for payable, lines in by_payable(lines_of(order), known_only=True):
        payable.closed(order, lines)
    publish(event_of(PaymentOrderClosed, order))
