"""押金单: asked for by staff, paid like any other deposit."""

import datetime as dt

from django.db import transaction

from apps.billing.states import TopUpState
from apps.identity.models import StaffMember, WeChatAccount
from apps.inpatient.models import Admission, DepositOrder, DepositTransaction
from apps.inpatient.services.deposits import check_deposit, made_with_order
from apps.inpatient.states import DEPOSIT_ORDERS, DepositOrderState
from apps.payments.services.advance_order import give_up
from apps.payments.states import OrderState
from apps.payments.types import CloseCause
from kernel import clock
from kernel.errors import Expectation, InvalidValue, StateConflict
from kernel.idempotency import store
from kernel.locks import lock_one, lock_rows

LATEST = dt.timedelta(days=30)
DUE = Expectation("due_within_30_days", "须为今天起 30 天内的日期", "A day from today on, within 30 days.")


@transaction.atomic
def ask_for_deposit(
    admission: Admission, *, amount_fen: int, due_on: dt.date, note: str, staff: StaffMember
) -> DepositOrder:
    """A deposit that the patient is to pay by that day. InvalidValue, and what `open_deposit` refuses."""
    if not clock.today() <= due_on <= clock.today() + LATEST:
        raise InvalidValue(field="due_on", expected=DUE)
    check_deposit(admission, amount_fen)
    return DepositOrder.objects.create(
        hospital_id=admission.hospital_id, admission=admission, amount_fen=amount_fen, due_on=due_on, note=note,
        made_by=staff,
    )  # fmt: skip


@transaction.atomic
def withdraw_order(asked: DepositOrder) -> DepositOrder:
    """Nobody is to pay it any more. StateConflict."""
    row = lock_one(DepositOrder.objects, pk=asked.pk)
    DEPOSIT_ORDERS.move(row, DepositOrderState.WITHDRAWN)
    return row


def pay_order(
    asked: DepositOrder,
    *,
    application: str,
    account: WeChatAccount | None = None,
    staff: StaffMember | None = None,
) -> DepositTransaction:
    """The deposit that pays it: the one that waits to be paid, or a new one. Outside transactions; as `open_deposit`.

    StateConflict: it is paid or withdrawn.
    """
    if asked.state != DepositOrderState.OPEN:
        raise StateConflict(current=asked.state)
    if asked.deposit is not None and _waits(asked.deposit):
        with transaction.atomic():
            store.finish_with(asked.deposit.pk)
        return asked.deposit
    made = made_with_order(
        admission=asked.admission, amount_fen=asked.amount_fen, application=application, account=account, staff=staff,
        asked=asked,
    )  # fmt: skip
    try:
        found = _link(asked, made)
    except StateConflict:
        _let_go(made)
        raise
    if found.pk != made.pk:
        _let_go(made)
    return found


@transaction.atomic
def _link(asked: DepositOrder, made: DepositTransaction) -> DepositTransaction:
    """The deposit that is to be paid: another one if it was faster. StateConflict: nobody is to pay any more."""
    # not joined with its deposit: whoever waits for the lock would be shown the one from before
    row = lock_one(DepositOrder.objects, pk=asked.pk)
    if row.state != DepositOrderState.OPEN:
        raise StateConflict(current=row.state)
    found = row.deposit if row.deposit is not None and _waits(row.deposit) else made
    if found is made:
        DepositOrder.objects.filter(pk=row.pk).update(
            deposit=made, version=row.version + 1, updated_at=clock.now()
        )
    store.finish_with(found.pk)
    return found


def _let_go(made: DepositTransaction) -> None:
    if made.order is not None:
        give_up(made.order, cause=CloseCause.GIVEN_UP_BY_STAFF)


def withdraw_all(stay: Admission) -> None:
    """Nobody asks for deposits of a stay that is over. In the caller's transaction, which holds the stay."""
    for row in lock_rows(DepositOrder.objects.filter(admission=stay, state=DepositOrderState.OPEN)):
        DEPOSIT_ORDERS.move(row, DepositOrderState.WITHDRAWN)


def _waits(deposit: DepositTransaction) -> bool:
    """Whether its order can still be paid."""
    order = deposit.order
    return (
        deposit.state == TopUpState.PENDING
        and order is not None
        and order.state == OrderState.PENDING
        and order.expires_at > clock.now()
    )
