"""A difference is asked of the counterparty before it is given to people: most explain themselves."""

from uuid import UUID

import structlog
from django.db import transaction

from apps.payments.channels.base import ChannelError
from apps.payments.services.reconciling import Looked
from apps.reconciliation.counterparties.registry import counterparty_of
from apps.reconciliation.errors import UNFORESEEN
from apps.reconciliation.models import Difference, DifferenceKind, ReconciliationRun
from apps.reconciliation.services.results import lock_account, open_work, settle_run
from apps.reconciliation.states import DIFFERENCES, RESULTS, DifferenceState
from kernel import clock, leases
from kernel.faults import fault_point
from kernel.locks import lock_one

MAX_TRIES = 3
#: `outcome` of a row that was matched with our movement in another day's bill already: it stands there twice.
ON_ANOTHER_DAY = "matched_on_another_day"
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
    try:
        looked = counterparty_of(row.run).examine(row)
    except ChannelError as error:
        log.warning("difference_not_answered", difference_id=str(difference_id), code=error.code)
        if _tried_again(row):
            return
        looked = Looked(is_ours=row.subject_id is not None, said=error.code)
    except Exception:  # what nobody thought of is people's work, too
        log.exception("difference_not_examined", difference_id=str(difference_id))
        if _tried_again(row):
            return
        looked = Looked(is_ours=row.subject_id is not None, said=UNFORESEEN)
    fault_point("reconciliation.asked")
    _conclude(row, looked)


def _tried_again(row: Difference) -> bool:
    """Whether it is asked about once more, some time later."""
    if row.tries + 1 >= MAX_TRIES:
        return False
    Difference.objects.filter(pk=row.pk).update(tries=row.tries + 1, due_at=leases.later(row.tries + 5))
    return True


@transaction.atomic
def _conclude(row: Difference, looked: Looked) -> None:
    lock_account(row.run.account_id)
    current = lock_one(Difference.objects.select_related("run", "hospital"), pk=row.pk)
    if current.state != DifferenceState.EXAMINING:
        return
    recorded = current.kind == DifferenceKind.MISSING_OURS and looked.settled_fen == current.their_fen
    twice = recorded and _is_matched_elsewhere(current, looked)
    if looked.is_mended or (recorded and not twice):
        outcome = looked.said if looked.is_mended else "recorded_now"
        DIFFERENCES.move(
            current, DifferenceState.DONE, due_at=None, settled_at=clock.now(), outcome=outcome[:64]
        )
        settle_run(current.run)
        return
    outcome = ON_ANOTHER_DAY if twice else looked.said if looked.is_ours else "not_our_number"
    DIFFERENCES.move(
        current,
        DifferenceState.OPEN,
        due_at=None,
        outcome=outcome[:64],
        action="",
        proposed_by=None,
        approval=None,
    )
    open_work(current)


def _is_matched_elsewhere(row: Difference, looked: Looked) -> bool:
    """Whether the run of our movement's own day had it, and so did their bill of that day."""
    if looked.at is None:
        return False
    runs = ReconciliationRun.objects.filter(
        hospital_id=row.hospital_id, counterparty=row.counterparty, account_id=row.run.account_id, state__in=RESULTS,
        starts_at__lte=looked.at, ends_at__gt=looked.at,
    )  # fmt: skip
    own = runs.exclude(pk=row.run_id).first()
    if own is None or (looked.known_at and own.matched_at and looked.known_at > own.matched_at):
        return False
    lonely = Difference.objects.filter(run=own, direction=row.direction, key=row.key)
    return not lonely.filter(kind=DifferenceKind.MISSING_THEIRS).exists()
