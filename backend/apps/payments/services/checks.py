"""Asking the channel about attempts: unknown outcomes are resolved, not guessed; what is over is closed there first."""

import datetime as dt
from uuid import UUID

import structlog

from apps.payments.channels.base import ChannelError, PermanentChannelError, TradeResult, TradeState
from apps.payments.models import PaymentAttempt, PaymentOrder
from apps.payments.services import record_payment
from apps.payments.services.merchants import channel_for
from apps.payments.states import SETTLED, OrderState
from kernel import clock, leases
from kernel.faults import fault_point

HOPELESS_AFTER = dt.timedelta(hours=1)
log = structlog.get_logger(__name__)


def check_attempt(attempt_id: UUID) -> None:
    """Ask the channel if the attempt is due: paid, closed, or still open. Called by a worker, outside transactions."""
    if leases.take(PaymentAttempt, attempt_id) is None:
        return
    attempt = PaymentAttempt.objects.select_related("order", "merchant").get(pk=attempt_id)
    if attempt.state in SETTLED:
        leases.set_due(PaymentAttempt, attempt_id, None)
    elif ask(attempt) and attempt.order.state == OrderState.PENDING:
        leases.wake(PaymentOrder, attempt.order_id)


def ask(attempt: PaymentAttempt, *, give_up: bool = False) -> bool:
    """Query the channel, or close the attempt there when it is over, or given up; True when it has come to its end."""
    over = give_up or record_payment.is_over(attempt, attempt.order, clock.now())
    try:
        trade = _close(attempt) if over else _query(attempt)
    except ChannelError as error:
        log.warning("attempt_not_answered", attempt_id=str(attempt.pk), code=error.code)
        if over and isinstance(error, PermanentChannelError) and _is_hopeless(attempt):
            log.error("attempt_given_up", attempt_id=str(attempt.pk), code=error.code)
            record_payment.record_closed(attempt.pk)
            return True
        _again(attempt, error.code)
        return False
    fault_point("check.asked")
    if over and trade.state == TradeState.NOT_FOUND:
        record_payment.record_closed(attempt.pk)
        return True
    if record_payment.record(attempt, trade):
        return True
    _again(attempt, "")
    return False


def _is_hopeless(attempt: PaymentAttempt) -> bool:
    """The channel refuses to talk of it for good (a closed merchant), and by its own expiry nobody can pay it.

    Should it be paid all the same, a push says so, and the money pays the order or goes back.
    """
    return attempt.expires_at + HOPELESS_AFTER <= clock.now()


def _query(attempt: PaymentAttempt) -> TradeResult:
    return channel_for(attempt).query(attempt.out_trade_no, started_at=attempt.started_at)


def _close(attempt: PaymentAttempt) -> TradeResult:
    """Close at the channel; where somebody was faster, the answer says PAID with all that is known of it."""
    trade = channel_for(attempt).close(
        attempt.out_trade_no, started_at=attempt.started_at, expires_at=attempt.expires_at
    )
    if trade.state == TradeState.PAID and not trade.transaction_id:
        return _query(attempt)
    return trade


def _again(attempt: PaymentAttempt, error: str) -> None:
    PaymentAttempt.objects.filter(pk=attempt.pk).update(
        due_at=leases.later(attempt.checks), checks=attempt.checks + 1, error=error[:64]
    )
