"""The clerk executes a request: the last look at every condition, then the money moves."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from apps.billing import errors
from apps.billing.models import RefundRequest
from apps.billing.services.card_refund import move_card_money, within_balance
from apps.billing.services.refund_allowance import Allowance, ask_his, bills_in
from apps.billing.services.refund_bills import move_bills
from apps.billing.services.refund_progress import sync_request
from apps.billing.services.refund_rules import check_cancelled, not_reprinted
from apps.billing.services.refund_work import close_execution
from apps.billing.states import REFUND_REQUESTS, RefundRequestState
from apps.identity.models import StaffMember
from apps.identity.selectors import records_of_persons
from apps.payments.selectors.refunds import decided_by
from apps.payments.services.advance_refund import hand_out
from apps.payments.types import RefundCause, RefundRoute
from kernel import clock
from kernel.errors import StateConflict
from kernel.idempotency import store
from kernel.locks import lock_one

_READY = (RefundRequestState.REQUESTED, RefundRequestState.APPROVED)


def execute(request: RefundRequest, *, staff: StaffMember) -> RefundRequest:
    """Give the money back: by the way it came, or in cash out of this clerk's hands. Not inside a transaction.

    RefundNeedsApproval, ExecutorIsRequester, InvoiceReprintRequired, StateConflict (executed already, rejected),
    RefundExceedsBill or the caps of the card, ServiceUnavailable, HisRefusedRefund, NoOpenShift (for cash).
    Nothing has moved then. Cash has gone back on return; anything else is executing until the channel has confirmed it.
    """
    if request.state not in _READY:
        raise StateConflict(current=request.state)
    _check_conditions(request, staff)
    if request.order is not None:
        bills = bills_in(request.order, list(request.lines.values_list("bill_id", flat=True)))
        check_cancelled(list(bills.values()))
        _move(request.pk, staff, ask_his(request.order, bills))
    elif request.card is not None:
        with within_balance(request.card, None):
            _move(request.pk, staff, {})
    _pay_cash_out(request.pk)
    request.refresh_from_db()
    return request


def _check_conditions(request: RefundRequest, staff: StaffMember) -> None:
    if request.state != RefundRequestState.APPROVED:
        if request.needs_approval:
            raise errors.RefundNeedsApproval
        if request.requested_by_id in records_of_persons([staff.pk]):
            raise errors.ExecutorIsRequester
    missing = not_reprinted(request)
    if missing:
        raise errors.InvoiceReprintRequired(bill_ids=[str(key) for key in missing])


@transaction.atomic
def _move(request_id: UUID, staff: StaffMember, allowances: Mapping[UUID, Allowance]) -> None:
    """Everything again under the lock of the request; the money moves once however often it is executed."""
    request = lock_one(RefundRequest.objects.select_related("hospital", "card__hospital"), pk=request_id)
    if request.state not in _READY:
        raise StateConflict(current=request.state)
    _check_conditions(request, staff)
    now = clock.now()
    REFUND_REQUESTS.move(request, RefundRequestState.EXECUTING, executed_by=staff, executed_at=now)
    close_execution(request, staff=staff)
    if request.card is not None:
        move_card_money(request, request.card, cause=RefundCause.WINDOW, application=None, staff=staff)
    else:
        move_bills(request, cause=RefundCause.WINDOW, route=None, allowances=allowances, staff=staff)
    store.finish_with(request.pk, 200)


def _pay_cash_out(request_id: UUID) -> None:
    """Cash goes back at once; should HIS not answer, it stays in the drawer, and waits for the window once HIS has."""
    cash = decided_by(request_id).filter(route=RefundRoute.COUNTER_CASH)
    for refund_id in cash.values_list("pk", flat=True):
        hand_out(refund_id)
    sync_request(request_id)
