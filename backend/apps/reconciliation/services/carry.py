"""From day to day: what only one side had yesterday is looked for in today's bill before it is a difference."""

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from apps.reconciliation.counterparties.registry import counterparty_of
from apps.reconciliation.models import Difference, DifferenceKind, ReconciliationRun
from apps.reconciliation.services.results import close_work, lock_account, settle_run
from apps.reconciliation.states import DIFFERENCES, DifferenceState, RunState
from kernel import clock, leases
from kernel.locks import lock_rows

_OTHER = {
    DifferenceKind.MISSING_OURS: DifferenceKind.MISSING_THEIRS,
    DifferenceKind.MISSING_THEIRS: DifferenceKind.MISSING_OURS,
}
#: States in which a row of one side may still find its other.
_LONELY = (DifferenceState.PENDING, DifferenceState.EXAMINING, DifferenceState.OPEN)


def join_pending(run: ReconciliationRun) -> None:
    """One-sided rows of this run that are the other side of one-sided rows of other days: neither is a difference.

    Only where both count the same to the fen; others stay what they are.
    """
    mine = Difference.objects.filter(run=run, kind__in=_OTHER, state=DifferenceState.PENDING)
    by_key = {(row.kind, row.direction, row.key): row for row in mine}
    if not by_key:
        return
    others = (
        Difference.objects.filter(
            run__hospital_id=run.hospital_id,
            run__account_id=run.account_id,
            counterparty=run.counterparty,
            key__in=[key for _, _, key in by_key],
            kind__in=_OTHER,
            state__in=_LONELY,
        )
        .exclude(run=run)
        .exclude(run__state=RunState.SUPERSEDED)
    )
    for other in lock_rows(others):
        row = by_key.get((_OTHER[DifferenceKind(other.kind)], other.direction, other.key))
        if row is not None and row.our_fen + row.their_fen == other.our_fen + other.their_fen:
            _join(row, other)


def _join(row: Difference, other: Difference) -> None:
    _across(row, other)
    _across(other, row)
    close_work(other, "次日对上")
    settle_run(other.run)


def _across(row: Difference, beside: Difference) -> None:
    DIFFERENCES.move(
        row, DifferenceState.CROSS_DAY, settled_at=clock.now(), due_at=None, outcome="cross_day",
        linked_ids=[beside.pk],
    )  # fmt: skip


#: Days after which bills that should have come are no more waited for.
MAX_WAIT_DAYS = 3


def examine_forgotten(today: dt.date) -> int:
    """What waits for a bill that does not come, as of an account that is used no more, is asked of the counterparty."""
    asked = 0
    waiting = Difference.objects.filter(state=DifferenceState.PENDING).exclude(carried_until__gte=today)
    runs = ReconciliationRun.objects.filter(pk__in=waiting.values("run_id")).select_related("hospital")
    accounts = {(run.account_id, run.counterparty): run for run in runs}
    for account_id, kind in sorted(accounts):
        run = accounts[account_id, kind]
        last = today - dt.timedelta(days=counterparty_of(run).pending_days(run.hospital) + MAX_WAIT_DAYS)
        with transaction.atomic():
            lock_account(account_id)
            rows = waiting.filter(run__account_id=account_id, counterparty=kind, business_date__lt=last)
            asked += _examine(rows)
    return asked


def examine_due(run: ReconciliationRun) -> None:
    """What has waited for its days, and was in no bill of them, is asked of the counterparty."""
    days = dt.timedelta(days=counterparty_of(run).pending_days(run.hospital))
    rows = Difference.objects.filter(
        run__hospital_id=run.hospital_id,
        run__account_id=run.account_id,
        counterparty=run.counterparty,
        state=DifferenceState.PENDING,
        business_date__lte=run.business_date - days,
    ).exclude(carried_until__gt=run.business_date)
    _examine(rows)


def _examine(rows: QuerySet[Difference]) -> int:
    locked = lock_rows(rows)
    for row in locked:
        DIFFERENCES.move(row, DifferenceState.EXAMINING, due_at=clock.now())
        leases.wake(Difference, row.pk)
    return len(locked)
