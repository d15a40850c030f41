"""Bringing a refund forward: HIS allows it, the channel accepts it, the channel says it has succeeded."""

from uuid import UUID

import structlog

from apps.payments.channels.base import (
    ChannelError,
    PermanentChannelError,
    RefundRequest,
    RefundResult,
    RefundState as ChannelState,
)
from apps.payments.channels.counter import AT_COUNTER
from apps.payments.errors import NoOpenShift
from apps.payments.models import Refund, RefundCause, RefundRoute
from apps.payments.ports import HisRefused, HisUnavailable
from apps.payments.services import his, record_refund
from apps.payments.services.merchants import channel_for
from apps.payments.services.pay import notify_url
from apps.payments.states import WAITS_FOR_THE_WINDOW, OrderState, RefundState
from kernel import clock, leases
from kernel.faults import fault_point

#: Causes that HIS has to allow before any money moves.
ASKED_FOR = (RefundCause.PATIENT, RefundCause.WINDOW, RefundCause.CANCELLED)
#: Orders that go back whole: HIS is told to forget them, and cannot stop it.
GOING_BACK = (OrderState.RETURNING, OrderState.RETURNED)
log = structlog.get_logger(__name__)


def advance_refund(refund_id: UUID) -> None:
    """Take the next step if the refund is due. Outside transactions: HIS and the channel are asked."""
    if leases.take(Refund, refund_id) is not None:
        _advance(refund_id, by_hand=False)


def hand_out(refund_id: UUID) -> None:
    """The clerk who decided a refund in cash hands it out with this request, once HIS allows it. Outside transactions.

    Should HIS not answer, nobody hands anything out: a worker asks again, and the refund waits for the window then.
    """
    leases.set_due(Refund, refund_id, clock.now() + leases.LEASE)
    _advance(refund_id, by_hand=True)


def _advance(refund_id: UUID, *, by_hand: bool) -> None:
    refund = Refund.objects.select_related("order", "attempt__merchant", "hospital").get(pk=refund_id)
    error = ""
    try:
        if _told(refund):
            error = _step(refund, by_hand=by_hand)
    except HisRefused as refusal:
        record_refund.cancel(refund.pk, code=refusal.code)
    except HisUnavailable as failure:
        error = f"his: {failure}"
    _look_again(refund.pk, error)


def _told(refund: Refund) -> bool:
    """Tell HIS; True when the channel may be asked. Where HIS has a say, that is only once it agrees."""
    if refund.his_notified_at is not None:
        return True
    if refund.cause in ASKED_FOR:
        his.post_refund(refund)
    else:
        try:
            _tell(refund)
        except HisUnavailable:
            return True  # the money goes back all the same; HIS is told again later
        except HisRefused as error:
            log.error("return_refused", refund_id=str(refund.pk), code=error.code)
    refund.his_notified_at = clock.now()
    Refund.objects.filter(pk=refund.pk).update(his_notified_at=refund.his_notified_at)
    fault_point("refund.told")
    return True


def _tell(refund: Refund) -> None:
    """HIS hears of what it cannot stop."""
    if refund.cause == RefundCause.REVERSED:
        his.post_refund(refund)
    elif refund.order.state in GOING_BACK and refund.attempt.state == "succeeded":
        his.withdraw(refund.order)


def _step(refund: Refund, *, by_hand: bool) -> str:
    """One step at the channel; the code of what went wrong for now, if anything did."""
    if refund.state not in (RefundState.CREATED, RefundState.PROCESSING):
        return ""
    if refund.route == RefundRoute.ORIGINAL and refund.attempt.channel in AT_COUNTER:
        record_refund.record_failed(refund.pk, code="at_counter", same_number=True)  # a clerk has it
        return ""
    if refund.route == RefundRoute.COUNTER_CASH or refund.attempt.merchant is None:
        _done_by_us(refund, by_hand=by_hand)
        return ""
    try:
        result = _ask(refund)
    except PermanentChannelError as error:
        record_refund.record_failed(
            refund.pk, code=error.code, same_number=True, number=refund.channel_refund_no
        )
        return ""
    except ChannelError as error:
        log.warning("refund_not_answered", refund_id=str(refund.pk), code=error.code)
        return error.code
    fault_point("refund.asked")
    record(refund, result)
    fault_point("refund.recorded")
    return ""


def _done_by_us(refund: Refund, *, by_hand: bool) -> None:
    """Nobody else moves the money. Cash waits for a clerk unless one hands it out now, out of an open shift."""
    if refund.leaves_a_drawer and not by_hand:
        record_refund.record_failed(refund.pk, code=WAITS_FOR_THE_WINDOW, same_number=True)
        return
    try:
        record_refund.record_succeeded(refund.pk)
    except NoOpenShift as error:
        record_refund.record_failed(refund.pk, code=error.code, same_number=True)


def _ask(refund: Refund) -> RefundResult:
    """Query what was sent before; send what the channel has not heard of, with the same number."""
    channel, request = channel_for(refund.attempt), request_of(refund)
    if refund.state == RefundState.PROCESSING or refund.checks:
        result = channel.query_refund(request)
        if result.state != ChannelState.NOT_FOUND:
            return result
    return channel.refund(request)


def record(refund: Refund, result: RefundResult) -> None:
    """Record what the channel says of a refund."""
    if result.state == ChannelState.SUCCEEDED:
        if result.amount_fen not in (0, refund.amount_fen):
            record_refund.record_failed(refund.pk, code="amount_differs", same_number=True)
            return
        record_refund.record_succeeded(refund.pk, channel_refund_id=result.refund_id, at=result.succeeded_at)
    elif result.state == ChannelState.FAILED:
        record_refund.record_failed(
            refund.pk,
            code=result.code or "failed",
            same_number=result.reissue_same_number,
            number=refund.channel_refund_no,
        )
    elif result.state == ChannelState.PROCESSING:
        record_refund.record_accepted(
            refund.pk, channel_refund_id=result.refund_id, number=refund.channel_refund_no
        )


def request_of(refund: Refund) -> RefundRequest:
    """What the channel is told."""
    attempt = refund.attempt
    return RefundRequest(
        out_trade_no=attempt.out_trade_no,
        transaction_id=attempt.transaction_id,
        out_refund_no=refund.channel_refund_no,
        amount_fen=refund.amount_fen,
        total_fen=attempt.paid_fen,
        reason=refund.reason,
        notify_url=notify_url(attempt.merchant_id),
        paid_at=attempt.paid_at or attempt.started_at,
        started_at=refund.created_at,
    )


def _look_again(refund_id: UUID, error: str) -> None:
    """A refund at its end of which HIS has been told needs no further look; one sent again meanwhile is due."""
    refund = Refund.objects.get(pk=refund_id)
    over = refund.state in (RefundState.SUCCEEDED, RefundState.FAILED, RefundState.CANCELLED)
    told = refund.his_notified_at is not None or refund.state == RefundState.CANCELLED
    Refund.objects.filter(pk=refund_id, state=refund.state, reissued=refund.reissued).update(
        due_at=None if over and told else leases.later(refund.checks),
        checks=min(refund.checks + 1, 30_000),
        error=(error or refund.error)[:64] if not over else refund.error,
    )
