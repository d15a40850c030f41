"""The money of bills goes back: the bills are marked and the refunds decided, all or nothing."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import transaction

from apps.billing import errors
from apps.billing.models import Bill, RefundRequest, RefundRequestLine
from apps.billing.services.refund_allowance import Allowance, allowed_of, bills_in, lines_of
from apps.billing.services.refund_rules import refund_route, route_of_bill
from apps.billing.services.settle import mark_refunded
from apps.billing.states import RefundRequestState
from apps.identity.models import StaffMember, WeChatAccount
from apps.payments.selectors.orders import of_hospitals
from apps.payments.services.refunds import RefundPart, create_refund
from apps.payments.types import PaymentOrder, RefundCause, RefundRoute
from kernel import clock
from kernel.errors import InvalidValue
from kernel.expectations import POSITIVE
from kernel.locks import lock_one


@transaction.atomic
def refund_bills(
    *,
    order: PaymentOrder,
    bill_amounts: Mapping[UUID, int],
    cause: RefundCause,
    reason: str,
    application: str,
    route: RefundRoute | None = None,
    staff: StaffMember | None = None,
    account: WeChatAccount | None = None,
    allowances: Mapping[UUID, Allowance] | None = None,
) -> RefundRequest:
    """Give back parts of bills that `order` has paid, without anybody's approval; the request is executing then.

    For the patient's own refunds and for workflows that have cancelled what was paid for. `bill_amounts`: bill → fen.
    `route` None: as the hospital's settings want it for each bill. `allowances`: what HIS said (refund_allowance);
    without them our own tables alone bound the amounts. RefundExceedsBill, StateConflict (not posted, not paid),
    NotFound (a bill that the order did not pay), InvalidValue (nothing, or an amount below 1).
    """
    if not bill_amounts or min(bill_amounts.values()) <= 0:
        raise InvalidValue(field="bill_ids", expected=POSITIVE)
    bills = bills_in(order, list(bill_amounts))
    request = RefundRequest.objects.create(
        hospital_id=order.hospital_id,
        patient_id=order.patient_id,
        order=order,
        application=application,
        account=account,
        requested_by=staff,
        amount_fen=sum(bill_amounts.values()),
        reason=reason,
        state=RefundRequestState.EXECUTING,
        executed_by=staff,
        executed_at=clock.now(),
        **scope_of(bills.values()),
    )
    write_lines(request, bill_amounts)
    move_bills(request, cause=cause, route=route, allowances=allowances, staff=staff)
    return request


def scope_of(bills: Iterable[Bill]) -> dict[str, UUID | None]:
    """Department and practitioner of a request about these bills: those of the first that has a practitioner."""
    rows = list(bills)
    named = next((bill for bill in rows if bill.practitioner_id), rows[0])
    return {"department_id": named.department_id, "practitioner_id": named.practitioner_id}


def write_lines(request: RefundRequest, amounts: Mapping[UUID, int]) -> None:
    """What is asked for, bill by bill."""
    RefundRequestLine.objects.bulk_create(
        RefundRequestLine(request=request, bill_id=key, amount_fen=amounts[key]) for key in sorted(amounts)
    )


def move_bills(
    request: RefundRequest,
    *,
    cause: RefundCause,
    route: RefundRoute | None,
    allowances: Mapping[UUID, Allowance] | None,
    staff: StaffMember | None,
) -> None:
    """Mark the bills of a request and decide their refunds, one for each way; within the caller's transaction.

    Locks: the order, its bills in key order, its lines, accounts; like paying them. Errors as `refund_bills`.
    """
    order = lock_one(of_hospitals(), pk=request.order_id)
    amounts: dict[UUID, int] = dict(request.lines.order_by("bill_id").values_list("bill_id", "amount_fen"))
    if allowances is not None:
        check_allowed(amounts, allowed_of(order, allowances))
    bills, lines = bills_in(order, list(amounts)), lines_of(order, list(amounts))
    parts: dict[RefundRoute, list[RefundPart]] = {}
    for key, amount in amounts.items():
        mark_refunded(bill_id=key, amount_fen=amount)
        way = refund_route(order, route or route_of_bill(order.hospital, bills[key]))
        parts.setdefault(way, []).append(RefundPart(lines[key].pk, amount))
    for way in sorted(parts):
        create_refund(
            order=order,
            parts=parts[way],
            cause=cause,
            reason=request.reason,
            route=way,
            application=request.application,
            staff=staff,
            account=request.account,
            decision_id=request.pk,
        )


def check_allowed(amounts: Mapping[UUID, int], allowed: Mapping[UUID, int]) -> None:
    """RefundExceedsBill for the first bill of which more is asked for than may go back."""
    for key, amount in amounts.items():
        if amount > allowed[key]:
            raise errors.RefundExceedsBill(bill_id=str(key), refundable_fen=allowed[key])
