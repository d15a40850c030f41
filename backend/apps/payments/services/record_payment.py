"""What a channel says of an attempt is recorded here and nowhere else, whoever heard it: a push, a query, a closing."""

import datetime as dt
from typing import Any
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction

from apps.payments.channels.base import TradeResult, TradeState
from apps.payments.channels.card_balance import CARD_BALANCE
from apps.payments.channels.registry import MIXED
from apps.payments.events import OfOrder, PaymentOrderPaid
from apps.payments.models import PaymentAttempt, PaymentOrder, RefundCause
from apps.payments.services import ledger, tenders
from apps.payments.services.ledger import Account, AccountKind, Movement
from apps.payments.services.overpayment import return_overpayment
from apps.payments.states import ATTEMPTS, ORDERS, SETTLED, UNSETTLED, AttemptState, OrderState
from kernel import clock, leases
from kernel.locks import lock_one, lock_rows
from kernel.outbox.events import publish

log = structlog.get_logger(__name__)


def event_of(kind: type[OfOrder], order: PaymentOrder, **more: Any) -> OfOrder:
    """An event about the order."""
    return kind(
        hospital_id=order.hospital_id,
        order_id=order.pk,
        patient_id=order.patient_id,
        account_id=order.account_id,
        scene=order.scene,
        amount_fen=order.amount_fen,
        **more,
    )


@transaction.atomic(savepoint=False)
def record_paid(attempt_id: UUID, trade: TradeResult, *, order_id: UUID | None = None) -> PaymentAttempt:
    """The channel has the money of this attempt. Recorded once, however often it is told.

    A tender's is held until the last one is here.
    It pays the order if that still waits (or was closed meanwhile and its lines are free); any other money is an
    overpayment and goes back by itself. `trade` comes from the channel's own answer, never from an unconfirmed amount.
    `order_id`: the attempt's order, if the caller knows it.
    """
    if order_id is None:
        order_id = PaymentAttempt.objects.values_list("order_id", flat=True).get(pk=attempt_id)
    order = lock_one(PaymentOrder.objects, pk=order_id)
    attempt = lock_one(PaymentAttempt.objects, pk=attempt_id)
    if attempt.state in SETTLED:
        return attempt
    becomes = _becomes(order, attempt, trade)
    _post_to_ledger(order, attempt, trade, becomes)
    if becomes == AttemptState.SUCCEEDED:
        _paid(order, attempt)
    elif becomes == AttemptState.HELD:
        tenders.wait_for_next(order, held_fen=attempt.amount_fen)
    else:
        cause = RefundCause.LATE if order.state == OrderState.CLOSED else RefundCause.OVERPAYMENT
        return_overpayment(order, attempt, cause)
    return attempt


def _becomes(order: PaymentOrder, attempt: PaymentAttempt, trade: TradeResult) -> AttemptState:
    """Whether this money pays the order, is held for it until the rest is here, or goes back."""
    right = trade.amount_fen == attempt.amount_fen and trade.currency == "CNY"
    right = right and (attempt.is_leg or attempt.amount_fen == order.amount_fen)
    if not right:
        log.error("paid_amount_differs", attempt_id=str(attempt.pk), paid_fen=trade.amount_fen)
        return AttemptState.OVERPAYMENT
    if attempt.is_leg:
        return _leg_becomes(order, attempt)
    takes = order.state == OrderState.PENDING or (order.state == OrderState.CLOSED and _lines_free(order))
    return AttemptState.SUCCEEDED if takes else AttemptState.OVERPAYMENT


def _leg_becomes(order: PaymentOrder, attempt: PaymentAttempt) -> AttemptState:
    """A part reopens no order: the others have gone back."""
    if order.state != OrderState.PENDING or not tenders.fits(order, attempt):
        return AttemptState.OVERPAYMENT
    is_last = order.held_fen + attempt.amount_fen == order.amount_fen
    return AttemptState.SUCCEEDED if is_last else AttemptState.HELD


def _lines_free(order: PaymentOrder) -> bool:
    """Take the lines of a closed order again; False when one is in another live order by now."""
    try:
        with transaction.atomic():
            order.lines.update(is_live=True, updated_at=clock.now())
    except IntegrityError:
        return False
    return True


def _post_to_ledger(
    order: PaymentOrder, attempt: PaymentAttempt, trade: TradeResult, target: AttemptState
) -> None:
    ATTEMPTS.move(
        attempt,
        target,
        paid_fen=trade.amount_fen,
        transaction_id=trade.transaction_id[:64],
        paid_at=trade.paid_at or clock.now(),
        held_at=clock.now() if attempt.is_leg else None,
        withdrawn_at=None,
        due_at=None,
        error="",
    )
    ledger.post(
        hospital_id=order.hospital_id,
        key=f"paid:{attempt.pk}",
        kind="paid",
        movements=[
            Movement(source_of(attempt), trade.amount_fen),
            Movement(Account(AccountKind.UNPOSTED), -trade.amount_fen),
        ],
        order_id=order.pk,
        about=clock.day_of(attempt.paid_at),
    )


def source_of(attempt: PaymentAttempt) -> Account:
    """Where the attempt's money came from, and goes back to by the original route."""
    if attempt.channel == CARD_BALANCE:  # `payer_id` is the card's id
        return Account(AccountKind.CARD_BALANCE, attempt.payer_id)
    return Account(AccountKind.CLEARING, attempt.channel)


def _paid(order: PaymentOrder, attempt: PaymentAttempt) -> None:
    if attempt.is_leg:
        tenders.complete(order)
    elif order.held_fen:
        tenders.return_held(order, RefundCause.OVERPAYMENT)
    now = clock.now()
    ORDERS.move(
        order,
        OrderState.PAID_UNPOSTED,
        expect=OrderState(order.state),
        channel=MIXED if attempt.is_leg else attempt.channel,
        held_fen=0,
        paid_at=attempt.paid_at,
        recorded_at=now,
        closed_at=None,
        close_cause="",
        due_at=now,
        posting_tries=0,
    )
    publish(event_of(PaymentOrderPaid, order))
    others = order.attempts.filter(state__in=UNSETTLED).order_by("pk").values_list("pk", flat=True)
    for other in others:
        PaymentAttempt.objects.filter(pk=other).update(due_at=now)
        leases.wake(PaymentAttempt, other)
    leases.wake(PaymentOrder, order.pk)


@transaction.atomic
def record_closed(attempt_id: UUID) -> None:
    """The channel says that nobody can pay the attempt any more."""
    for attempt in lock_rows(PaymentAttempt.objects.filter(pk=attempt_id)):
        if attempt.state in UNSETTLED:
            ATTEMPTS.move(attempt, AttemptState.CLOSED, due_at=None)
        else:
            PaymentAttempt.objects.filter(pk=attempt_id).update(due_at=None)


def record(attempt: PaymentAttempt, trade: TradeResult) -> bool:
    """Record what the channel says; True when the attempt is at its end."""
    if trade.state in (TradeState.PAID, TradeState.REFUNDED):
        record_paid(attempt.pk, trade)
        return True
    if trade.state == TradeState.CLOSED:
        record_closed(attempt.pk)
        return True
    return False


def is_over(attempt: PaymentAttempt, order: PaymentOrder, now: dt.datetime) -> bool:
    """Whether nobody should pay the attempt any more, so that it is to be closed at the channel."""
    unwanted = attempt.withdrawn_at is not None or (order.held_fen > 0 and not attempt.is_leg)
    return order.state != OrderState.PENDING or unwanted or min(order.expires_at, attempt.expires_at) <= now
