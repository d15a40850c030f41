"""Two at once: one drawer, one shift, one count, one hand-over."""

from typing import Any

import pytest

from apps.cashier.models import CashierShift, ShiftEntry
from apps.payments.services.verify_ledger import verify_ledger
from tests.cashier.support import SHIFTS, Desk, notes
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


def test_one_of_two_counts_at_once_is_taken(desk: Desk) -> None:
    shift = desk.open()
    desk.must("clerk", shift, "start-count")
    url = f"{SHIFTS}/{shift.pk}/enter-count"
    answers = at_once([lambda fen=fen: desk.post("clerk", url, notes(fen)) for fen in (20_000, 19_000)])
    assert codes(answers) == ["", "shift_counted_already"]
