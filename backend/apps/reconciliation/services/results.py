"""What became of a run, as its differences are settled or come back."""

import datetime as dt
from uuid import UUID

from django.db import connection

from apps.identity.models import Hospital
from apps.identity.services.working_time import working_time
from apps.reconciliation.models import Difference, ReconciliationRun
from apps.reconciliation.states import RUNS, UNSETTLED, DifferenceState, RunState
from apps.reconciliation.work import DIFFERENCE
from apps.worklist.services.items import close_item, open_item, open_items
from kernel import clock
from kernel.money import fen_to_yuan

_SUBJECT = "reconciliation.difference"
DUE = dt.time(17)


def lock_account(account_id: UUID) -> None:
    """What changes differences of an account goes one after the other: its days hang together. The first lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 5))", [str(account_id)])


def result_of(run: ReconciliationRun) -> RunState:
    """Whether anything of a run is left to settle."""
    left = Difference.objects.filter(run=run, state__in=UNSETTLED).exists()
    return RunState.WITH_DIFFERENCES if left else RunState.BALANCED


def settle_run(run: ReconciliationRun) -> None:
    """A run whose last difference is settled agrees; one of which a settlement was undone does not."""
    current = ReconciliationRun.objects.get(pk=run.pk)
    state = result_of(current)
    if current.state in (RunState.BALANCED, RunState.WITH_DIFFERENCES) and current.state != state:
        RUNS.move(current, state)


def give_to_people(run: ReconciliationRun) -> None:
    """Differences of a run that nothing but a person can settle are somebody's work."""
    rows = Difference.objects.filter(run=run, state=DifferenceState.OPEN)
    titles = {row.pk: title_of(row) for row in rows}
    if titles:
        due = _due(run.hospital)
        open_items(DIFFERENCE, hospital=run.hospital, subject_type=_SUBJECT, titles=titles, due_at=due)


def _due(hospital: Hospital) -> dt.datetime:
    """A difference is settled until the afternoon of the next working day."""
    now = clock.now()
    return working_time(hospital, now).next_day_at(now, DUE)


def title_of(row: Difference) -> str:
    """What its work item and its approval are called."""
    return f"对账差异 {row.business_date} {row.key} {fen_to_yuan(row.effect_fen)}元"


def open_work(row: Difference, *, note: str = "") -> None:
    """Somebody has to look into it."""
    open_item(
        DIFFERENCE, hospital=row.hospital, subject_type=_SUBJECT, subject_id=row.pk, title=title_of(row) + note,
        due_at=_due(row.hospital),
    )  # fmt: skip


def close_work(row: Difference, outcome: str, *, withdrawn: bool = False) -> None:
    """Nobody has to do anything about it any more."""
    close_item(DIFFERENCE, subject_id=row.pk, outcome=outcome, withdrawn=withdrawn)
