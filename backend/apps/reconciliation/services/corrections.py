"""A corrected bill of a day counts instead of the one before; what people did about its differences stays."""

from django.db import transaction
from django.db.models import Max

from apps.payments.services.reconciling_his import TOLD_AGAIN, WITHDRAWN
from apps.reconciliation.models import Difference, ReconciliationRun
from apps.reconciliation.services.match import NoResult, compare, match
from apps.reconciliation.services.results import (
    close_work,
    give_to_people,
    lock_account,
    open_work,
    settle_run,
)
from apps.reconciliation.services.settle import CORRECTED_BILL
from apps.reconciliation.services.staging import Bill
from apps.reconciliation.states import DIFFERENCES, RESULTS, RUNS, DifferenceState, RunState
from kernel import clock, leases
from kernel.locks import lock_one, lock_rows

#: `outcome` of what was set right at the counterparty.
MENDED = (TOLD_AGAIN, WITHDRAWN)
_STANDS = (DifferenceState.DONE, DifferenceState.CROSS_DAY)
#: So often another bill of the same day may come first.
MAX_ROUNDS = 5


def count_bill(run: ReconciliationRun, bill: Bill, *, over_a_result: bool = True) -> ReconciliationRun | None:
    """The run of the day, matched with this bill whatever came in meanwhile. NoResult leaves everything as it was.

    None where another bill has a result, and this one may not count instead. Twice is once.
    """
    for _ in range(MAX_ROUNDS):
        bill.lines.seek(0)
        if run.state in RESULTS and run.content_sha256 == bill.sha256:
            return run
        if run.state in RESULTS and not over_a_result:
            try_out(run, bill)
            return None
        counted = supersede(run, bill) if run.state in RESULTS else _first(run, bill)
        if counted.state in RESULTS and counted.content_sha256 == bill.sha256:
            return counted
        run = counting_of(run)
    raise NoResult("unbalanced", "others came first")


@transaction.atomic
def try_out(run: ReconciliationRun, bill: Bill) -> None:
    """Whether the bill could count instead, before anybody is asked to agree: NoResult. Nothing of it stays."""
    supersede(run, bill)
    transaction.set_rollback(True)


@transaction.atomic
def _first(run: ReconciliationRun, bill: Bill) -> ReconciliationRun:
    """A run that failed takes it, too."""
    lock_account(run.account_id)
    current = lock_one(ReconciliationRun.objects, pk=run.pk)
    if current.state == RunState.FAILED:
        RUNS.move(current, RunState.WAITING_BILL, tries=0, due_at=None)
    return match(current, bill)


def counting_of(run: ReconciliationRun) -> ReconciliationRun:
    """The one of its day that counts now."""
    rows = ReconciliationRun.objects.exclude(state=RunState.SUPERSEDED).select_related("hospital", "merchant")
    return rows.get(
        hospital_id=run.hospital_id, counterparty=run.counterparty, account_id=run.account_id,
        business_date=run.business_date,
    )  # fmt: skip


@transaction.atomic
def supersede(run: ReconciliationRun, bill: Bill) -> ReconciliationRun:
    """Match another bill of the run's day; the run before counts no more. NoResult leaves everything as it was.

    A difference that the new bill has, too, keeps its history: it moves over. One that it has no more is withdrawn,
    unless people settled it: then undoing that is work for them.
    """
    lock_account(run.account_id)
    old = lock_one(ReconciliationRun.objects, pk=run.pk)
    if old.state not in RESULTS:  # another worker was here
        return old
    rows = ReconciliationRun.objects.filter(
        hospital_id=old.hospital_id, counterparty=old.counterparty, account_id=old.account_id,
        business_date=old.business_date,
    )  # fmt: skip
    RUNS.move(old, RunState.SUPERSEDED, due_at=None)
    made = ReconciliationRun.objects.create(
        hospital_id=old.hospital_id, counterparty=old.counterparty, account_id=old.account_id,
        account_name=old.account_name, merchant_id=old.merchant_id, channel=old.channel,
        business_date=old.business_date, attempt=int(rows.aggregate(last=Max("attempt"))["last"]) + 1,
    )  # fmt: skip
    made = compare(made, bill)
    _carry_over(old, made)
    give_to_people(made)
    settle_run(made)
    made.refresh_from_db()
    return made


def _carry_over(old: ReconciliationRun, new: ReconciliationRun) -> None:
    found = {_key(row): row for row in Difference.objects.filter(run=new)}
    for row in lock_rows(Difference.objects.select_related("hospital").filter(run=old)):
        twin = found.get(_key(row))
        if twin is not None and row.outcome in MENDED:
            continue  # their side was set right, and still says otherwise
        if twin is not None and twin.state != DifferenceState.CROSS_DAY:
            twin.delete()
            Difference.objects.filter(pk=row.pk).update(run=new)
        elif row.state not in _STANDS and row.state != DifferenceState.WITHDRAWN:
            DIFFERENCES.move(row, DifferenceState.WITHDRAWN, due_at=None, outcome=CORRECTED_BILL)
            close_work(row, "更正后的对账单已无此差异", withdrawn=True)
        elif row.state == DifferenceState.CROSS_DAY:
            _part(row)
        elif row.state == DifferenceState.DONE and row.action and row.outcome not in MENDED:
            open_work(row, note=" 更正后的对账单已无,请撤销处理")


def _key(row: Difference) -> tuple[object, ...]:
    """What makes two differences the same: totals and fees say in `theirs` what they are about."""
    said = (row.theirs.get("stated_fen"), row.theirs.get("counted_fen"))
    return row.kind, row.direction, row.key, row.our_fen, row.their_fen, *said


def _part(row: Difference) -> None:
    """The corrected bill has both sides, or neither: what it was joined with on another day is alone again."""
    beside = Difference.objects.select_related("run").filter(
        pk__in=row.linked_ids, state=DifferenceState.CROSS_DAY, linked_ids=[row.pk]
    )
    for other in lock_rows(beside):
        DIFFERENCES.move(
            other,
            DifferenceState.EXAMINING,
            settled_at=None,
            due_at=clock.now(),
            tries=0,
            outcome="",
            linked_ids=[],
        )
        leases.wake(Difference, other.pk)
        settle_run(other.run)
