"""出院结算: the charges are taken out of the deposit once, and what is too much or too little of it moves.

Locks: the deposit's orders by key, the stay, the settlement, the ledger last.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.billing.errors import InsuranceNotSupported
from apps.billing.numbers import next_number
from apps.billing.services.refund_allocation import Paid, Share, allocate
from apps.billing.services.refund_rules import refund_route
from apps.billing.types import BillSource
from apps.identity.models import StaffMember
from apps.inpatient import errors
from apps.inpatient.events import AdmissionSettled, OfSettlement, SettlementToBePaid
from apps.inpatient.models import Admission, DischargeSettlement
from apps.inpatient.numbers import SETTLEMENTS as NUMBERS
from apps.inpatient.selectors.deposits import account_of, deposit_of
from apps.inpatient.selectors.settlements import deposit_orders
from apps.inpatient.selectors.statement import statement_of
from apps.inpatient.services.settled import check_not_settled
from apps.inpatient.services.settlement_work import close_work, open_work
from apps.inpatient.states import SETTLEMENTS, AdmissionStatus, SettlementState
from apps.payments.payers import PayerType
from apps.payments.selectors.orders import lines_into
from apps.payments.selectors.refunds import decided_by
from apps.payments.services.advance_refund import hand_out
from apps.payments.services.ledger import Account, AccountKind
from apps.payments.services.refunds import RefundPart, create_refund
from apps.payments.states import RefundState
from apps.payments.types import PaymentOrder, RefundCause, RefundRoute
from apps.prepaid.services import engine
from kernel import clock
from kernel.errors import StateConflict
from kernel.idempotency import store
from kernel.locks import lock_one, lock_rows
from kernel.outbox.events import publish

REASON = "出院结算退押金"
WINDOW = "window"


def settle(admission: Admission, *, staff: StaffMember) -> DischargeSettlement:
    """Settle a stay that is over: at once, or once the patient has paid what the deposit lacks. Outside transactions.

    StayNotOver, ChargesMayCome, InsuranceNotSupported, StaySettled, DepositNotReturnable, NoOpenShift (cash goes
    back). Cash has gone back on return; anything else is on its way until the channel has confirmed it.
    """
    number = next_number(NUMBERS, admission.hospital_id)
    with transaction.atomic():
        lock_rows(deposit_orders(admission.pk))
        stay = lock_stay(admission)
        _check_ready(stay)
        made = _made(stay, number, staff)
        if made.state == SettlementState.RETURNING:
            apply(made, stay, staff=staff)
        else:
            publish(_event(SettlementToBePaid, made))
        store.finish_with(made.pk)
    pay_cash_out(made, staff=staff)
    made.refresh_from_db()
    return made


def lock_stay(admission: Admission) -> Admission:
    """Nothing is charged to it, paid for it or settled until the caller's transaction ends."""
    rows = Admission.objects.select_related("hospital", "department", "patient")
    return lock_one(rows, pk=admission.pk)


def _check_ready(stay: Admission) -> None:
    if stay.status != AdmissionStatus.DISCHARGED:
        raise errors.StayNotOver
    if stay.source == BillSource.HIS and not stay.charges_final:
        raise errors.ChargesMayCome
    if stay.payer_type != PayerType.SELF_PAY:
        raise InsuranceNotSupported
    check_not_settled(stay.pk)


def _made(stay: Admission, number: str, staff: StaffMember) -> DischargeSettlement:
    charged, held = statement_of(stay).charged_fen, deposit_of(stay)
    at_his = min(stay.his_deposit_fen or 0, charged)
    own = charged - at_his
    made = DischargeSettlement(
        hospital=stay.hospital, department=stay.department, patient=stay.patient, admission=stay,
        settlement_no=number, charged_fen=charged, deposit_fen=held, his_paid_fen=at_his,
        collect_fen=max(own - held, 0), return_fen=max(held - own, 0), made_by=staff,
        state=SettlementState.COLLECTING if own > held else SettlementState.RETURNING,
    )  # fmt: skip
    if made.state == SettlementState.RETURNING:
        made.settled_at = clock.now()
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        if "settlement_one_stands" not in str(error):
            raise
        check_not_settled(stay.pk)
        raise
    return made


def apply(row: DischargeSettlement, stay: Admission, *, staff: StaffMember | None) -> None:
    """The rest of the deposit is decided to go back, the charges become revenue. All of it, or nothing."""
    if row.return_fen:
        return_rest(row, row.return_fen, staff=staff)
    if row.own_fen:
        engine.consume(
            hospital_id=row.hospital_id, account=account_of(stay.pk), amount_fen=row.own_fen,
            key=f"settled:{row.pk}", to=Account(AccountKind.REVENUE),
        )  # fmt: skip
    if not row.return_fen:
        SETTLEMENTS.move(
            row, SettlementState.SETTLED, settled_at=row.settled_at or clock.now(), ended_at=clock.now()
        )
    close_work(stay, staff=staff)
    publish(_event(AdmissionSettled, row))


def _event(kind: type[OfSettlement], row: DischargeSettlement) -> OfSettlement:
    return kind(
        hospital_id=row.hospital_id,
        settlement_id=row.pk,
        admission_id=row.admission_id,
        patient_id=row.patient_id,
    )


def return_rest(row: DischargeSettlement, amount_fen: int, *, staff: StaffMember | None) -> None:
    """So much of the deposit goes back by the ways it came, the newest payment first."""
    orders = {order.pk: order for order in deposit_orders(row.admission_id)}
    lines = lines_into(account_of(row.admission_id), *orders)
    for share in _shares(list(orders.values()), amount_fen):
        order = orders[share.order_id]
        create_refund(
            order=order, parts=[RefundPart(lines[order.pk], share.amount_fen)], cause=RefundCause.WINDOW,
            reason=REASON, route=refund_route(order, RefundRoute.ORIGINAL), application=WINDOW, staff=staff,
            decision_id=row.pk,
        )  # fmt: skip


def _shares(orders: Sequence[PaymentOrder], amount_fen: int) -> list[Share]:
    newest = sorted(orders, key=lambda order: (order.paid_at or order.created_at, order.pk), reverse=True)
    paid = [Paid(order.pk, order.amount_fen - order.refunded_fen) for order in newest]
    left = sum(each.left_fen for each in paid)
    if amount_fen > left:
        raise errors.DepositNotReturnable(left_fen=left)
    return allocate(amount_fen, paid)


def pay_cash_out(row: DischargeSettlement, *, staff: StaffMember) -> None:
    """Cash goes back at once, out of the hands of the clerk who decided so. Outside transactions."""
    waiting = decided_by(row.pk).filter(
        route=RefundRoute.COUNTER_CASH, state=RefundState.CREATED, decided_by=staff
    )
    for refund_id in waiting.values_list("pk", flat=True):
        hand_out(refund_id)
    sync(row.pk)


def return_missing(row: DischargeSettlement, *, staff: StaffMember) -> DischargeSettlement:
    """What did not come about of the refunds is decided again. Outside transactions; StateConflict, as `settle`."""
    with transaction.atomic():
        lock_rows(deposit_orders(row.admission_id))
        lock_stay(row.admission)
        current = lock_one(DischargeSettlement.objects, pk=row.pk)
        if current.state != SettlementState.RETURNING:
            raise StateConflict(current=current.state)
        decided = decided_by(row.pk).exclude(state=RefundState.CANCELLED).values_list("amount_fen", flat=True)
        missing = current.return_fen - sum(decided)
        if missing:
            return_rest(current, missing, staff=staff)
        store.finish_with(current.pk, 200)
    pay_cash_out(current, staff=staff)
    current.refresh_from_db()
    return current


@transaction.atomic
def sync(settlement_id: UUID) -> None:
    """Settled for good once all of the rest is back. Safe to repeat; nothing for what is no settlement."""
    for row in lock_rows(
        DischargeSettlement.objects.filter(pk=settlement_id, state=SettlementState.RETURNING)
    ):
        back = decided_by(row.pk).filter(state=RefundState.SUCCEEDED).values_list("amount_fen", flat=True)
        if sum(back) == row.return_fen:
            SETTLEMENTS.move(row, SettlementState.SETTLED, ended_at=clock.now())
            close_work(row.admission)


def is_stuck(row: DischargeSettlement) -> bool:
    """Nothing is on its way back any more: what is missing was refused by HIS."""
    ended = (RefundState.SUCCEEDED, RefundState.CANCELLED)
    return not decided_by(row.pk).exclude(state__in=ended).exists()


@transaction.atomic
def note_refused(settlement_id: UUID) -> None:
    """HIS let a part of the rest not go back: somebody has to look. Nothing for what is no settlement."""
    rows = DischargeSettlement.objects.filter(pk=settlement_id, state=SettlementState.RETURNING)
    for row in rows.select_related("admission__hospital"):
        open_work(row.admission)
