"""What was accepted goes to the bank: all of it, in one bag, confirmed by another person."""

from typing import Any

import pytest

from apps.cashier.models import BankDeposit, CashDrawer
from apps.cashier.services.open_shift import open_shift
from apps.payments.models import AccountKind, LedgerTransaction
from apps.payments.services.verify_ledger import verify_ledger
from apps.worklist.models import WorkItem
from tests.cashier.support import DEPOSITS, Desk, notes
from tests.scheduling.support import code

pytestmark = pytest.mark.requirement("CLN-08")


def bag(desk: Desk, amount_fen: int, *shifts: Any, who: str = "books") -> Any:
    body = {
        "shift_ids": [str(shift.pk) for shift in shifts],
        "amount_fen": amount_fen,
        "bank_account": "基本户",
    }
    return desk.post(who, DEPOSITS, {**body, "bag_no": "F001"})


def test_the_bag_holds_what_its_shifts_took(desk: Desk) -> None:
    shifts = [desk.accepted("clerk", takings_fen=5_000), desk.accepted("clerk2", takings_fen=7_000, drawer=1)]
    for wrong in (11_999, 12_001, 5_000):
        refused = bag(desk, wrong, *shifts)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "amount_fen")
    made = bag(desk, 12_000, *shifts)
    assert made.status_code == 201, made.content
    assert [row["takings_fen"] for row in made.json()["shifts"]] == [5_000, 7_000]
    hands = {desk.world.staff[who].pk for who in ("books", "clerk", "clerk2")}
    assert set(WorkItem.objects.get(kind="cashier.confirm_deposit").barred) == hands
    again = bag(desk, 5_000, shifts[0])
    assert (again.status_code, again.json()["errors"][0]["field"]) == (400, "shift_ids")
    assert BankDeposit.objects.count() == 1


def test_who_made_a_deposit_does_not_confirm_it(desk: Desk) -> None:
    shift = desk.accepted(takings_fen=5_000)
    made = bag(desk, 5_000, shift, who="cfo").json()
    url = f"{DEPOSITS}/{made['id']}/confirm"
    assert code(desk.post("cfo", url, {"slip_no": "1"})) == (409, "same_person")
    assert desk.post("books", url, {"slip_no": "1"}).status_code == 403
    assert desk.post("admin2", url, {"slip_no": "1"}).status_code == 404
    assert desk.post("cfo2", url, {}).status_code == 400
    assert not LedgerTransaction.objects.filter(kind="bank_deposit").exists()
    assert desk.post("cfo2", url, {"slip_no": "B77"}).status_code == 200
    assert code(desk.post("cfo2", url, {"slip_no": "B77"})) == (409, "state_conflict")
    shift.refresh_from_db()
    assert (shift.state, LedgerTransaction.objects.get(kind="bank_deposit").note) == ("banked", "B77")
    assert (desk.held(AccountKind.BANK, "基本户"), desk.held(AccountKind.CASH_IN_TRANSIT)) == (5_000, 0)
    assert verify_ledger().ok


def test_a_rejected_deposit_frees_its_shifts(desk: Desk) -> None:
    shift = desk.accepted(takings_fen=5_000)
    made = bag(desk, 5_000, shift).json()
    rejected = desk.post("cfo", f"{DEPOSITS}/{made['id']}/reject", {"reason": "封条破损"})
    assert (rejected.status_code, rejected.json()["state"], rejected.json()["shifts"]) == (
        200,
        "rejected",
        [],
    )
    assert desk.held(AccountKind.CASH_IN_TRANSIT) == 5_000
    assert bag(desk, 5_000, shift).status_code == 201


def test_only_accepted_shifts_go_to_the_bank(desk: Desk) -> None:
    shift = desk.open()
    desk.take(5_000)
    refused = bag(desk, 5_000, shift)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "shift_ids")
    done = desk.accepted("clerk2", takings_fen=100, drawer=1)
    twice = bag(desk, 200, done, done)
    assert (twice.status_code, twice.json()["errors"][0]["field"]) == (400, "shift_ids")
    assert desk.post("clerk", DEPOSITS, {}).status_code == 403


def test_two_hospitals_number_their_shifts_each_for_itself(desk: Desk) -> None:
    here = desk.open()
    drawer = CashDrawer.objects.create(hospital=desk.world.h2, code="Q1", name="1 号窗口")
    there = open_shift(clerk=desk.world.staff["admin2"], drawer=drawer, cash=notes(0))
    assert (here.shift_no, here.hospital) == (there.shift_no, desk.world.h1)


def test_through_whose_hands_the_cash_went_does_not_confirm_it(desk: Desk) -> None:
    shift = desk.open()
    desk.take(5_000)
    desk.count(shift, 25_000)
    desk.hand_over(shift, receiver="cfo")
    desk.must("cfo", shift, "accept")
    before = shift.version
    made = bag(desk, 5_000, shift).json()
    shift.refresh_from_db()
    assert shift.version > before, "who read it before is told that it changed"
    for verb, body in (("confirm", {"slip_no": "1"}), ("reject", {"reason": "破损"})):
        assert code(desk.post("cfo", f"{DEPOSITS}/{made['id']}/{verb}", body)) == (409, "same_person")
    assert desk.post("cfo2", f"{DEPOSITS}/{made['id']}/confirm", {"slip_no": "1"}).status_code == 200
