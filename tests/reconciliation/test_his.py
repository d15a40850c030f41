"""A day of HIS beside what it was told: what agrees is balanced, and what it lacks it is told again."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from apps.billing.services.items import ItemSpec
from apps.payments.day_blockers import open_items
from apps.payments.models import LedgerTransaction, PaymentAttempt, PaymentOrder
from apps.reconciliation.counterparties import his as his_counterparty
from apps.reconciliation.counterparties.his import account_of
from apps.reconciliation.counterparties.registry import COUNTERPARTIES
from apps.reconciliation.models import Difference, ReconciliationRun
from apps.reconciliation.services import examine, runs
from apps.reconciliation.services.runs import start_daily
from apps.worklist.models import WorkItem
from kernel import clock
from tests.billing.support import issue
from tests.payments.support import TODAY
from tests.reconciliation.his_support import HisTill
from tests.reconciliation.support import decide, found, give_back, pay_bill, propose, work
from tests.scheduling.support import ADMIN, TOMORROW

pytestmark = pytest.mark.requirement("PAY-10")


def number(attempt: PaymentAttempt) -> str:
    return attempt.order.order_no


def test_a_day_of_which_his_says_the_same_is_balanced_in_both_directions(his: HisTill) -> None:
    attempt = pay_bill(his.till, 50)
    pay_bill(his.till, 30)
    give_back(his.till, attempt, 2_000)
    run = his.reconcile()
    assert (run.state, run.error, run.account_name) == ("balanced", "", f"HIS {his.till.world.h1.name}")
    assert (run.our_count, run.their_count) == (3, 3)
    assert (run.our_in_fen, run.their_in_fen, run.stated_in_fen) == (8_000, 8_000, 8_000)
    assert (run.our_out_fen, run.their_out_fen, run.stated_out_fen) == (2_000, 2_000, 2_000)
    assert (run.merchant_id, run.channel) == (None, "")


def test_a_hospital_that_is_its_own_his_has_none_of_it_nor_one_that_switched_it_off(his: HisTill) -> None:
    pay_bill(his.till)
    his.settings(reconcile__his_bill="off")
    his.morning_after()
    start_daily(TODAY)
    assert [run.counterparty for run in ReconciliationRun.objects.all()] == ["merchant"]
    his.settings(reconcile__his_bill="fetched", his__driver="embedded")
    assert start_daily(TODAY) == 0


def test_each_planted_fault_is_one_difference_of_its_kind(his: HisTill) -> None:
    kept, dropped, doubled, other, undone = (pay_bill(his.till, yuan) for yuan in (10, 20, 30, 40, 50))
    his.plant(
        {"kind": "drop", "number": number(dropped)},
        {"kind": "double", "number": number(doubled)},
        {"kind": "amount", "number": number(other), "fen": 4_100},
        {"kind": "withdrawn", "number": number(undone)},
        {"kind": "add", "number": "ZF000000000001", "fen": 700},
        {"kind": "totals", "fen": 1},
    )
    run = his.reconcile()
    assert (run.state, run.error) == ("with_differences", "")
    assert found(run) == [
        ("amount", number(other), "open", 100),
        ("duplicate", f"{number(doubled)}#2", "open", 3_000),
        ("missing_ours", "ZF000000000001", "pending", 700),
        ("missing_theirs", number(dropped), "pending", -2_000),
        ("state", number(undone), "open", -5_000),
        ("totals", "totals", "open", 0),
    ]
    assert run.their_in_fen - run.our_in_fen == sum(effect for *_, effect in found(run))
    assert kept.order.order_no not in {row[1] for row in found(run)}


def test_what_his_lacks_it_is_told_again_with_the_same_number(his: HisTill) -> None:
    attempt = pay_bill(his.till, 50)
    refund = give_back(his.till, attempt, 1_000)
    his.plant({"kind": "drop", "number": number(attempt)}, {"kind": "drop", "number": refund.refund_no})
    run = his.reconcile()
    assert {state for _, _, state, _ in found(run)} == {"pending"}
    his.plant()
    his.reconcile(TOMORROW)
    rows = Difference.objects.filter(run=run)
    assert {(row.state, row.outcome) for row in rows} == {("done", "told_again")}
    assert his.book.tally(number(attempt)) == {"sent": 2, "refused": 0, "taken": 1, "undone": 0}
    assert his.book.tally(refund.refund_no)["taken"] == 1
    run.refresh_from_db()
    assert run.state == "balanced"
    assert not WorkItem.objects.filter(state="open").exists()


def test_what_stands_in_his_next_bill_is_no_difference(his: HisTill) -> None:
    attempt = pay_bill(his.till)
    his.plant({"kind": "later_day", "number": number(attempt)})
    run = his.reconcile()
    assert found(run) == [("missing_theirs", number(attempt), "pending", -5_000)]
    next_day = his.reconcile(TOMORROW)
    assert [row[2] for row in (*found(run), *found(next_day))] == ["cross_day", "cross_day"]
    run.refresh_from_db()
    assert (run.state, next_day.state) == ("balanced", "balanced")


def test_a_payment_of_his_that_nobody_here_knows_is_somebodys_work(his: HisTill) -> None:
    his.plant({"kind": "add", "number": "ZF000000000001", "fen": 700})
    run = his.reconcile()
    his.plant()
    his.reconcile(TOMORROW)
    assert found(run) == [("missing_ours", "ZF000000000001", "open", 700)]
    row = Difference.objects.get(run=run)
    assert row.outcome == "not_our_number"
    assert WorkItem.objects.get(kind="reconciliation.difference").subject_id == row.pk


def test_a_payment_that_went_back_and_his_did_not_hear_of_it_is_withdrawn_there(his: HisTill) -> None:
    his.book.faults({"kind": "silent_after_work", "operation": "payments.post", "times": 1})
    attempt = pay_bill(his.till)
    his.book.outage(True)
    for _ in range(5):
        his.till.later(minutes=8)
        his.till.work()
    order = PaymentOrder.objects.get(pk=attempt.order_id)
    assert (order.state, his.book.payment(order.order_no)["state"]) == ("returned", "posted")
    his.book.outage(False)
    run = his.reconcile()
    assert found(run) == [("missing_ours", order.order_no, "pending", 5_000)]
    his.reconcile(TOMORROW)
    row = Difference.objects.get(run=run)
    assert (row.state, row.outcome) == ("done", "withdrawn_at_his")
    assert his.book.payment(order.order_no)["state"] == "withdrawn"


def test_a_his_that_does_not_answer_is_told_three_times_and_then_somebody_has_it(his: HisTill) -> None:
    attempt = pay_bill(his.till)
    his.plant({"kind": "drop", "number": number(attempt)})
    run = his.reconcile()
    his.plant()
    his.morning_after(TOMORROW)
    start_daily(TOMORROW)
    runs.advance_run(his.run(TOMORROW).pk)
    his.book.outage(True)
    for _ in range(4):
        work()
        his.till.later(minutes=20)
    row = Difference.objects.get(run=run)
    assert (row.state, row.outcome, row.tries) == ("open", "his_unavailable", 2)
    assert WorkItem.objects.filter(kind="reconciliation.difference", state="open").count() == 1


def test_a_refusal_of_his_is_final_and_is_said(his: HisTill) -> None:
    attempt = pay_bill(his.till)
    his.plant({"kind": "drop", "number": number(attempt)})
    run = his.reconcile()
    his.plant()
    his.book.refuse(number(attempt), "BILL_NOT_OPEN")
    his.reconcile(TOMORROW)
    row = Difference.objects.get(run=run)
    assert (row.state, row.outcome) == ("open", "BILL_NOT_OPEN")


@pytest.mark.parametrize(
    ("fault", "error"),
    [("other_hospital", "his_unavailable"), ("other_day", "his_unavailable"), ("cut", "his_unavailable"),
     ("not_ready", "BILL_NOT_READY")],
)  # fmt: skip
def test_a_bill_of_another_hospital_or_day_or_one_that_is_cut_off_is_not_believed(
    his: HisTill, fault: str, error: str
) -> None:
    pay_bill(his.till)
    his.plant({"kind": fault})
    run = his.reconcile()
    assert (run.state, run.error, run.our_count) == ("waiting_bill", error, 0)
    assert not Difference.objects.exists()
    his.plant()
    his.till.later(hours=1)
    work()
    assert his.run().state == "balanced"


def test_a_bill_that_does_not_come_is_somebodys_work_and_keeps_the_day_open(his: HisTill) -> None:
    pay_bill(his.till)
    his.plant({"kind": "not_ready"})
    his.morning_after()
    run = his.reconcile()
    for _ in range(runs.MAX_TRIES):
        his.till.later(hours=1)
        work()
    assert WorkItem.objects.get(kind="reconciliation.bill_missing", state="open").subject_id == run.pk
    assert str(run.pk) in [item.subject_id for item in open_items(his.till.world.h1.pk, TODAY)]
    his.plant()
    his.till.later(hours=1)
    work()
    assert his.run().state == "balanced"
    assert not WorkItem.objects.filter(state="open").exists()
    assert open_items(his.till.world.h1.pk, TODAY) == []


def test_a_day_that_has_begun_is_closed_once_his_is_no_more_compared(his: HisTill) -> None:
    pay_bill(his.till)
    his.plant({"kind": "not_ready"})
    run = his.reconcile()
    assert str(run.pk) in [item.subject_id for item in open_items(his.till.world.h1.pk, TODAY)]
    his.settings(reconcile__his_bill="off")
    assert str(run.pk) not in [item.subject_id for item in open_items(his.till.world.h1.pk, TODAY)]


def test_a_difference_that_cannot_be_asked_about_is_somebodys_work(
    his: HisTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = pay_bill(his.till)
    his.plant({"kind": "drop", "number": number(attempt)})

    def broken(*_: Any) -> Any:
        raise LookupError("nobody thought of it")

    monkeypatch.setitem(his_counterparty._CALLS, (True, "in"), broken)
    his.reconcile()
    his.reconcile(TOMORROW)
    for _ in range(examine.MAX_TRIES):
        his.till.later(hours=1)
        work()
    row = Difference.objects.get()
    assert (row.state, row.outcome) == ("open", "unforeseen")
    assert WorkItem.objects.filter(kind="reconciliation.difference", subject_id=row.pk, state="open").exists()


def test_two_persons_have_his_told_again_and_no_entry_of_the_ledger_is_made(his: HisTill) -> None:
    attempt = pay_bill(his.till)
    his.plant({"kind": "withdrawn", "number": number(attempt)})
    row = Difference.objects.get(run=his.reconcile())
    before = LedgerTransaction.objects.count()
    refused = propose(his.till, "books", row, action="take_up")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "action")
    refused = propose(his.till, "books", row, action="withdraw_his")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "action_of_counterparty")
    assert propose(his.till, "books", row, action="tell_his").status_code == 200
    assert decide(his.till, "cfo", row).status_code == 200
    row.refresh_from_db()
    assert row.state == "examining"
    work()
    row.refresh_from_db()
    assert (row.state, row.outcome, row.action) == ("done", "told_again", "tell_his")
    assert LedgerTransaction.objects.count() == before


def test_what_his_was_told_by_two_people_is_no_work_when_its_corrected_bill_has_it(his: HisTill) -> None:
    attempt = pay_bill(his.till)
    his.plant({"kind": "withdrawn", "number": number(attempt)})
    run = his.reconcile()
    row = Difference.objects.get(run=run)
    propose(his.till, "books", row, action="tell_his")
    decide(his.till, "cfo", row)
    work()
    his.plant()
    runs.start_run(COUNTERPARTIES["his"], account_of(his.till.world.h1), TODAY)
    work()
    row.refresh_from_db()
    assert (his.run().attempt, his.run().state, row.state) == (2, "balanced", "done")
    assert not WorkItem.objects.filter(state="open").exists()


def test_two_people_have_his_forget_the_payment_of_an_order_that_is_closed(his: HisTill) -> None:
    bill = issue(his.till.world, ItemSpec("血常规", Decimal(1), 700, "test", "J001", unit="次"))
    opened = his.till.post("patient_a", "payment-orders", {"bill_ids": [str(bill.pk)]})
    order = PaymentOrder.objects.get(pk=opened.json()["id"])
    his.till.later(hours=3)
    his.till.work()
    order.refresh_from_db()
    assert order.state == "closed"
    his.plant(*({"kind": "add", "number": it, "fen": 700} for it in (order.order_no, "ZF000000000001")))
    pay_bill(his.till)
    run = his.reconcile()
    his.plant()
    his.reconcile(TOMORROW)
    ours, strange = Difference.objects.filter(run=run).order_by("-key")
    if ours.key != order.order_no:
        ours, strange = strange, ours
    assert (ours.state, ours.outcome, strange.outcome) == ("open", "closed", "not_our_number")
    refused = propose(his.till, "books", strange, action="withdraw_his")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "action_of_counterparty")
    assert propose(his.till, "books", ours, action="withdraw_his").status_code == 200
    assert decide(his.till, "cfo", ours).status_code == 200
    work()
    ours.refresh_from_db()
    assert (ours.state, ours.outcome) == ("done", "withdrawn_at_his")
    assert his.book.payment(order.order_no)["state"] == "withdrawn"


def test_a_payment_that_his_is_told_of_after_midnight_is_compared_on_the_new_day(his: HisTill) -> None:
    his.till.move_to(dt.datetime.combine(TODAY, dt.time(23, 58), clock.LOCAL))
    his.book.outage(True)
    attempt = pay_bill(his.till)
    his.book.outage(False)
    his.till.later(minutes=8)
    his.till.work()
    order = PaymentOrder.objects.get(pk=attempt.order_id)
    assert (order.state, order.paid_at.date() < order.posted_at.astimezone(clock.LOCAL).date()) == (
        "posted",
        True,
    )
    first, second = his.reconcile(), his.reconcile(TOMORROW)
    assert (first.state, first.our_count) == ("no_trade", 0)
    assert (second.state, second.our_count, second.their_count) == ("balanced", 1, 1)


def test_a_write_off_of_his_accepts_what_it_says_without_moving_money_and_can_be_undone(his: HisTill) -> None:
    attempt = pay_bill(his.till)
    his.plant({"kind": "amount", "number": number(attempt), "fen": 5_001})
    row = Difference.objects.get(run=his.reconcile())
    before = LedgerTransaction.objects.count()
    assert propose(his.till, "books", row).status_code == 200
    assert decide(his.till, "cfo", row).status_code == 200
    assert his.run().state == "balanced"
    undone = his.till.world.client("cfo").post(
        f"{ADMIN}/reconciliation-differences/{row.pk}/undo", {"reason": "写错了"}, "json"
    )
    assert (undone.status_code, undone.data["state"]) == (200, "open")
    assert LedgerTransaction.objects.count() == before


def test_a_day_is_compared_by_hand_and_another_bill_counts_instead(his: HisTill) -> None:
    attempt = pay_bill(his.till)
    his.plant({"kind": "amount", "number": number(attempt), "fen": 5_001})
    his.morning_after()
    body = {"counterparty": "his", "hospital_id": str(his.till.world.h1.pk), "business_date": str(TODAY)}
    url = f"{ADMIN}/reconciliation-runs"
    made = his.till.world.client("books").post(url, body, "json")
    assert (made.status_code, made.data["counterparty"], made.data["merchant_id"]) == (201, "his", None)
    work()
    assert his.run().state == "with_differences"
    again = his.till.world.client("books").post(url, body, "json")
    assert again.data["id"] == made.data["id"]
    work()
    assert his.run().attempt == 1, "the same bill"
    his.plant()
    his.till.world.client("books").post(url, body, "json")
    work()
    assert (his.run().attempt, his.run().state) == (2, "balanced")


@pytest.mark.parametrize("body", [{"counterparty": "his"}, {"counterparty": "merchant"}, {}])
def test_whose_bill_is_meant_has_to_be_said(his: HisTill, body: dict[str, Any]) -> None:
    answer = his.till.world.client("books").post(
        f"{ADMIN}/reconciliation-runs", {"business_date": "2026-03-15", **body}, "json"
    )
    wanted = "hospital_id" if body.get("counterparty") == "his" else "merchant_id"
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, wanted)


@pytest.mark.requirement("PAY-11")
def test_a_line_that_stands_in_the_bills_of_two_days_is_not_believed_twice(his: HisTill) -> None:
    attempt = pay_bill(his.till)
    assert his.reconcile().state == "balanced"
    his.plant({"kind": "add", "number": number(attempt), "fen": 5_000})
    second = his.reconcile(TOMORROW)
    his.plant()
    his.reconcile(TOMORROW + dt.timedelta(days=1))
    row = Difference.objects.get(run=second)
    assert (row.kind, row.state, row.outcome) == ("missing_ours", "open", "matched_on_another_day")
