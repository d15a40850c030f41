"""住院押金: an order for the deposit's money, and the credit once it is posted."""

from uuid import UUID

from django.db import transaction

from apps.billing.services.checkout import INPATIENT_DEPOSIT
from apps.billing.settings import order_expires_at
from apps.billing.states import TOP_UPS, TopUpState
from apps.identity.models import Hospital, StaffMember, WeChatAccount
from apps.inpatient import errors, settings
from apps.inpatient.events import DepositReceived
from apps.inpatient.models import Admission, DepositOrder, DepositTransaction
from apps.inpatient.selectors.ceilings import ceiling_of, under_way
from apps.inpatient.selectors.deposits import account_of, deposit_of
from apps.inpatient.states import DEPOSIT_ORDERS, AdmissionStatus, DepositOrderState
from apps.patients.selectors import bound_patients
from apps.payments.services.ledger import Account
from apps.payments.services.orders import LineSpec, open_order
from apps.payments.types import PaymentOrder
from kernel import clock
from kernel.errors import DomainError, StateConflict
from kernel.idempotency import store
from kernel.locks import lock_one, lock_rows
from kernel.outbox.events import publish

#: Names a deposit among the lines of payment orders.
SUBJECT = "inpatient.deposit"


def open_deposit(
    *,
    admission: Admission,
    amount_fen: int,
    application: str,
    account: WeChatAccount | None = None,
    staff: StaffMember | None = None,
) -> DepositTransaction:
    """A pending deposit with the order to pay. Not inside a transaction: order numbers are taken on the way.

    DepositDisabled, DepositAmountNotAllowed, AdmissionDischarged, DepositAboveCeiling (DepositNotTaken for who is not
    bound to the patient), AmountNotAllowed.
    """
    made = made_with_order(
        admission=admission, amount_fen=amount_fen, application=application, account=account, staff=staff
    )
    with transaction.atomic():
        store.finish_with(made.pk)
    return made


def made_with_order(
    *,
    admission: Admission,
    amount_fen: int,
    application: str,
    account: WeChatAccount | None,
    staff: StaffMember | None,
    asked: DepositOrder | None = None,
) -> DepositTransaction:
    """As `open_deposit`; the request goes on."""
    try:
        check_deposit(admission, amount_fen)
    except errors.DepositAboveCeiling as error:
        if account is not None and admission.patient_id not in bound_patients(account):
            raise errors.DepositNotTaken from error
        raise
    deposit = DepositTransaction.objects.create(
        hospital_id=admission.hospital_id,
        patient_id=admission.patient_id,
        admission=admission,
        account=account,
        opened_by=staff,
        application=application,
        amount_fen=amount_fen,
        deposit_order=asked,
    )
    try:
        order = _order_for(deposit)
    except DomainError:
        TOP_UPS.move(deposit, TopUpState.CLOSED)
        raise
    DepositTransaction.objects.filter(pk=deposit.pk, order=None).update(order=order, updated_at=clock.now())
    deposit.order = order
    return deposit


def check_enabled(hospital: Hospital) -> None:
    """DepositDisabled unless the hospital takes deposits this way."""
    if not settings.DEPOSIT_ENABLED.of(hospital):
        raise errors.DepositDisabled


def check_deposit(admission: Admission, amount_fen: int) -> None:
    """Refuse what the hospital's settings or the stay do not allow; errors as `open_deposit`."""
    hospital = admission.hospital
    check_enabled(hospital)
    least, most = settings.DEPOSIT_MIN_FEN.of(hospital), settings.DEPOSIT_MAX_FEN.of(hospital)
    if not least <= amount_fen <= most:
        raise errors.DepositAmountNotAllowed(field="amount_fen", minimum_fen=least, maximum_fen=most)
    if admission.status != AdmissionStatus.ADMITTED:
        raise errors.AdmissionDischarged
    check_ceiling(admission, amount_fen, beside=under_way(admission))


def check_ceiling(stay: Admission, amount_fen: int, *, beside: int = 0) -> None:
    """DepositAboveCeiling where the deposit would hold more than it may; `beside`: what else is about to come in."""
    ceiling = ceiling_of(stay)
    if ceiling is None:
        return
    left = ceiling - deposit_of(stay) - beside
    if amount_fen > left:
        raise errors.DepositAboveCeiling(field="amount_fen", ceiling_fen=ceiling, left_fen=max(left, 0))


def _order_for(deposit: DepositTransaction) -> PaymentOrder:
    hospital = deposit.admission.hospital
    title = f"住院押金 {deposit.admission.admission_no}"
    return open_order(
        hospital=hospital,
        patient_id=deposit.patient_id,
        scene=INPATIENT_DEPOSIT,
        lines=[LineSpec(SUBJECT, deposit.pk, title, deposit.amount_fen, deposit.admission.department_id)],
        description=title,
        expires_at=order_expires_at(hospital),
        application=deposit.application,
        account=deposit.account,
        staff=deposit.opened_by,
    )


@transaction.atomic
def credit_deposit(*, deposit_id: UUID, order: PaymentOrder) -> Account:
    """The deposit is paid: the ledger account that its money belongs to. Called within the posting transaction.

    Safe to repeat. NotFound, StateConflict (another order has paid it), AdmissionDischarged and
    DepositAboveCeiling mean that the money has to go back.
    """
    deposit = lock_one(DepositTransaction.objects, pk=deposit_id)
    if deposit.state == TopUpState.CREDITED and deposit.order_id == order.pk:
        return account_of(deposit.admission_id)
    if deposit.order_id not in (None, order.pk):
        raise StateConflict(current=deposit.state)
    _hold(deposit)
    now = clock.now()
    TOP_UPS.move(deposit, TopUpState.CREDITED, order=order, credited_at=now)
    _note_paid(deposit)
    publish(
        DepositReceived(
            hospital_id=deposit.hospital_id,
            deposit_id=deposit.pk,
            admission_id=deposit.admission_id,
            patient_id=deposit.patient_id,
            account_id=deposit.account_id,
            amount_fen=deposit.amount_fen,
        )
    )
    return account_of(deposit.admission_id)


def _note_paid(deposit: DepositTransaction) -> None:
    """What was asked for is paid, whichever try it was; StateConflict: another one was faster."""
    if deposit.deposit_order_id is None:
        return
    for asked in lock_rows(DepositOrder.objects.filter(pk=deposit.deposit_order_id)):
        if asked.state == DepositOrderState.PAID:
            raise StateConflict(current=asked.state)
        DEPOSIT_ORDERS.move(asked, DepositOrderState.PAID, deposit=deposit)


def _hold(deposit: DepositTransaction) -> None:
    """Nobody discharges the patient until this is committed; whoever was discharged takes no deposit."""
    stays = Admission.objects.select_for_update(no_key=True).filter(
        pk=deposit.admission_id, status=AdmissionStatus.ADMITTED
    )
    stay = stays.first()
    if stay is None:
        raise errors.AdmissionDischarged
    check_ceiling(stay, deposit.amount_fen)  # deposits of a stay come one after another


@transaction.atomic
def end_deposit(*, order_id: UUID, state: TopUpState) -> None:
    """Its order was closed, or goes back: the deposit is over unless it was credited. Safe to repeat."""
    for deposit in DepositTransaction.objects.filter(order_id=order_id):
        if TOP_UPS.allows(TopUpState(deposit.state), state):
            TOP_UPS.move(deposit, state)
