"""What becomes of a request is what became of its refunds: done when all have succeeded, and not before."""

from uuid import UUID

from django.db import transaction

from apps.billing.models import RefundRequest
from apps.billing.services.checkout import SUBJECT
from apps.billing.services.settle import withdraw_refund
from apps.billing.states import REFUND_REQUESTS, RefundRequestState
from apps.payments.selectors.refunds import amounts_of, decided_by
from apps.payments.states import RefundState
from kernel import clock
from kernel.locks import lock_rows

_OVER = (RefundState.FAILED, RefundState.CANCELLED)


@transaction.atomic
def sync_request(request_id: UUID) -> None:
    """Bring a request in line with its refunds. Safe to repeat; nothing for a request that is not executing."""
    for request in lock_rows(RefundRequest.objects.filter(pk=request_id)):
        target = _target(request)
        source = RefundRequestState(request.state)
        if not REFUND_REQUESTS.allows(source, target) or request.executed_at is None:
            continue
        now = clock.now()
        ended = None if target == RefundRequestState.EXECUTING else now
        REFUND_REQUESTS.move(request, target, expect=source, ended_at=ended)


def _target(request: RefundRequest) -> RefundRequestState:
    states = list(decided_by(request.pk).values_list("state", flat=True))
    if states and all(state == RefundState.SUCCEEDED for state in states):
        return RefundRequestState.DONE
    if any(state in _OVER for state in states):
        return RefundRequestState.FAILED
    return RefundRequestState.EXECUTING


@transaction.atomic
def restore_bills(refund_id: UUID) -> None:
    """HIS would not have the refund and nothing moved: its bills are paid as before. Call it once per refund."""
    for bill_id, amount_fen in amounts_of(refund_id, SUBJECT):
        withdraw_refund(bill_id=bill_id, amount_fen=amount_fen)
