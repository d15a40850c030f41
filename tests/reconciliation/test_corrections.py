"""A corrected bill of a day counts instead of the one before, and what people did about its differences stays."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from apps.payments.models import AccountKind
from apps.payments.services.ledger import Account, balance
from apps.payments.services.verify_ledger import verify_ledger
from apps.reconciliation.models import Difference, ReconciliationRun
from apps.reconciliation.services.runs import start_daily
from apps.worklist.models import WorkItem
from tests.payments.support import TODAY, Till
from tests.reconciliation.support import (
    NEXT_MORNING,
    again,
    decide,
    found,
    pay_bill,
    plant,
    propose,
    reconcile,
    start,
    work,
)
from tests.scheduling.support import ADMIN

pytestmark = pytest.mark.requirement("PAY-11")
URL = f"{ADMIN}/reconciliation-runs"


def test_the_same_bill_again_is_the_same_run_and_nothing_new(till: Till) -> None:
    attempt = pay_bill(till)
    plant(till, {"kind": "amount", "number": attempt.out_trade_no, "fen": 5_001})
    run = reconcile(till)
    assert start(run.merchant, TODAY).is_fetching
    same = again(run)
    assert (same.pk, same.attempt, same.is_fetching, same.error) == (run.pk, 1, False, "")
    assert start_daily(TODAY) == 0
    assert Difference.objects.count() == ReconciliationRun.objects.count() == 1


def test_another_sum_that_does_not_add_up_is_another_difference(finance: Till) -> None:
    pay_bill(finance)
    plant(finance, {"kind": "totals", "fen": 1})
    first = reconcile(finance)
    row = Difference.objects.get(run=first)
    assert propose(finance, "books", row, action="void_test").status_code == 200
    assert decide(finance, "cfo", row).status_code == 200
    plant(finance, {"kind": "totals", "fen": 7})
    second = again(first)
    assert (second.state, [found_[2] for found_ in found(second)]) == ("with_differences", ["open"])


def test_a_corrected_bill_supersedes_and_differences_that_stand_keep_their_history(till: Till) -> None:
    one, two = pay_bill(till, 10), pay_bill(till, 20)
    wrong = {"kind": "amount", "number": one.out_trade_no, "fen": 1_100}
    plant(till, wrong, {"kind": "drop", "number": two.out_trade_no})
    first = reconcile(till)
    kept = Difference.objects.get(run=first, kind="amount")
    plant(till, wrong)
    second = again(first)
    first.refresh_from_db()
    kept.refresh_from_db()
    assert (first.state, second.state, second.attempt) == ("superseded", "with_differences", 2)
    assert kept.run_id == second.pk
    assert found(second) == [("amount", one.out_trade_no, "open", 100)]
    assert found(first) == [("missing_theirs", two.out_trade_no, "withdrawn", -2_000)]
    assert WorkItem.objects.get(kind="reconciliation.difference", state="open").subject_id == kept.pk
    plant(till)
    third = again(second)
    assert (third.state, third.attempt) == ("balanced", 3)
    assert not WorkItem.objects.filter(kind="reconciliation.difference", state="open").exists()


def test_a_corrected_bill_that_makes_no_sense_leaves_everything_as_it_was(till: Till) -> None:
    for _ in range(3):
        pay_bill(till)
    run = reconcile(till)
    plant(till, {"kind": "cut"})
    answer = till.world.client("admin1").post(
        URL, {"merchant_id": str(run.merchant_id), "business_date": str(TODAY)}, "json"
    )
    assert (answer.status_code, answer.json()["state"], answer.json()["is_fetching"]) == (
        201,
        "balanced",
        True,
    )
    work()
    run.refresh_from_db()
    assert (run.state, run.error, run.is_fetching) == ("balanced", "bad_bill", False)
    assert ReconciliationRun.objects.count() == 1
    plant(till)
    assert (again(run).pk, again(run).error) == (run.pk, "")


def test_a_settlement_that_a_corrected_bill_makes_wrong_is_work_until_it_is_undone(finance: Till) -> None:
    attempt = pay_bill(finance)
    plant(finance, {"kind": "amount", "number": attempt.out_trade_no, "fen": 5_001})
    run = reconcile(finance)
    row = Difference.objects.get(run=run)
    propose(finance, "books", row)
    assert decide(finance, "cfo", row).status_code == 200
    plant(finance)
    assert again(run).state == "balanced"
    item = WorkItem.objects.get(kind="reconciliation.difference", state="open")
    assert item.subject_id == row.pk and "请撤销处理" in item.title
    undone = finance.world.client("cfo").post(
        f"{ADMIN}/reconciliation-differences/{row.pk}/undo", {"reason": "账单已更正"}, "json"
    )
    assert (undone.status_code, undone.data["state"], undone.data["outcome"]) == (
        200,
        "withdrawn",
        "corrected_bill",
    )
    assert balance(hospital_id=run.hospital_id, account=Account(AccountKind.DIFFERENCES)) == 0
    assert verify_ledger().ok
    assert not WorkItem.objects.filter(kind="reconciliation.difference", state="open").exists()


def test_a_corrected_bill_is_not_joined_with_what_it_replaces(till: Till) -> None:
    pay_bill(till, 20)
    plant(till, {"kind": "add", "number": "T20260316x", "fen": 700})
    run = reconcile(till)
    Difference.objects.filter(run=run).update(state="open")
    late = pay_bill(till, 7)
    moved = {"out_trade_no": "T20260316x", "paid_at": till.now - dt.timedelta(hours=20)}
    type(late).objects.filter(pk=late.pk).update(**moved)
    plant(till)
    second = again(run)
    assert found(second) == [("missing_theirs", "T20260316x", "pending", -700)]


def test_what_was_joined_across_days_is_alone_again_when_a_corrected_bill_has_both_sides(till: Till) -> None:
    attempt = pay_bill(till)
    plant(till, {"kind": "later_day", "number": attempt.out_trade_no})
    first = reconcile(till)
    second = reconcile(till, TODAY + dt.timedelta(days=1))
    assert [row[2] for row in (*found(first), *found(second))] == ["cross_day", "cross_day"]
    plant(till)
    assert again(first).state == "balanced"
    row = Difference.objects.get(run=second)
    assert (row.kind, row.state, row.outcome) == ("missing_ours", "open", "matched_on_another_day")
    second.refresh_from_db()
    assert second.state == "with_differences"
    assert WorkItem.objects.get(kind="reconciliation.difference", state="open").subject_id == row.pk


@pytest.mark.parametrize("day", ["2026-03-16", "2025-01-01", "2027-01-01"])
def test_only_days_that_are_over_and_kept_by_providers_are_reconciled(till: Till, day: str) -> None:
    answer = till.world.client("admin1").post(
        URL, {"merchant_id": str(till.merchant.pk), "business_date": day}, "json"
    )
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "bill_day")


def test_a_foreign_hospitals_account_is_not_there(till: Till) -> None:
    answer = till.world.client("admin2").post(
        URL, {"merchant_id": str(till.merchant.pk), "business_date": "2026-03-15"}, "json"
    )
    assert answer.status_code == 400
    assert not ReconciliationRun.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_are_one_run_with_each_difference_once(till: Till) -> None:
    attempt = pay_bill(till)
    plant(till, {"kind": "amount", "number": attempt.out_trade_no, "fen": 5_001})
    till.move_to(NEXT_MORNING)

    def both(_: int) -> Any:
        try:
            start_daily(TODAY)
            work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(both, range(4)))
    assert ReconciliationRun.objects.get().state == "with_differences"
    assert Difference.objects.count() == 1
