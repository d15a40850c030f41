"""组合支付: several tenders pay one order. What legs hold and may still bring never exceeds it.

Everything here is done under the order's lock.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from apps.payments import errors, settings
from apps.payments.drawers import CASH
from apps.payments.models import PaymentAttempt, PaymentOrder, RefundCause
from apps.payments.payables import by_payable, lines_of
from apps.payments.services.overpayment import return_overpayment
from apps.payments.states import ATTEMPTS, UNSETTLED, AttemptState
from kernel import clock, leases
from kernel.faults import fault_point
from kernel.locks import lock_rows

#: So many may live at once; the refusal says it in words.
MOST = 5
_LIVE = (*UNSETTLED, AttemptState.HELD)


@dataclass(frozen=True, slots=True)
class Tender:
    """How much one brings; `is_leg` unless that is the whole order."""

    amount_fen: int
    is_leg: bool


def live_legs(order: PaymentOrder) -> list[PaymentAttempt]:
    """Those that hold a part or may still bring it, in key order."""
    return list(order.attempts.filter(is_leg=True, state__in=_LIVE, withdrawn_at=None).order_by("pk"))


def next_tender(order: PaymentOrder, channel: str, amount_fen: int | None = None) -> Tender:
    """What is paid next: so much, or all that is left.

    TenderExceedsRest, TooManyTenders (the last one brings what is left), CashLast.
    """
    legs = live_legs(order)
    left = order.amount_fen - sum(leg.amount_fen for leg in legs)
    amount = left if amount_fen is None else amount_fen
    if not 0 < amount <= left:
        raise errors.TenderExceedsRest(left_fen=left)
    if channel == CASH and (amount < left or any(leg.state in UNSETTLED for leg in legs)):
        raise errors.CashLast(left_fen=left)
    if len(legs) >= MOST or (amount < left and len(legs) == MOST - 1):
        raise errors.TooManyTenders
    return Tender(amount, is_leg=amount < order.amount_fen)


def check_whole(order: PaymentOrder) -> None:
    """TendersAtWork while tenders live: nobody begins to pay all of it besides."""
    if live_legs(order):
        raise errors.TendersAtWork


def fits(order: PaymentOrder, attempt: PaymentAttempt) -> bool:
    """Whether what a leg brings still has room beside what is held."""
    return order.held_fen + attempt.amount_fen <= order.amount_fen


def wait_for_next(order: PaymentOrder, *, held_fen: int = 0) -> None:
    """`held_fen` more is held. The next tender has time, but no more than what is paid for can wait.

    An order that is given up, or whose time is over, gets none.
    """
    now = clock.now()
    order.held_fen += held_fen
    if order.expires_at > now:
        order.expires_at = order.due_at = _until(order, now)
    PaymentOrder.objects.filter(pk=order.pk).update(
        held_fen=order.held_fen, expires_at=order.expires_at, due_at=order.due_at, updated_at=now
    )
    if order.held_fen:
        _close_whole(order, now)


def _until(order: PaymentOrder, now: dt.datetime) -> dt.datetime:
    longest = now + dt.timedelta(minutes=settings.TENDER_HOLD_MINUTES.of(order.hospital))
    ends = [payable.payable_until(lines) for payable, lines in by_payable(lines_of(order), known_only=True)]
    return min([longest, *(end for end in ends if end is not None)])


def _close_whole(order: PaymentOrder, now: dt.datetime) -> None:
    """Whoever began to pay all of it is to stop: the channel is asked to close it."""
    for pk in (
        order.attempts.filter(is_leg=False, state__in=UNSETTLED).order_by("pk").values_list("pk", flat=True)
    ):
        leases.set_due(PaymentAttempt, pk, now)
        leases.wake(PaymentAttempt, pk)


def complete(order: PaymentOrder) -> None:
    """The legs are all of it: what was held has paid. The caller moves the order on."""
    for leg in lock_rows(_held(order)):
        ATTEMPTS.move(leg, AttemptState.SUCCEEDED)
        fault_point("tender.completed")


def return_held(order: PaymentOrder, cause: RefundCause) -> None:
    """The order has come to its end without them: each goes back by its own way. The caller moves the order on."""
    for leg in lock_rows(_held(order)):
        ATTEMPTS.move(leg, AttemptState.RETURNED)
        return_overpayment(order, leg, cause)
        fault_point("tender.returned")


def _held(order: PaymentOrder) -> QuerySet[PaymentAttempt]:
    return PaymentAttempt.objects.filter(order=order, state=AttemptState.HELD)
