"""Two at once: one drawer, one shift, one count, one hand-over."""

from typing import Any

import pytest

from apps.cashier.models import BankDeposit, CashierShift, ShiftEntry
from apps.payments.models import AccountKind
from apps.payments.services.verify_ledger import verify_ledger
from apps.worklist.models import WorkItem
from tests.cashier.support import DEPOSITS, SHIFTS, Desk, notes
from tests.scheduling.support import at_once

pytestmark = [pytest.mark.requirement("CLN-08"), pytest.mark.django_db(transaction=True)]


def codes(answers: list[Any]) -> list[str]:
    """What each was told, sorted; "" for what went well."""
    return sorted(answer.json().get("code", "") for answer in answers)


def test_of_two_clerks_at_one_drawer_one_opens_it(desk: Desk) -> None:
    body = {"drawer_id": str(desk.drawers[0].pk), **notes(10_000)}
    answers = at_once([lambda who=who: desk.post(who, SHIFTS, body) for who in ("clerk", "clerk2")])
    assert codes(answers) == ["", "drawer_in_use"]
    assert CashierShift.objects.count() == 1


def test_a_clerk_opens_one_of_two_drawers_at_once(desk: Desk) -> None:
    bodies = [{"drawer_id": str(drawer.pk), **notes(10_000)} for drawer in desk.drawers]
    answers = at_once([lambda body=body: desk.post("clerk", SHIFTS, body) for body in bodies])
    assert codes(answers) == ["", "shift_open_already"]
    assert CashierShift.objects.count() == 1


def test_payments_and_the_beginning_of_the_count_never_miss_each_other(desk: Desk) -> None:
    desk.require_shifts()
    shift = desk.open()
    orders = [desk.order(1_000) for _ in range(4)]
    jobs: list[Any] = [lambda order=order: desk.settle(order) for order in orders]
    jobs.insert(2, lambda: desk.do("clerk", CashierShift.objects.get(), "start-count"))
    answers = at_once(jobs)
    taken = [answer for answer in answers if answer.status_code == 200]
    assert len(taken) + codes(answers).count("no_open_shift") == 5
    shift.refresh_from_db()
    counted = desk.must("clerk", shift, "enter-count", notes(20_000))
    assert counted["expected_fen"] == 20_000 + 1_000 * ShiftEntry.objects.count() == desk.in_drawer(shift)
    assert ShiftEntry.objects.count() == len(taken) - 1
    assert verify_ledger().ok


def test_two_refunds_that_together_empty_a_drawer_never_miss_each_other(desk: Desk) -> None:
    shift = desk.open(float_fen=20_000)
    orders = [desk.take(fen) for fen in (30_000, 30_000)]
    desk.must("clerk", shift, "safe-drop", {"amount_fen": 60_000 - 1_000, "reason": "封存"})
    assert not WorkItem.objects.filter(kind="cashier.overdrawn").exists()
    refunds = at_once([lambda order=order: desk.give_back(order, 15_000) for order in orders])
    assert [refund.state for refund in refunds] == ["succeeded", "succeeded"]
    assert desk.in_drawer(shift) == 21_000 - 30_000
    assert WorkItem.objects.filter(kind="cashier.overdrawn", subject_id=shift.pk).count() == 1
    assert verify_ledger().ok


def test_one_of_two_counts_at_once_is_taken(desk: Desk) -> None:
    shift = desk.open()
    desk.must("clerk", shift, "start-count")
    url = f"{SHIFTS}/{shift.pk}/enter-count"
    answers = at_once([lambda fen=fen: desk.post("clerk", url, notes(fen)) for fen in (20_000, 19_000)])
    assert codes(answers) == ["", "shift_counted_already"]


def handed_over(desk: Desk) -> CashierShift:
    """A shift that waits for its receiver."""
    shift = desk.open()
    desk.take(5_000)
    desk.count(shift, 25_000)
    desk.hand_over(shift)
    return shift


def test_of_two_accepts_at_once_one_moves_the_money(desk: Desk) -> None:
    shift = handed_over(desk)
    url = f"{SHIFTS}/{shift.pk}/accept"
    assert codes(at_once([lambda: desk.post("books", url)] * 2)) == ["", "state_conflict"]
    assert desk.held(AccountKind.CASH_IN_TRANSIT) == 5_000 and verify_ledger().ok


def test_accepted_or_rejected_and_never_both(desk: Desk) -> None:
    shift = handed_over(desk)
    url = f"{SHIFTS}/{shift.pk}"
    answers = at_once(
        [
            lambda: desk.post("books", f"{url}/accept"),
            lambda: desk.post("books", f"{url}/reject", {"reason": "不符"}),
        ]
    )
    assert codes(answers) == ["", "state_conflict"]
    shift.refresh_from_db()
    held = desk.held(AccountKind.CASH_IN_TRANSIT), desk.in_drawer(shift)
    assert held == ((5_000, 0) if shift.state == "accepted" else (0, 25_000)) and verify_ledger().ok


def test_a_shift_lies_in_one_of_two_bags(desk: Desk) -> None:
    shift = desk.accepted(takings_fen=5_000)
    body = {"shift_ids": [str(shift.pk)], "amount_fen": 5_000, "bank_account": "基本户"}
    answers = at_once(
        [lambda bag=bag: desk.post("books", DEPOSITS, {**body, "bag_no": bag}) for bag in ("F1", "F2")]
    )
    assert sorted(answer.status_code for answer in answers) == [201, 400]
    assert BankDeposit.objects.count() == 1


def test_two_accounts_of_one_person_open_one_shift_at_once(desk: Desk) -> None:
    for name in ("clerk", "clerk2"):
        desk.world.staff[name].phone = "13800138099"
        desk.world.staff[name].save()
    bodies = [("clerk", desk.drawers[0].pk), ("clerk2", desk.drawers[1].pk)]
    answers = at_once(
        [
            lambda who=who, pk=pk: desk.post(who, SHIFTS, {"drawer_id": str(pk), **notes(0)})
            for who, pk in bodies
        ]
    )
    assert codes(answers) == ["", "shift_open_already"]
