"""A day of WeChat Pay beside its bill: what agrees is balanced, each planted fault is found and nothing else."""

import datetime as dt
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from apps.reconciliation.models import Difference, ReconciliationRun
from apps.reconciliation.services.carry import examine_forgotten
from apps.reconciliation.services.results import give_to_people
from apps.reconciliation.services.runs import advance_run, start_daily
from apps.worklist.models import WorkItem
from tests.payments.support import TODAY, Till
from tests.reconciliation.support import (
    NEXT_MORNING,
    found,
    give_back,
    pay_bill,
    plant,
    reconcile,
    start,
    work,
)

pytestmark = pytest.mark.requirement("PAY-11")


def test_a_day_that_agrees_is_balanced_with_both_sums(till: Till) -> None:
    attempt = pay_bill(till, 50)
    give_back(till, attempt, 2_000)
    run = reconcile(till)
    assert (run.state, run.error) == ("balanced", "")
    assert (run.our_count, run.their_count) == (2, 2)
    assert (run.our_in_fen, run.their_in_fen, run.stated_in_fen) == (5_000, 5_000, 5_000)
    assert (run.our_out_fen, run.their_out_fen, run.stated_out_fen) == (2_000, 2_000, 2_000)
    assert run.fees_fen == 18
    assert not Difference.objects.exists()


def test_a_day_without_trade_says_so(till: Till) -> None:
    assert reconcile(till).state == "no_trade"


def test_each_planted_fault_is_one_difference_of_its_kind(till: Till) -> None:
    kept, dropped, doubled, other = (pay_bill(till, yuan) for yuan in (10, 20, 30, 40))
    foreign = pay_bill(till, 60)
    plant(
        till,
        {"kind": "drop", "number": dropped.out_trade_no},
        {"kind": "double", "number": doubled.out_trade_no},
        {"kind": "amount", "number": other.out_trade_no, "fen": 4_100},
        {"kind": "add", "number": "T20260316stranger", "fen": 700},
        {"kind": "foreign", "number": foreign.out_trade_no},
        {"kind": "totals", "fen": 1},
    )
    run = reconcile(till)
    assert (run.state, run.error) == ("with_differences", "")
    assert found(run) == [
        ("amount", other.out_trade_no, "open", 100),
        ("duplicate", f"{doubled.out_trade_no}#2", "open", 3_000),
        ("foreign", foreign.out_trade_no, "open", -6_000),
        ("missing_ours", "T20260316stranger", "pending", 700),
        ("missing_theirs", dropped.out_trade_no, "pending", -2_000),
        ("totals", "totals", "open", 0),
    ]
    assert kept.out_trade_no not in Difference.objects.values_list("key", flat=True)
    assert WorkItem.objects.filter(kind="reconciliation.difference").count() == 4


@pytest.mark.parametrize(("more", "kinds"), [(1, []), (5, ["fee"])])
def test_fees_may_differ_by_a_fen_a_line_and_no_more(till: Till, more: int, kinds: list[str]) -> None:
    pay_bill(till, 50)
    plant(till, {"kind": "fees", "fen": more})
    run = reconcile(till)
    assert (run.fees_fen, run.stated_fees_fen) == (30, 30 + more)
    assert [row[0] for row in found(run)] == kinds
    assert run.state == ("with_differences" if kinds else "balanced")


def test_what_stands_in_the_next_days_bill_is_no_difference(till: Till) -> None:
    late, lost = pay_bill(till, 20), pay_bill(till, 30)
    plant(
        till,
        {"kind": "later_day", "number": late.out_trade_no},
        {"kind": "drop", "number": lost.out_trade_no},
    )
    first = reconcile(till)
    assert {row[2] for row in found(first)} == {"pending"}
    second = reconcile(till, TODAY + dt.timedelta(days=1))
    assert found(second) == [("missing_ours", late.out_trade_no, "cross_day", 2_000)]
    assert {key: state for _, key, state, _ in found(first)} == {
        late.out_trade_no: "cross_day",
        lost.out_trade_no: "open",
    }
    assert Difference.objects.get(key=lost.out_trade_no, run=first).outcome == "paid"
    assert second.state == "balanced"


def test_a_payment_that_we_had_not_heard_of_is_recorded_and_no_difference_any_more(till: Till) -> None:
    attempt = pay_bill(till, 10)
    silent = pay_bill(till, 20)
    type(silent).objects.filter(pk=silent.pk).update(state="closed", paid_at=None, paid_fen=0)
    run = reconcile(till)
    assert found(run) == [("missing_ours", silent.out_trade_no, "pending", 2_000)]
    assert attempt.state == "succeeded"


def test_a_bill_that_is_not_made_yet_is_asked_for_again(till: Till) -> None:
    pay_bill(till)
    till.move_to(dt.datetime.combine(TODAY + dt.timedelta(days=1), dt.time(8), till.now.tzinfo))
    start_daily(TODAY)
    work()
    run = ReconciliationRun.objects.get()
    assert (run.state, run.error, run.tries) == ("waiting_bill", "STATEMENT_CREATING", 1)
    till.later(minutes=29)
    work()
    run.refresh_from_db()
    assert run.tries == 1
    assert reconcile(till).state == "balanced"


def test_a_bill_that_is_cut_off_has_no_result(till: Till) -> None:
    for _ in range(3):
        pay_bill(till)
    plant(till, {"kind": "cut"})
    run = reconcile(till)
    assert (run.state, run.error) == ("failed", "bad_bill")
    assert not Difference.objects.exists()
    assert WorkItem.objects.filter(kind="reconciliation.bill_missing", subject_id=run.pk).exists()
    plant(till)
    start(run.merchant, TODAY)
    work()
    run.refresh_from_db()
    assert run.state == "balanced"


def test_a_bill_of_another_merchant_is_no_bill(till: Till) -> None:
    attempt = pay_bill(till)
    plant(till, {"kind": "foreign", "number": attempt.out_trade_no})
    run = reconcile(till)
    assert (run.state, run.error) == ("failed", "foreign_bill")
    assert not Difference.objects.exists()


def test_many_differences_become_work_in_some_statements(
    till: Till, django_assert_max_num_queries: Any
) -> None:
    plant(till, *({"kind": "add", "number": f"T20260316x{number:03}", "fen": 100} for number in range(40)))
    pay_bill(till)
    run = reconcile(till)
    Difference.objects.filter(run=run).update(state="open")
    with django_assert_max_num_queries(16):
        give_to_people(run)
        give_to_people(run)
    assert WorkItem.objects.filter(kind="reconciliation.difference", state="open").count() == 40


def test_what_waits_for_bills_that_no_longer_come_is_asked_after_some_days(till: Till) -> None:
    attempt = pay_bill(till)
    plant(till, {"kind": "drop", "number": attempt.out_trade_no})
    run = reconcile(till)
    assert found(run) == [("missing_theirs", attempt.out_trade_no, "pending", -5_000)]
    assert examine_forgotten(TODAY + dt.timedelta(days=4)) == 0
    assert examine_forgotten(TODAY + dt.timedelta(days=5)) == 1
    work()
    assert found(run) == [("missing_theirs", attempt.out_trade_no, "open", -5_000)]
    assert WorkItem.objects.filter(kind="reconciliation.difference", state="open").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("point", ["reconciliation.written", "reconciliation.finished"])
def test_a_worker_killed_between_the_bill_and_its_differences_leaves_nothing_and_the_next_one_does_all(
    till: Till, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, point: str
) -> None:
    attempt = pay_bill(till)
    plant(till, {"kind": "amount", "number": attempt.out_trade_no, "fen": 5_001})
    till.move_to(NEXT_MORNING)
    start_daily(TODAY)
    run = ReconciliationRun.objects.get()
    switch = tmp_path / "faults"
    switch.write_text(point)
    monkeypatch.setenv("YIHUI_FAULT_FILE", str(switch))
    child = os.fork()
    if child == 0:
        connection.connection = None  # the parent's
        advance_run(run.pk)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert (found(run), WorkItem.objects.count()) == ([], 0)
    work()
    assert found(run) == []  # the dead one's lease
    till.later(minutes=31)
    work()
    assert found(run) == [("amount", attempt.out_trade_no, "open", 1)]
    assert WorkItem.objects.count() == 1
