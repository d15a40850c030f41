"""就诊卡充值: an order for the card's money, and the credit once it is posted."""

from uuid import UUID

from django.db import transaction

from apps.billing import errors, settings
from apps.billing.events import CardToppedUp
from apps.billing.models import CardTopUp
from apps.billing.selectors.card_balance import account_of
from apps.billing.services.checkout import CARD_TOP_UP
from apps.billing.states import TOP_UPS, TopUpState
from apps.identity.models import Hospital, PartnerApplication, StaffMember, WeChatAccount
from apps.patients.models import PatientCard
from apps.payments.services.ledger import Account
from apps.payments.services.orders import LineSpec, open_order
from apps.payments.types import PaymentOrder
from apps.prepaid.selectors import room_of
from kernel import clock
from kernel.errors import DomainError, StateConflict
from kernel.idempotency import store
from kernel.locks import lock_one
from kernel.outbox.events import publish

#: Names a top-up among the lines of payment orders.
SUBJECT = "billing.card_top_up"


def open_top_up(
    *,
    card: PatientCard,
    amount_fen: int,
    application: str,
    account: WeChatAccount | None = None,
    staff: StaffMember | None = None,
    partner: PartnerApplication | None = None,
) -> CardTopUp:
    """A pending top-up with the order to pay. Not inside a transaction: order numbers are taken on the way.

    OutpatientPrepaymentBarred, TopUpDisabled, TopUpAmountNotAllowed, CardBalanceLimit, StateConflict (inactive card),
    AmountNotAllowed.
    """
    check_top_up(card, amount_fen)
    top_up = CardTopUp.objects.create(
        hospital_id=card.hospital_id,
        patient_id=card.patient_id,
        card=card,
        account=account,
        opened_by=staff,
        application=application,
        amount_fen=amount_fen,
    )
    try:
        order = _order_for(top_up, partner)
    except DomainError:
        TOP_UPS.move(top_up, TopUpState.CLOSED)
        raise
    with transaction.atomic():
        CardTopUp.objects.filter(pk=top_up.pk, order=None).update(order=order, updated_at=clock.now())
        store.finish_with(top_up.pk)
    top_up.order = order
    return top_up


def check_top_up(card: PatientCard, amount_fen: int) -> None:
    """Refuse what the hospital's settings do not allow; errors as `open_top_up`."""
    hospital = card.hospital
    _check_prepayment(hospital)
    if not settings.CARD_TOP_UP_ENABLED.of(hospital):
        raise errors.TopUpDisabled
    least, most = settings.CARD_TOP_UP_MIN_FEN.of(hospital), settings.CARD_TOP_UP_MAX_FEN.of(hospital)
    if not least <= amount_fen <= most:
        raise errors.TopUpAmountNotAllowed(field="amount_fen", minimum_fen=least, maximum_fen=most)
    if not card.is_active:
        raise StateConflict
    _check_limit(card, amount_fen)


def _check_prepayment(hospital: Hospital) -> None:
    if hospital.bars_outpatient_prepayment:
        raise errors.OutpatientPrepaymentBarred


def _check_limit(card: PatientCard, amount_fen: int) -> None:
    room = room_of(card.hospital, account_of(card.pk))
    if room is not None and amount_fen > room:
        most = settings.CARD_MAX_BALANCE_FEN.of(card.hospital)
        raise errors.CardBalanceLimit(most_fen=most, balance_fen=most - room)


def _order_for(top_up: CardTopUp, partner: PartnerApplication | None) -> PaymentOrder:
    hospital = top_up.card.hospital
    line = LineSpec(SUBJECT, top_up.pk, "就诊卡充值", top_up.amount_fen)
    return open_order(
        hospital=hospital,
        patient_id=top_up.patient_id,
        scene=CARD_TOP_UP,
        lines=[line],
        description="就诊卡充值",
        expires_at=settings.order_expires_at(hospital),
        application=top_up.application,
        account=top_up.account,
        staff=top_up.opened_by,
        partner=partner,
    )


@transaction.atomic
def credit_card_top_up(*, top_up_id: UUID, order: PaymentOrder) -> Account:
    """The top-up is paid: the ledger account that its money belongs to. Called within the posting transaction.

    Safe to repeat. NotFound, StateConflict (inactive card, another order has paid it), OutpatientPrepaymentBarred and
    CardBalanceLimit mean that the money has to go back.
    """
    top_up = lock_one(CardTopUp.objects, pk=top_up_id)
    if top_up.state == TopUpState.CREDITED and top_up.order_id == order.pk:
        return account_of(top_up.card_id)
    if top_up.order_id not in (None, order.pk):
        raise StateConflict(current=top_up.state)
    _hold(top_up)
    now = clock.now()
    TOP_UPS.move(top_up, TopUpState.CREDITED, order=order, credited_at=now)
    publish(
        CardToppedUp(
            hospital_id=top_up.hospital_id,
            top_up_id=top_up.pk,
            patient_id=top_up.patient_id,
            account_id=top_up.account_id,
            amount_fen=top_up.amount_fen,
        )
    )
    return account_of(top_up.card_id)


def _hold(top_up: CardTopUp) -> None:
    """Credits of a card come one after another, so that together they stay within what it may hold."""
    cards = PatientCard.objects.select_related("hospital").select_for_update(of=("self",), no_key=True)
    card = cards.filter(pk=top_up.card_id, is_active=True).first()
    if card is None:
        raise StateConflict(current=top_up.state)
    _check_prepayment(card.hospital)
    _check_limit(card, top_up.amount_fen)


@transaction.atomic
def end_top_up(*, order_id: UUID, state: TopUpState) -> None:
    """Its order was closed, or goes back: the top-up is over unless it was credited. Safe to repeat."""
    for top_up in CardTopUp.objects.filter(order_id=order_id):
        if TOP_UPS.allows(TopUpState(top_up.state), state):
            TOP_UPS.move(top_up, state)
