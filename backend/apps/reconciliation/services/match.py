"""对账 itself: both sides staged, compared by number, and proven: what is found explains what the sums differ by."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Sum

from apps.reconciliation.counterparties.registry import counterparty_of
from apps.reconciliation.models import Difference, DifferenceKind, Direction, ReconciliationRun
from apps.reconciliation.services import carry, staging
from apps.reconciliation.services.results import give_to_people, lock_account, result_of
from apps.reconciliation.services.staging import Bill, Sums, Surplus, Unequal
from apps.reconciliation.settings import FEE_TOLERANCE_FEN
from apps.reconciliation.states import RUNS, DifferenceState, RunState
from kernel import clock
from kernel.faults import fault_point
from kernel.locks import lock_one

_BATCH = 1_000
#: Of a day with so many of ours, at least one has to be in their bill.
LONG = 10


class NoResult(Exception):
    """The run has failed; `code` says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


@transaction.atomic
def match(run: ReconciliationRun, bill: Bill) -> ReconciliationRun:
    """Compare, and give people what needs them. NoResult undoes everything; two at once are one."""
    lock_account(run.account_id)
    matched = compare(run, bill)
    give_to_people(matched)
    fault_point("reconciliation.finished")
    return matched


def compare(run: ReconciliationRun, bill: Bill) -> ReconciliationRun:
    """Compare a bill with our own movements of its day; inside a transaction. NoResult, and nothing of it counts."""
    locked = lock_one(ReconciliationRun.objects.select_related("hospital"), pk=run.pk)
    if locked.state != RunState.WAITING_BILL:
        return locked
    locked.starts_at, locked.ends_at = (
        bill.starts_at or _midnight(locked, 0),
        bill.ends_at or _midnight(locked, 1),
    )
    staging.stage(locked, bill)
    ours, theirs, fees = staging.our_sums(), staging.their_sums(), staging.fees()
    _require_own_bill(locked, theirs.lines, ours.lines, is_of_its_window=bill.is_of_its_window)
    found = [*_of_totals(locked, bill), *_of_fees(locked, bill, fees, theirs.lines), *_differences(locked)]
    _write(found)
    fault_point("reconciliation.written")
    _prove(locked, ours, theirs)
    carry.join_pending(locked)
    carry.examine_due(locked)
    _finish(locked, bill, ours, theirs, fees)
    return locked


def _midnight(run: ReconciliationRun, days: int) -> dt.datetime:
    return clock.local(run.business_date + dt.timedelta(days=days), dt.time())


def _require_own_bill(run: ReconciliationRun, lines: int, our_lines: int, *, is_of_its_window: bool) -> None:
    """A bill of another merchant or day is no bill of this run: nothing of it is believed."""
    if lines and staging.foreign() == lines:
        raise NoResult("foreign_bill")
    if lines and staging.outside(run, days=0 if is_of_its_window else 1) * 2 > lines:
        raise NoResult("wrong_day")
    if our_lines < LONG:
        return
    if not lines:
        raise NoResult("empty_bill")
    if counterparty_of(run).has_our_numbers and not staging.is_known():
        raise NoResult("foreign_bill")


def _differences(run: ReconciliationRun) -> Iterable[Difference]:
    limit = counterparty_of(run).max_differences
    if staging.count_surplus() > limit:
        raise NoResult("too_many_differences")
    surplus = staging.split_surplus()
    unequal = staging.unequal(limit + 1)
    if len(unequal) + len(surplus) > limit:
        raise NoResult("too_many_differences")
    copies: dict[tuple[str, str], int] = {}
    for copy in surplus:
        number = copies[copy.direction, copy.key] = copies.get((copy.direction, copy.key), 1) + 1
        yield _of_surplus(run, copy, number)
    for row in unequal:
        yield _of_unequal(run, row)


def _of_unequal(run: ReconciliationRun, row: Unequal) -> Difference:
    kind = _kind(row)
    waits = kind in (DifferenceKind.MISSING_OURS, DifferenceKind.MISSING_THEIRS)
    return _difference(
        run, row.direction, row.key, row.reference, kind, their_fen=row.their_fen, our_fen=row.our_fen,
        state=DifferenceState.PENDING if waits else DifferenceState.OPEN,
        theirs=_shown(row.line, row.their_at, row.their_state, row.fee_fen),
        ours=_shown(None, row.our_at, row.our_state),
        subject_id=row.subject_id, order_id=row.order_id,
    )  # fmt: skip


def _kind(row: Unequal) -> DifferenceKind:
    if row.is_foreign:
        return DifferenceKind.FOREIGN
    if row.line is None:
        return DifferenceKind.MISSING_THEIRS
    if row.subject_id is None:
        return DifferenceKind.MISSING_OURS
    if "failed" in (row.their_state, row.our_state):
        late = row.direction == Direction.OUT and row.our_state == "failed"
        return DifferenceKind.LATE_REFUND if late else DifferenceKind.STATE
    return DifferenceKind.AMOUNT


def _of_surplus(run: ReconciliationRun, row: Surplus, number: int) -> Difference:
    key = f"{row.key}#{number}"[-64:]  # each further copy is a difference of its own
    return _difference(
        run, row.direction, key, row.reference, DifferenceKind.DUPLICATE, their_fen=row.their_fen, our_fen=0,
        state=DifferenceState.OPEN, theirs=_shown(row.line, row.their_at, row.their_state, row.fee_fen), ours={},
    )  # fmt: skip


def _of_totals(run: ReconciliationRun, bill: Bill) -> Iterable[Difference]:
    """What the bill says of itself, where its lines say otherwise; no money of ours."""
    listed = staging.listed_sums(with_failed=bill.states_failed)
    stated = (
        (Direction.IN, bill.stated_in_fen, listed.in_fen),
        (Direction.OUT, bill.stated_out_fen, listed.out_fen),
    )
    for direction, said, counted in stated:
        if said is not None and said != counted:
            found = _difference(
                run, direction, "totals", "", DifferenceKind.TOTALS, their_fen=0, our_fen=0, state=DifferenceState.OPEN,
                theirs={"stated_fen": said, "counted_fen": counted}, ours={},
            )  # fmt: skip
            yield found


def _of_fees(run: ReconciliationRun, bill: Bill, counted: int, lines: int) -> Iterable[Difference]:
    """What they say they charged, where their lines say otherwise: each line is rounded to the fen."""
    said = bill.stated_fees_fen
    if said is not None and abs(said - counted) > lines * FEE_TOLERANCE_FEN.of(run.hospital):
        yield _difference(
            run, Direction.OUT, "fees", "", DifferenceKind.FEE, their_fen=0, our_fen=0, state=DifferenceState.OPEN,
            theirs={"stated_fen": said, "counted_fen": counted}, ours={},
        )  # fmt: skip


def _difference(
    run: ReconciliationRun,
    direction: str,
    key: str,
    reference: str | None,
    kind: DifferenceKind,
    **values: Any,
) -> Difference:
    more = values["their_fen"] - values["our_fen"]
    return Difference(
        hospital_id=run.hospital_id, run=run, counterparty=run.counterparty, business_date=run.business_date,
        channel=run.channel, kind=kind, direction=direction, key=key, reference=reference or "",
        effect_fen=more if direction == Direction.IN else -more, **values,
    )  # fmt: skip


def _shown(
    line: int | None, at: dt.datetime | None, state: str | None, fee_fen: int | None = None
) -> dict[str, Any]:
    cells = {
        "line": line,
        "at": at.astimezone(clock.LOCAL).isoformat() if at else None,
        "state": state,
        "fee_fen": fee_fen,
    }
    return {name: value for name, value in cells.items() if value is not None}


def _write(found: Sequence[Difference]) -> None:
    Difference.objects.bulk_create(found, batch_size=_BATCH)


def _prove(run: ReconciliationRun, ours: Sums, theirs: Sums) -> None:
    """NoResult unless the differences as written explain to the fen what the sums differ by, in and out."""
    rows = Difference.objects.filter(run=run)
    for direction, their_fen, our_fen in (
        (Direction.IN, theirs.in_fen, ours.in_fen),
        (Direction.OUT, theirs.out_fen, ours.out_fen),
    ):
        found = rows.filter(direction=direction).aggregate(theirs=Sum("their_fen"), ours=Sum("our_fen"))
        explained = (found["theirs"] or 0) - (found["ours"] or 0)
        if their_fen - our_fen != explained:
            raise NoResult("unbalanced", f"{direction}: {their_fen} - {our_fen} != {explained}")


def _finish(run: ReconciliationRun, bill: Bill, ours: Sums, theirs: Sums, fees: int) -> None:
    state = result_of(run) if ours.lines or theirs.lines else RunState.NO_TRADE
    RUNS.move(
        run, state, expect=RunState.WAITING_BILL, starts_at=run.starts_at, ends_at=run.ends_at, our_count=ours.lines,
        their_count=theirs.lines, our_in_fen=ours.in_fen, our_out_fen=ours.out_fen, their_in_fen=theirs.in_fen,
        their_out_fen=theirs.out_fen, stated_in_fen=bill.stated_in_fen, stated_out_fen=bill.stated_out_fen,
        fees_fen=fees, stated_fees_fen=bill.stated_fees_fen, content_sha256=bill.sha256,
        error="", error_detail="", matched_at=clock.now(), due_at=None,
    )  # fmt: skip
