"""How a refund ended, recorded once, with the movement in the ledger and what the order becomes by it."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum

from apps.identity.models import StaffMember
from apps.payments.channels.base import PayMethod
from apps.payments.channels.counter import AT_COUNTER
from apps.payments.drawers import CASH, Cash, drawers
from apps.payments.events import OfRefund, RefundCancelled, RefundFailed, RefundSucceeded
from apps.payments.models import (
    PaymentOrder,
    PaymentOrderLine,
    Refund,
    RefundCause,
    RefundLine,
    RefundRoute,
)
from apps.payments.payables import by_payable, lines_of
from apps.payments.services import ledger
from apps.payments.services.ledger import Account, AccountKind, Movement
from apps.payments.services.record_payment import source_of
from apps.payments.services.refunds import account_of
from apps.payments.states import ORDERS, REFUNDS, OrderState, RefundState
from kernel import clock, ids, leases
from kernel.errors import StateConflict
from kernel.locks import lock_one
from kernel.outbox.events import publish

POS = "pos"
#: Whole orders that never came to be posted go back by these.
_UNPOSTED = (RefundCause.NOT_POSTED, RefundCause.LATE)


def _lock(refund_id: UUID) -> tuple[PaymentOrder, Refund]:
    """Order first, then refund, as everywhere."""
    order_id = Refund.objects.values_list("order_id", flat=True).get(pk=refund_id)
    order = lock_one(PaymentOrder.objects, pk=order_id)
    return order, lock_one(Refund.objects.select_related("attempt"), pk=refund_id)


@transaction.atomic
def record_accepted(refund_id: UUID, *, number: str, channel_refund_id: str = "") -> None:
    """The channel has taken it up under this number of ours; whether it succeeds is asked later."""
    _, refund = _lock(refund_id)
    if refund.state == RefundState.CREATED and refund.channel_refund_no == number:
        now = clock.now()
        REFUNDS.move(
            refund,
            RefundState.PROCESSING,
            accepted_at=now,
            channel_refund_id=channel_refund_id[:64],
            error="",
        )


@transaction.atomic
def record_succeeded(
    refund_id: UUID, *, channel_refund_id: str = "", at: dt.datetime | None = None, handed_back: bool = False
) -> None:
    """The money is back with the payer. `handed_back`: in cash, as the drawer knows already.

    NoOpenShift where cash is to leave the drawer of a clerk who has none open.
    """
    order, refund = _lock(refund_id)
    if refund.state in (RefundState.SUCCEEDED, RefundState.CANCELLED):
        return
    now = clock.now()
    REFUNDS.move(
        refund,
        RefundState.SUCCEEDED,
        succeeded_at=at or now,
        channel_refund_id=(channel_refund_id or refund.channel_refund_id)[:64],
        error="",
    )
    if refund.leaves_a_drawer and not handed_back:
        _out_of_the_drawer(refund)
    ledger.post(
        hospital_id=refund.hospital_id,
        key=f"refunded:{refund.pk}",
        kind="refunded",
        movements=[
            Movement(Account(AccountKind.REFUNDS_PAYABLE), refund.amount_fen),
            Movement(_source_of(refund), -refund.amount_fen),
        ],
        order_id=order.pk,
        refund_id=refund.pk,
        about=clock.day_of(refund.succeeded_at),
    )
    if order.state == OrderState.RETURNING and _is_whole(order):
        ORDERS.move(order, OrderState.RETURNED, returned_at=now)
    publish(_event(RefundSucceeded, refund))


def _is_whole(order: PaymentOrder) -> bool:
    """Whether all of an order that goes back is with the payer; what pays nothing has no lines."""
    back = RefundLine.objects.filter(refund__order=order, refund__state=RefundState.SUCCEEDED)
    return (back.aggregate(total=Sum("amount_fen"))["total"] or 0) == order.amount_fen


def _source_of(refund: Refund) -> Account:
    """Whence it goes back: a slip that a clerk reverses is voided on the machine, no cash is handed out for it."""
    voided = refund.cause == RefundCause.REVERSED and refund.attempt.channel in AT_COUNTER
    if refund.route == RefundRoute.COUNTER_CASH and not voided:
        return Account(AccountKind.CLEARING, CASH)
    return source_of(refund.attempt)


def _out_of_the_drawer(refund: Refund) -> None:
    if refund.decided_by_id is not None:
        drawers().give(
            Cash(
                refund.hospital_id, refund.decided_by_id, refund.amount_fen, "payments.refund", refund.pk,
                order_id=refund.order_id, refund_id=refund.pk,
            )
        )  # fmt: skip


@transaction.atomic
def record_failed(refund_id: UUID, *, code: str, same_number: bool, number: str = "") -> None:
    """The channel will not do it by itself; the money stays set aside until staff decide.

    `number`: of ours that it has failed under. Nothing is known of one that was sent under another since.
    """
    _, refund = _lock(refund_id)
    if refund.state not in (RefundState.CREATED, RefundState.PROCESSING):
        return
    if number and refund.channel_refund_no != number:
        return
    REFUNDS.move(
        refund,
        RefundState.FAILED,
        error=code[:64],
        reissue_same_number=same_number,
    )
    publish(_event(RefundFailed, refund))


@transaction.atomic
def cancel(refund_id: UUID, *, code: str) -> None:
    """HIS does not allow it: what was set aside is free again."""
    order, refund = _lock(refund_id)
    if refund.state != RefundState.CREATED:
        return
    now = clock.now()
    REFUNDS.move(refund, RefundState.CANCELLED, error=code[:64], due_at=None)
    movements = [Movement(Account(AccountKind.REFUNDS_PAYABLE), refund.amount_fen)]
    for part in RefundLine.objects.filter(refund=refund).select_related("line").order_by("line_id"):
        PaymentOrderLine.objects.filter(pk=part.line_id).update(
            refunded_fen=F("refunded_fen") - part.amount_fen, updated_at=now
        )
        movements.append(Movement(account_of(part.line), -part.amount_fen))
    PaymentOrder.objects.filter(pk=order.pk).update(
        refunded_fen=F("refunded_fen") - refund.amount_fen, version=F("version") + 1, updated_at=now
    )
    ledger.post(
        hospital_id=refund.hospital_id,
        key=f"refund_cancelled:{refund.pk}",
        kind="refund_cancelled",
        movements=movements,
        order_id=order.pk,
        refund_id=refund.pk,
    )
    publish(_event(RefundCancelled, refund))


@transaction.atomic
def reissue(refund: Refund, *, staff: StaffMember | None) -> Refund:
    """Send a failed refund again, under the same number where the channel allows it. StateConflict unless failed.

    Nor for cash: nobody sends it, a clerk pays it out.
    """
    _, locked = _lock(refund.pk)
    if locked.state != RefundState.FAILED or locked.route == RefundRoute.COUNTER_CASH:
        raise StateConflict(current=locked.state)
    now = clock.now()
    REFUNDS.move(
        locked,
        RefundState.CREATED,
        channel_refund_no=locked.channel_refund_no if locked.reissue_same_number else ids.uuid7().hex,
        reissued=locked.reissued + 1,
        decided_by=staff or locked.decided_by,
        checks=0,
        due_at=now,
    )
    leases.wake(Refund, locked.pk)
    return locked


@transaction.atomic
def pay_out_in_cash(refund: Refund, *, staff: StaffMember | None, handed_back: bool = False) -> Refund:
    """A clerk pays a failed refund out in cash. The caller has asked the channel once more. StateConflict, NoOpenShift.

    `handed_back`: as `record_succeeded`. StateConflict also where what was paid for knows it handed back before.
    """
    order, locked = _lock(refund.pk)
    if locked.state != RefundState.FAILED:
        raise StateConflict(current=locked.state)
    if not handed_back and locked.attempt.method == PayMethod.RECORDED and locked.cause in _UNPOSTED:
        for payable, lines in by_payable(lines_of(order), known_only=True):
            payable.handed_out(order, lines, staff_id=staff.pk if staff else None)
    Refund.objects.filter(pk=locked.pk).update(route=RefundRoute.COUNTER_CASH, decided_by=staff)
    record_succeeded(locked.pk, handed_back=handed_back)
    locked.refresh_from_db()
    return locked


@transaction.atomic
def void_slip(refund: Refund, *, staff: StaffMember, reference: str) -> Refund:
    """A clerk has voided the slip on the card machine, whose number for that is `reference`: the payer's bank has it.

    StateConflict unless it waits for that.
    """
    _, locked = _lock(refund.pk)
    by_machine = locked.route == RefundRoute.ORIGINAL and locked.attempt.channel == POS
    if locked.state != RefundState.FAILED or not by_machine:
        raise StateConflict(current=locked.state)
    Refund.objects.filter(pk=locked.pk).update(decided_by=staff)
    record_succeeded(locked.pk, channel_refund_id=reference)
    locked.refresh_from_db()
    return locked


def _event(kind: type[OfRefund], refund: Refund) -> OfRefund:
    return kind(
        hospital_id=refund.hospital_id,
        refund_id=refund.pk,
        order_id=refund.order_id,
        patient_id=refund.patient_id,
        account_id=refund.account_id,
        decision_id=refund.decision_id,
        amount_fen=refund.amount_fen,
        cause=refund.cause,
    )
