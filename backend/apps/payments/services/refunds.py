"""Deciding a refund: within what the order, its lines and its account hold, under the order's lock."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from apps.identity.models import StaffMember, WeChatAccount
from apps.payments import errors, payables
from apps.payments.drawers import drawers
from apps.payments.models import (
    PaymentOrder,
    PaymentOrderLine,
    Refund,
    RefundCause,
    RefundLine,
    RefundRoute,
)
from apps.payments.services import ledger
from apps.payments.services.ledger import Account, AccountKind, Movement
from apps.payments.services.numbers import new_refund_no
from apps.payments.services.refund_shares import Share, shares_of, way_of
from apps.payments.states import OrderState
from kernel import clock, ids, leases
from kernel.errors import REQUIRED, Expectation, InvalidValue, StateConflict
from kernel.faults import fault_point
from kernel.locks import lock_one, lock_rows
from kernel.money import fen_to_yuan

REFUND_PARTS = Expectation(
    "refund_parts", "须为该订单的明细,金额大于零", "Lines of the order with amounts above zero."
)


@dataclass(frozen=True, slots=True)
class RefundPart:
    """So much of a line."""

    line_id: UUID
    amount_fen: int


@transaction.atomic
def create_refund(
    *,
    order: PaymentOrder,
    parts: Sequence[RefundPart],
    cause: RefundCause,
    reason: str,
    route: RefundRoute,
    application: str = "",
    staff: StaffMember | None = None,
    account: WeChatAccount | None = None,
    decision_id: UUID | None = None,
) -> Refund:
    """Decide that parts of a posted order go back. The amounts are set aside at once; a worker asks the channel.

    Of several tenders the newest gives first, each by its own way: one refund for each, the first of them is returned.
    RefundExceedsPaid beyond what a line still holds; InsufficientBalance when a prepaid account has been spent;
    StateConflict unless the order is posted and its Payable lets go of it; InvalidValue for a foreign line or an amount
    below 1; NoOpenShift for cash out of the hands of a clerk who has no drawer open.
    """
    locked = lock_one(PaymentOrder.objects, pk=order.pk)
    if locked.state != OrderState.POSTED:
        raise StateConflict(current=locked.state)
    lines = {line.pk: line for line in lock_rows(PaymentOrderLine.objects.filter(order=locked))}
    amounts = _amounts(lines, parts)
    _check_rules([lines[pk] for pk in amounts], cause)
    made = []
    for share in shares_of(locked, amounts):
        way = way_of(share.attempt, route, by_clerk=staff is not None)
        _check_drawer(locked, staff, cause, way)
        refund = _create(
            locked, share, cause=cause, reason=reason, route=way, application=application or locked.application,
            decided_by=staff, account=account or locked.account, decision_id=decision_id,
        )  # fmt: skip
        _set_aside(locked, lines, share.amounts, refund)
        _post(refund, [Movement(account_of(lines[pk]), amount) for pk, amount in share.amounts.items()])
        made.append(refund)
    fault_point("refund.decided")
    return made[0]


def _check_drawer(
    order: PaymentOrder, staff: StaffMember | None, cause: RefundCause, route: RefundRoute
) -> None:
    """Cash leaves that clerk's drawer soon; what a reversal is about has left it before."""
    if route == RefundRoute.COUNTER_CASH and staff is not None and cause != RefundCause.REVERSED:
        drawers().check(hospital_id=order.hospital_id, staff_id=staff.pk)


def _check_rules(lines: Sequence[PaymentOrderLine], cause: RefundCause) -> None:
    """The last look at what the owner of each thing says; what is cancelled or handed back by us is not asked for."""
    by_type: dict[str, list[UUID]] = {}
    for line in lines:
        by_type.setdefault(line.subject_type, []).append(line.subject_id)
    for subject_type, keys in by_type.items():
        payable = payables.find(subject_type)
        for rule in payable.refund_rules(keys).values() if payable else ():
            if not {RefundCause.PATIENT: rule.in_app, RefundCause.WINDOW: rule.at_window}.get(cause, True):
                raise StateConflict(current="not_refundable")


def refund_unposted(order: PaymentOrder, *, cause: RefundCause, route: RefundRoute) -> None:
    """All of an order that could not be posted goes back. The caller holds its lock and has moved it on."""
    lines = {line.pk: line for line in lock_rows(PaymentOrderLine.objects.filter(order=order))}
    amounts = {pk: line.amount_fen for pk, line in lines.items()}
    for share in shares_of(order, amounts):
        refund = _create(
            order,
            share,
            cause=cause,
            reason=order.return_reason,
            route=way_of(share.attempt, route, by_clerk=False),
            application=order.application,
            account=order.account,
        )
        _set_aside(order, lines, share.amounts, refund)
        _post(refund, [Movement(Account(AccountKind.UNPOSTED), refund.amount_fen)])


def _post(refund: Refund, debits: list[Movement]) -> None:
    """The money is owed to the payer from now on."""
    ledger.post(
        hospital_id=refund.hospital_id,
        key=f"refund:{refund.pk}",
        kind="refund_decided",
        movements=[*debits, Movement(Account(AccountKind.REFUNDS_PAYABLE), -refund.amount_fen)],
        order_id=refund.order_id,
        refund_id=refund.pk,
    )


def account_of(line: PaymentOrderLine) -> Account:
    """The account that holds the line's money."""
    return Account(AccountKind(line.ledger_kind), line.ledger_owner)


def _create(order: PaymentOrder, share: Share, **values: object) -> Refund:
    refund = Refund(
        hospital_id=order.hospital_id,
        patient_id=order.patient_id,
        department_id=order.department_id,
        order=order,
        attempt=share.attempt,
        refund_no=new_refund_no(order.hospital_id),
        channel_refund_no=ids.uuid7().hex,
        amount_fen=sum(share.amounts.values()),
        due_at=clock.now(),
        **values,
    )
    if refund.leaves_a_drawer:
        refund.due_at = clock.now() + leases.LEASE  # handed out in this request: no worker is faster
    else:
        leases.wake(Refund, refund.pk)
    refund.save(force_insert=True)
    return refund


def _amounts(lines: dict[UUID, PaymentOrderLine], parts: Sequence[RefundPart]) -> dict[UUID, int]:
    amounts: dict[UUID, int] = {}
    for part in parts:
        line = lines.get(part.line_id)
        if line is None or part.amount_fen <= 0:
            raise InvalidValue(field="parts", expected=REFUND_PARTS)
        amounts[line.pk] = amounts.get(line.pk, 0) + part.amount_fen
        left = line.amount_fen - line.refunded_fen
        if amounts[line.pk] > left:
            raise errors.RefundExceedsPaid(left_yuan=fen_to_yuan(left), left_fen=left)
    if not amounts:
        raise InvalidValue(field="parts", expected=REQUIRED)
    return amounts


def _set_aside(
    order: PaymentOrder, lines: dict[UUID, PaymentOrderLine], amounts: dict[UUID, int], refund: Refund
) -> None:
    """The row locks make the sums true; the CHECK constraints are the last line."""
    now = clock.now()
    for pk, amount in amounts.items():
        line = lines[pk]
        line.refunded_fen += amount
        PaymentOrderLine.objects.filter(pk=pk).update(refunded_fen=line.refunded_fen, updated_at=now)
    order.refunded_fen += refund.amount_fen
    PaymentOrder.objects.filter(pk=order.pk).update(
        refunded_fen=order.refunded_fen, version=order.version + 1, updated_at=now
    )
    order.version += 1
    RefundLine.objects.bulk_create(
        RefundLine(refund=refund, line_id=pk, amount_fen=amount) for pk, amount in amounts.items()
    )
