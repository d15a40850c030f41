"""Money taken without a provider: cash or a POS slip in front of a clerk, or the balance of a card."""

from dataclasses import dataclass
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
from apps.payments.services.tenders import Tender, check_whole, next_tender
from apps.payments.states import AttemptState, OrderState
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


@dataclass(frozen=True, slots=True)
class _Taken:
    """Money that nobody is asked for over the network. `tendered_fen` None: exactly what it is to be."""

    channel: str
    method: PayMethod
    staff_id: UUID | None
    reference: str = ""
    payer_id: str = ""
    tendered_fen: int | None = None

    def tendered(self, tender: Tender) -> int:
        """What was handed over; of a card's balance nothing was."""
        if self.method == PayMethod.BALANCE:
            return 0
        return tender.amount_fen if self.tendered_fen is None else self.tendered_fen

    def check(self, tender: Tender) -> None:
        """InvalidValue for too little, or change of anything but cash."""
        over = self.tendered(tender) - tender.amount_fen
        if self.method != PayMethod.BALANCE and (over < 0 or (over and self.channel != CASH)):
            raise InvalidValue(field="tendered_fen", expected=TENDERED)


def pay_at_counter(
    *,
    order: PaymentOrder,
    channel: str,
    staff: StaffMember,
    reference: str = "",
    amount_fen: int | None = None,
    tendered_fen: int | None = None,
) -> PaymentOrder:
    """A clerk has taken what is left of the order in cash, or by POS with the slip's number in `reference`.

    `amount_fen`: a part of it, which is held until other tenders bring the rest. `tendered_fen`: the cash handed over
    (default: the amount). The order as it is after posting was tried: posted, paid_unposted while HIS does not answer,
    or returning; pending while something is left. ChannelNotOffered, InvalidValue, OrderExpired, StateConflict,
    NoOpenShift, what `next_tender` refuses.
    """
    spec = spec_of(channel)
    if spec.online:
        raise errors.ChannelNotOffered(channel=channel)
    if channel == "pos" and not reference:
        raise InvalidValue(field="reference", expected=REQUIRED)
    taken = _Taken(channel, PayMethod.COUNTER, staff.pk, reference=reference, tendered_fen=tendered_fen)
    _take(order.pk, taken, amount_fen)
    return _posted(order)


def pay_from_card(
    *,
    order: PaymentOrder,
    card: PatientCard,
    staff: StaffMember | None = None,
    amount_fen: int | None = None,
) -> PaymentOrder:
    """Out of the balance of a card of the order's patient. InsufficientBalance; else as `pay_at_counter`.

    Without a clerk all of it or nothing: TendersAtWork.
    """
    if card.patient_id != order.patient_id or not card.is_active:
        raise NotFound
    if not scenes()[order.scene].by_card:
        raise errors.ChannelNotOffered(channel=CARD_BALANCE)
    staff_id = staff.pk if staff else None
    _take(order.pk, _Taken(CARD_BALANCE, PayMethod.BALANCE, staff_id, payer_id=str(card.pk)), amount_fen)
    return _posted(order)


@transaction.atomic
def record_taken(order: PaymentOrder, *, channel: str, staff_id: UUID | None) -> None:
    """Cash that a clerk has taken already is an attempt of its own kind, however late; a worker posts it.

    For an order that is paid it is overpayment, and waits for a clerk to hand it back. The drawer has it already: who
    took it noted that then.
    """
    locked = lock_one(PaymentOrder.objects, pk=order.pk)
    whole = Tender(locked.amount_fen, is_leg=False)
    _write(locked, _Taken(channel, PayMethod.RECORDED, staff_id), whole)


@transaction.atomic
def _take(order_id: UUID, taken: _Taken, amount_fen: int | None = None) -> None:
    order = lock_one(PaymentOrder.objects, pk=order_id)
    if order.state != OrderState.PENDING:
        raise StateConflict(current=order.state)
    if order.expires_at <= clock.now():
        raise errors.OrderExpired
    if taken.staff_id is None:
        check_whole(order)
    tender = next_tender(order, taken.channel, amount_fen)
    taken.check(tender)
    if taken.channel == CASH and taken.staff_id is not None:
        drawers().take(_cash(order, taken.staff_id, tender, taken.tendered(tender)))
    if _write(order, taken, tender).state == AttemptState.SUCCEEDED:
        # posted in this request: no worker is faster
        leases.set_due(PaymentOrder, order.pk, clock.now() + leases.LEASE)
    store.finish_with(order.pk)


def _cash(order: PaymentOrder, staff_id: UUID, tender: Tender, tendered_fen: int) -> Cash:
    """The drawer keeps the amount, whatever was handed over."""
    return Cash(
        order.hospital_id, staff_id, tender.amount_fen, "payments.paymentorder", order.pk, order_id=order.pk,
        tendered_fen=tendered_fen,
    )  # fmt: skip


def _write(order: PaymentOrder, taken: _Taken, tender: Tender) -> PaymentAttempt:
    """The attempt and its success, under the order's lock."""
    now = clock.now()
    attempt = PaymentAttempt.objects.create(
        hospital_id=order.hospital_id,
        order=order,
        taken_by_id=taken.staff_id,
        channel=taken.channel,
        method=taken.method,
        out_trade_no=ids.uuid7().hex,
        amount_fen=tender.amount_fen,
        is_leg=tender.is_leg,
        tendered_fen=taken.tendered(tender),
        payer_id=taken.payer_id,
        reference=taken.reference,
        started_at=now,
        expires_at=order.expires_at,
    )
    paid = TradeResult(
        TradeState.PAID,
        attempt.out_trade_no,
        amount_fen=tender.amount_fen,
        transaction_id=taken.reference,
        paid_at=now,
    )
    try:
        with transaction.atomic():
            return record_paid(attempt.pk, paid)
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
