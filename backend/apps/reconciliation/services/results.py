"""What became of a run, as its differences are settled or come back."""

from apps.reconciliation.models import Difference, ReconciliationRun
from apps.reconciliation.states import RUNS, UNSETTLED, DifferenceState, RunState
from apps.reconciliation.work import DIFFERENCE
from apps.worklist.services.items import close_item, open_item
from kernel.money import fen_to_yuan


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
    for row in Difference.objects.select_related("hospital").filter(run=run, state=DifferenceState.OPEN):
        open_work(row)


def open_work(row: Difference) -> None:
    """Somebody has to look into it."""
    title = f"对账差异 {row.business_date} {row.key} {fen_to_yuan(row.effect_fen)}元"
    open_item(
        DIFFERENCE,
        hospital=row.hospital,
        subject_type="reconciliation.difference",
        subject_id=row.pk,
        title=title,
    )


def close_work(row: Difference, outcome: str, *, withdrawn: bool = False) -> None:
    """Nobody has to do anything about it any more."""
    close_item(DIFFERENCE, subject_id=row.pk, outcome=outcome, withdrawn=withdrawn)
