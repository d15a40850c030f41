"""Money taken without a provider: cash or a POS slip in front of a clerk, or the balance of a card."""

from uuid import UUID

from django.db import IntegrityError, transaction

from apps.identity.models import StaffMember
from apps.patients.models import PatientCard
from apps.payments import errors
from apps.payments.channels.base import PayMethod, TradeResult, TradeState
from apps.payments.channels.card_balance import CARD_BALANCE
from apps.payments.drawers import CASH, Cash, drawers
from apps.payments.models import PaymentAttempt, PaymentOrder
from apps.payments.payables import scenes
from apps.payments.services.merchants import spec_of
from apps.payments.services.posting import post_order
from apps.payments.services.record_payment import record_paid
from apps.payments.states import OrderState
from kernel import clock, ids, leases
from kernel.errors import REQUIRED, DuplicateValue, Expectation, InvalidValue, NotFound, StateConflict
from kernel.faults import fault_point
from kernel.idempotency import store
from kernel.locks import lock_one

TENDERED = Expectation(
    "tendered_amount",
    "收到的现金不能少于应收金额;其他方式须与应收金额相等",
    "Cash handed over is the amount at least; any other way it is exactly the amount.",
)


def pay_at_counter(
    *,
    order: PaymentOrder,
    channel: str,
    staff: StaffMember,
    reference: str = "",
    tendered_fen: int | None = None,
) -> PaymentOrder:
    """A clerk has taken the order's amount in cash, or by POS with the slip's number in `reference`.

    `tendered_fen`: the cash handed over (default: the amount). The order as it is after posting was tried: posted,
    paid_unposted while HIS does not answer, or returning. ChannelNotOffered, InvalidValue, OrderExpired, StateConflict,
    NoOpenShift.
    """
    spec = spec_of(channel)
    if spec.online:
        raise errors.ChannelNotOffered(channel=channel)
    tendered = order.amount_fen if tendered_fen is None else tendered_fen
    if tendered < order.amount_fen or (channel != CASH and tendered != order.amount_fen):
        raise InvalidValue(field="tendered_fen", expected=TENDERED)
    if channel == "pos" and not reference:
        raise InvalidValue(field="reference", expected=REQUIRED)
    _take(order.pk, channel, PayMethod.COUNTER, staff=staff, reference=reference, tendered_fen=tendered)
    return _posted(order)


def pay_from_card(
    *, order: PaymentOrder, card: PatientCard, staff: StaffMember | None = None
) -> PaymentOrder:
    """Out of the balance of a card of the order's patient. InsufficientBalance; else as `pay_at_counter`."""
    if card.patient_id != order.patient_id or not card.is_active:
        raise NotFound
    if not scenes()[order.scene].by_card:
        raise errors.ChannelNotOffered(channel=CARD_BALANCE)
    _take(order.pk, CARD_BALANCE, PayMethod.BALANCE, staff=staff, payer_id=str(card.pk))
    return _posted(order)


@transaction.atomic
def record_taken(order: PaymentOrder, *, channel: str, staff_id: UUID | None) -> None:
    """Cash that a clerk has taken already is an attempt of its own kind, however late; a worker posts it.

    For an order that is paid it is overpayment, and waits for a clerk to hand it back. The drawer has it already: who
    took it noted that then.
    """
    locked = lock_one(PaymentOrder.objects, pk=order.pk)
    _write(locked, channel, PayMethod.RECORDED, staff_id=staff_id, tendered_fen=locked.amount_fen)


@transaction.atomic
def _take(
    order_id: UUID,
    channel: str,
    method: PayMethod,
    *,
    staff: StaffMember | None,
    reference: str = "",
    payer_id: str = "",
    tendered_fen: int = 0,
) -> None:
    order = lock_one(PaymentOrder.objects, pk=order_id)
    if order.state != OrderState.PENDING:
        raise StateConflict(current=order.state)
    if order.expires_at <= clock.now():
        raise errors.OrderExpired
    if channel == CASH and staff is not None:
        drawers().take(_cash(order, staff, tendered_fen))
    _write(
        order,
        channel,
        method,
        staff_id=staff.pk if staff else None,
        reference=reference,
        payer_id=payer_id,
        tendered_fen=tendered_fen,
    )
    leases.set_due(
        PaymentOrder, order.pk, clock.now() + leases.LEASE
    )  # posted in this request: no worker is faster
    store.finish_with(order.pk)


def _cash(order: PaymentOrder, staff: StaffMember, tendered_fen: int) -> Cash:
    return Cash(
        order.hospital_id, staff.pk, order.amount_fen, "payments.paymentorder", order.pk, order_id=order.pk,
        tendered_fen=tendered_fen,
    )  # fmt: skip


def _write(
    order: PaymentOrder,
    channel: str,
    method: PayMethod,
    *,
    staff_id: UUID | None,
    reference: str = "",
    payer_id: str = "",
    tendered_fen: int = 0,
) -> None:
    """The attempt and its success, under the order's lock."""
    now = clock.now()
    attempt = PaymentAttempt.objects.create(
        hospital_id=order.hospital_id,
        order=order,
        taken_by_id=staff_id,
        channel=channel,
        method=method,
        out_trade_no=ids.uuid7().hex,
        amount_fen=order.amount_fen,
        tendered_fen=tendered_fen,
        payer_id=payer_id,
        reference=reference,
        started_at=now,
        expires_at=order.expires_at,
    )
    paid = TradeResult(
        TradeState.PAID,
        attempt.out_trade_no,
        amount_fen=order.amount_fen,
        transaction_id=reference,
        paid_at=now,
    )
    try:
        with transaction.atomic():
            record_paid(attempt.pk, paid)
    except IntegrityError as error:
        if "payment_attempt_slip_once" not in str(error):
            raise
        raise DuplicateValue(field="reference") from error


def _posted(order: PaymentOrder) -> PaymentOrder:
    fault_point("counter.taken")
    order.refresh_from_db()
    if order.state == OrderState.PAID_UNPOSTED:
        post_order(order)
        order.refresh_from_db()
    return order
