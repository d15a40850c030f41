"""A difference is asked of the counterparty before it is given to people: most explain themselves."""

from uuid import UUID

import structlog
from django.db import transaction

from apps.payments.channels.base import ChannelError
from apps.payments.services.reconciling import Looked, look_at_payment, look_at_refund
from apps.reconciliation.models import Difference, DifferenceKind, Direction
from apps.reconciliation.services.results import lock_account, open_work, settle_run
from apps.reconciliation.states import DIFFERENCES, DifferenceState
from kernel import clock, leases
from kernel.faults import fault_point
from kernel.locks import lock_one

MAX_TRIES = 3
log = structlog.get_logger(__name__)


def examine_difference(difference_id: UUID) -> None:
    """Ask about a difference that is due; what is not explained is somebody's work. Called by a worker, outside
    transactions."""
    if leases.take(Difference, difference_id) is None:
        return
    row = Difference.objects.select_related("run", "hospital").get(pk=difference_id)
    if row.state != DifferenceState.EXAMINING:
        leases.set_due(Difference, difference_id, None)
        return
    ask = look_at_payment if row.direction == Direction.IN else look_at_refund
    try:
        looked = ask(row.run.merchant_id, row.key)
    except ChannelError as error:
        log.warning("difference_not_answered", difference_id=str(difference_id), code=error.code)
        if row.tries + 1 < MAX_TRIES:
            Difference.objects.filter(pk=row.pk).update(
                tries=row.tries + 1, due_at=leases.later(row.tries + 5)
            )
            return
        looked = Looked(is_ours=row.subject_id is not None, said=error.code)
    fault_point("reconciliation.asked")
    _conclude(row, looked)


@transaction.atomic
def _conclude(row: Difference, looked: Looked) -> None:
    lock_account(row.run.merchant_id)
    current = lock_one(Difference.objects.select_related("run", "hospital"), pk=row.pk)
    if current.state != DifferenceState.EXAMINING:
        return
    recorded = current.kind == DifferenceKind.MISSING_OURS and looked.settled_fen == current.their_fen
    if recorded:
        DIFFERENCES.move(
            current, DifferenceState.DONE, due_at=None, settled_at=clock.now(), outcome="recorded_now"
        )
        settle_run(current.run)
        return
    outcome = looked.said if looked.is_ours else "not_our_number"
    DIFFERENCES.move(current, DifferenceState.OPEN, due_at=None, outcome=outcome[:64])
    open_work(current)
