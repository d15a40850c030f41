"""补缴: what a deposit lacks is paid like anything else, becomes the deposit's, and the stay is settled then."""

from uuid import UUID

from django.db import transaction

from apps.billing.settings import order_expires_at
from apps.identity.models import StaffMember, WeChatAccount
from apps.inpatient import errors
from apps.inpatient.models import Admission, DischargeSettlement
from apps.inpatient.selectors.deposits import account_of
from apps.inpatient.selectors.settlements import SUBJECT, deposit_orders
from apps.inpatient.services.settling import apply, lock_stay
from apps.inpatient.states import SETTLEMENTS, SettlementState
from apps.payments.payables import Scene
from apps.payments.selectors.orders import find, is_being_paid, order_of
from apps.payments.services.advance_order import give_up
from apps.payments.services.ledger import Account
from apps.payments.services.orders import LineSpec, open_order
from apps.payments.states import OrderState
from apps.payments.types import CloseCause, PaymentOrder
from kernel.errors import StateConflict
from kernel.idempotency import store
from kernel.locks import lock_one, lock_rows

SETTLEMENT = Scene("inpatient_settlement", "住院结算补缴", "Inpatient settlement", is_bounded=False)


def collect(
    row: DischargeSettlement,
    *,
    application: str,
    account: WeChatAccount | None = None,
    staff: StaffMember | None = None,
) -> PaymentOrder:
    """The order for what is missing: a new one, or the one that is open. Outside transactions.

    NothingToCollect; SubjectBeingPaid, AmountNotAllowed.
    """
    row.refresh_from_db()
    if row.state != SettlementState.COLLECTING:
        raise errors.NothingToCollect
    title = f"住院结算 {row.settlement_no}"
    order = open_order(
        hospital=row.hospital,
        patient_id=row.patient_id,
        scene=SETTLEMENT,
        lines=[LineSpec(SUBJECT, row.pk, title, row.collect_fen, row.department_id)],
        description=title,
        expires_at=order_expires_at(row.hospital),
        application=application,
        account=account,
        staff=staff,
    )
    with transaction.atomic():
        current = lock_one(DischargeSettlement.objects, pk=row.pk)
        if current.state == SettlementState.COLLECTING:
            store.finish_with(row.pk, 200)
            return order
    if order.state == OrderState.PENDING:  # withdrawn while the order was opened
        give_up(order, cause=CloseCause.GIVEN_UP_BY_STAFF)
    raise errors.NothingToCollect


@transaction.atomic
def credit(settlement_id: UUID) -> Account:
    """The missing part is paid: it is the deposit's. In the posting transaction; StateConflict: it has to go back."""
    row = lock_one(DischargeSettlement.objects, pk=settlement_id)
    if row.state != SettlementState.COLLECTING:
        raise StateConflict(current=row.state)
    return account_of(row.admission_id)


@transaction.atomic
def complete(order_id: UUID, settlement_id: UUID) -> None:
    """The missing part was posted: the deposit covers the charges, and the stay is settled. Safe to repeat."""
    admission_id = DischargeSettlement.objects.values_list("admission_id", flat=True).get(pk=settlement_id)
    lock_rows(deposit_orders(admission_id))
    stay = lock_stay(Admission(pk=admission_id))
    row = lock_one(DischargeSettlement.objects.select_related("made_by"), pk=settlement_id)
    order = find(order_id)
    is_paid = order is not None and order.state == OrderState.POSTED
    if is_paid and row.state == SettlementState.COLLECTING:
        apply(row, stay, staff=row.made_by)


def withdraw(row: DischargeSettlement) -> DischargeSettlement:
    """Give up a settlement that nobody has paid, so that charges can be put right. Outside transactions.

    StateConflict: it is settled, or its order was just paid.
    """
    order = order_of(SUBJECT, row.pk)
    if order is not None and order.state == OrderState.PENDING:
        order = give_up(order, cause=CloseCause.GIVEN_UP_BY_STAFF)
    if order is not None and order.state not in (
        OrderState.CLOSED,
        OrderState.RETURNING,
        OrderState.RETURNED,
    ):
        raise StateConflict(current=row.state)
    with transaction.atomic():
        current = lock_one(DischargeSettlement.objects, pk=row.pk)
        if is_being_paid(SUBJECT, row.pk):  # an order was opened, or paid late, meanwhile
            raise StateConflict(current=current.state)
        SETTLEMENTS.move(current, SettlementState.WITHDRAWN)
    return current
