"""退费申请 at the window: asked for by a clerk, decided by the doctor. Nothing moves before it is executed."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from apps.billing import errors
from apps.billing.models import RefundRequest, RefundRequestLine
from apps.billing.services.card_refund import caps_of, topped_up
from apps.billing.services.refund_allowance import allowed_of, ask_his, bills_in
from apps.billing.services.refund_approval import approval_of, ask_doctor
from apps.billing.services.refund_bills import check_allowed, scope_of, write_lines
from apps.billing.services.refund_rules import check_cancelled, needs_reprint, rules_of
from apps.billing.services.refund_work import open_execution
from apps.billing.states import RefundRequestState
from apps.identity.models import StaffMember
from apps.patients.models import PatientCard
from apps.payments.selectors.orders import of_hospitals
from apps.payments.states import OrderState
from apps.payments.types import PaymentOrder
from apps.worklist.services import approval_decisions
from kernel.errors import REQUIRED, InvalidValue, StateConflict
from kernel.idempotency import store
from kernel.locks import lock_one, lock_rows

#: The application that the window is; it gives back what was paid through any.
WINDOW = "window"
#: Asked for, and not yet on its way.
OPEN = (RefundRequestState.REQUESTED, RefundRequestState.APPROVED)


def quote_bills(order: PaymentOrder) -> dict[UUID, int]:
    """How much of each bill of a posted order may go back, as HIS says. Not inside a transaction.

    StateConflict, ServiceUnavailable, HisRefusedRefund.
    """
    if order.state != OrderState.POSTED:
        raise StateConflict(current=order.state)
    return allowed_of(order, ask_his(order, bills_in(order)))


def request_bills(
    *, order: PaymentOrder, amounts: Mapping[UUID, int | None], reason: str, staff: StaffMember
) -> RefundRequest:
    """Ask for a refund of bills of one order: bill → fen, None for all that may go back. Not inside a transaction.

    What an open request asks for is not asked for again (RefundRequested), nor is it part of `all`. NotFound,
    StateConflict (not posted), NothingRefundable, RefundExceedsBill, RefundOfSeveralDoctors, ServiceUnavailable,
    HisRefusedRefund.
    """
    bills, allowed = bills_in(order, list(amounts)), quote_bills(order)
    if not bills:
        raise InvalidValue(field="bill_ids", expected=REQUIRED)
    check_cancelled(list(bills.values()))
    empty = [str(key) for key in amounts if not allowed[key]]
    if empty:
        raise errors.NothingRefundable(bill_ids=empty)
    check_allowed({key: amount or 0 for key, amount in amounts.items()}, allowed)
    rules = rules_of(list(bills.values()))
    decided = [bill for key, bill in bills.items() if rules[key].needs_doctor]
    if len({bill.practitioner_id for bill in decided}) > 1:
        raise errors.RefundOfSeveralDoctors
    with transaction.atomic():
        wanted = not_yet_asked(order, amounts, allowed)
        request = RefundRequest(
            hospital=order.hospital, patient_id=order.patient_id, order=order, application=WINDOW, requested_by=staff,
            amount_fen=sum(wanted.values()),
            reason=reason,
            needs_approval=bool(decided),
            needs_reprint=any(needs_reprint(order.hospital, bill) for bill in bills.values()),
            state=RefundRequestState.REQUESTED,
            **scope_of(decided or bills.values()),
        )  # fmt: skip
        request.approval = ask_doctor(request) if decided else None
        request.save(force_insert=True)
        write_lines(request, wanted)
        if not decided:
            open_execution(request)
        store.finish_with(request.pk)
    return request


def not_yet_asked(
    order: PaymentOrder, amounts: Mapping[UUID, int | None], allowed: Mapping[UUID, int]
) -> dict[UUID, int]:
    """What is asked for of each bill, beside what open requests ask for; two that ask at once see each other."""
    lock_one(of_hospitals(), pk=order.pk)
    lines = RefundRequestLine.objects.filter(bill_id__in=list(amounts), request__state__in=OPEN)
    wanted = {}
    for key, amount in amounts.items():
        asked = [line for line in lines if line.bill_id == key]
        left = allowed[key] - sum(line.amount_fen for line in asked)
        if asked and left < (amount or 1):
            ids = [str(line.request_id) for line in asked]
            raise errors.RefundRequested(request_ids=ids, allowed_fen=max(left, 0))
        wanted[key] = left if amount is None else amount
    return wanted


def request_card(*, card: PatientCard, amount_fen: int, reason: str, staff: StaffMember) -> RefundRequest:
    """Ask for a card's balance; another person executes it. RefundRequested; errors as CardCaps.check."""
    with transaction.atomic():
        lock_rows(topped_up(card, None))  # two that ask at once see each other
        caps = caps_of(card, None)
        caps.check(amount_fen)
        waiting = RefundRequest.objects.filter(card=card, state__in=OPEN)
        asked = dict(waiting.values_list("pk", "amount_fen"))
        left = caps.maximum_fen - sum(asked.values())
        if amount_fen > left:
            raise errors.RefundRequested(
                field="amount_fen", request_ids=[str(pk) for pk in asked], allowed_fen=max(left, 0)
            )
        request = RefundRequest.objects.create(
            hospital_id=card.hospital_id,
            patient_id=card.patient_id,
            card=card,
            application=WINDOW,
            requested_by=staff,
            amount_fen=amount_fen,
            reason=reason,
            state=RefundRequestState.REQUESTED,
        )
        open_execution(request)
        store.finish_with(request.pk)
    return request


@transaction.atomic
def approve(request: RefundRequest, *, by: StaffMember, note: str = "") -> RefundRequest:
    """The doctor, or who decides for the department, lets the money go back. ApproverIsRequester, StateConflict."""
    approval = approval_of(request)
    approval_decisions.approve(approval, by=by, version=approval.version, reason=note)
    request.refresh_from_db()
    return request


@transaction.atomic
def reject(request: RefundRequest, *, by: StaffMember, note: str) -> RefundRequest:
    """The money stays; `note` says why. ApproverIsRequester, StateConflict."""
    approval = approval_of(request)
    approval_decisions.reject(approval, by=by, version=approval.version, reason=note)
    request.refresh_from_db()
    return request
