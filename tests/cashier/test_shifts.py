"""The life of a shift: float, cash, blind count, hand-over, bank; to the fen, with the ledger's proof."""

from collections.abc import Iterator
from typing import Any

import pytest

from apps.access.models import Role, StaffRole
from apps.cashier.models import CashierShift, ShiftEntry
from apps.payments.models import AccountKind, LedgerTransaction
from apps.payments.services.verify_ledger import verify_ledger
from apps.worklist.models import WorkItem
from tests.cashier.support import DEPOSITS, SHIFTS, TELLING, Desk, notes
from tests.scheduling.support import ADMIN, code

pytestmark = pytest.mark.requirement("CLN-08")


def amounts(node: Any) -> Iterator[int]:
    """Every number in an answer."""
    if isinstance(node, int):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from amounts(part)


def test_a_shift_from_the_float_to_the_bank(desk: Desk) -> None:
    shift = desk.open(float_fen=20_000)
    paid = desk.take(12_340, tendered_fen=15_000)
    desk.take(5_000)
    assert desk.give_back(paid, 2_340).state == "succeeded"
    desk.must("clerk", shift, "paid-in", {"amount_fen": 3_000, "reason": "补零钱"})
    desk.must("clerk", shift, "paid-out", {"amount_fen": 1_050, "reason": "买打印纸"})
    desk.must("clerk", shift, "safe-drop", {"amount_fen": 10_000, "reason": "午间封存"})
    expected = 20_000 + 12_340 + 5_000 - 2_340 + 3_000 - 1_050 - 10_000
    assert desk.in_drawer(shift) == expected
    tendered = ShiftEntry.objects.get(kind="cash_in", amount_fen=12_340)
    assert (tendered.tendered_fen, tendered.order_id) == (15_000, paid.pk)
    assert desk.held(AccountKind.CLEARING, "cash") == 0, "all cash of the window lies in a drawer"

    shown = desk.count(shift, expected)
    assert (shown["expected_fen"], shown["counted_fen"], shown["difference_fen"]) == (expected, expected, 0)
    desk.must("cfo", shift, "countersign")  # much was put into the safe
    assert desk.hand_over(shift).status_code == 200
    item = WorkItem.objects.get(kind="cashier.receive", state="open")
    assert item.executor == desk.world.staff["books"]
    accepted = desk.must("books", shift, "accept")
    takings = 12_340 + 5_000 - 2_340 + 3_000 - 1_050
    assert (accepted["state"], accepted["takings_fen"]) == ("accepted", takings)
    assert (desk.in_drawer(shift), desk.held(AccountKind.CASH_IN_TRANSIT)) == (0, takings)
    assert desk.held(AccountKind.CASH_IN_TRANSIT, "float") == 0
    assert not WorkItem.objects.filter(kind="cashier.receive", state="open").exists()

    bag = {
        "shift_ids": [str(shift.pk)],
        "amount_fen": takings,
        "bank_account": "工行基本户",
        "bag_no": "F001",
    }
    made = desk.post("books", DEPOSITS, bag)
    assert made.status_code == 201, made.content
    confirmed = desk.post("cfo", f"{DEPOSITS}/{made.json()['id']}/confirm", {"slip_no": "20261123001"})
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "confirmed")
    shift.refresh_from_db()
    assert shift.state == "banked"
    assert (desk.held(AccountKind.BANK, "工行基本户"), desk.held(AccountKind.CASH_IN_TRANSIT)) == (takings, 0)
    assert verify_ledger().ok


def test_nothing_tells_what_is_expected_before_the_count_is_entered(desk: Desk) -> None:
    shift = desk.open()
    desk.take(12_300)
    desk.must("clerk", shift, "start-count")
    for who in ("clerk", "books", "cfo", "admin1"):
        one = desk.world.client(who).get(f"{SHIFTS}/{shift.pk}").json()
        row = desk.world.client(who).get(SHIFTS).json()["results"][0]
        assert [answer[name] for answer in (one, row) for name in TELLING] == [None] * 8
        assert (one["by_day"], one["counted_cash"]) == ([], None)
        assert not {12_300, 32_300} & set(amounts([one, row]))
    current = desk.world.client("clerk").get(f"{SHIFTS}/current").json()["shift"]
    assert [current[name] for name in TELLING] == [None] * 4
    export = desk.world.client("books").get(f"{SHIFTS}/export", {"file_format": "csv"})
    text = b"".join(export.streaming_content).decode("utf-8-sig")
    assert shift.shift_no in text and "323.00" not in text and "123.00" not in text
    counted = desk.must("clerk", shift, "enter-count", notes(30_000))
    assert (counted["expected_fen"], counted["difference_fen"]) == (32_300, -2_300)


def test_a_count_is_entered_once(desk: Desk) -> None:
    shift = desk.open()
    desk.must("clerk", shift, "start-count")
    assert code(desk.do("clerk", shift, "hand-over", {"receiver_id": str(desk.world.staff["books"].pk)})) == (
        409, "shift_not_counted",
    )  # fmt: skip
    first = desk.do("clerk", shift, "enter-count", notes(20_000), key="k")
    again = desk.do("clerk", shift, "enter-count", notes(20_000), key="k")
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (200, 200, "true")
    assert again.json() == first.json()
    assert code(desk.do("clerk", shift, "enter-count", notes(20_000))) == (409, "shift_counted_already")
    assert code(desk.do("clerk", shift, "enter-count", notes(1_000))) == (409, "shift_counted_already")
    assert (shift.counted_fen, shift.count_no) == (20_000, 1)


@pytest.mark.parametrize(("counted", "over", "short"), [(20_500, 500, 0), (19_200, 0, 800)])
def test_any_count_is_taken_and_its_difference_is_posted_with_the_reason(
    desk: Desk, counted: int, over: int, short: int
) -> None:
    shift = desk.open()
    desk.count(shift, counted)
    assert code(desk.hand_over(shift)) == (409, "difference_unexplained")
    desk.must("clerk", shift, "explain", {"reason": "找零时看错"})
    assert code(desk.do("clerk", shift, "explain", {"reason": "再来一次"})) == (409, "state_conflict")
    clerk = str(desk.world.staff["clerk"].pk)
    assert (desk.held(AccountKind.OVER_SUSPENSE), desk.held(AccountKind.SHORT_RECEIVABLE, clerk)) == (
        over,
        short,
    )
    assert desk.in_drawer(shift) == counted
    assert LedgerTransaction.objects.get(kind="shift_difference").note == "找零时看错"
    assert desk.hand_over(shift).status_code == 200
    assert desk.must("books", shift, "accept")["takings_fen"] == counted - 20_000
    assert desk.in_drawer(shift) == 0 and verify_ledger().ok


def test_a_large_difference_is_countersigned_by_another_person_first(desk: Desk) -> None:
    shift = desk.open()
    counted = desk.count(shift, 20_000 - 1_010)
    assert counted["needs_countersign"] is True
    assert code(desk.do("cfo", shift, "countersign")) == (409, "difference_unexplained")
    desk.must("clerk", shift, "explain", {"reason": "少收一张"})
    assert WorkItem.objects.filter(kind="cashier.countersign", state="open").count() == 1
    assert code(desk.hand_over(shift)) == (409, "countersign_required")
    for who in ("clerk2", "books"):
        assert desk.do(who, shift, "countersign").status_code == 403
    signed = desk.must("cfo", shift, "countersign")
    assert signed["countersigned_by_id"] == str(desk.world.staff["cfo"].pk)
    assert not WorkItem.objects.filter(kind="cashier.countersign", state="open").exists()
    assert desk.hand_over(shift).status_code == 200


def test_up_to_the_limit_nobody_countersigns(desk: Desk) -> None:
    shift = desk.open()
    assert desk.count(shift, 19_000)["needs_countersign"] is False
    desk.must("clerk", shift, "explain", {"reason": "少收"})
    assert code(desk.do("cfo", shift, "countersign")) == (409, "state_conflict")
    assert desk.hand_over(shift).status_code == 200


def test_nobody_countersigns_or_receives_the_own_cash_under_whatever_account(desk: Desk) -> None:
    clerk, cfo = desk.world.staff["clerk"], desk.world.staff["cfo"]
    StaffRole.objects.create(staff=clerk, role=Role.objects.get(hospital=None, code="finance_head"))
    clerk.user.access_version += 1
    clerk.user.save()
    shift = desk.open()
    desk.count(shift, 10_000)
    desk.must("clerk", shift, "explain", {"reason": "少"})
    assert code(desk.do("clerk", shift, "countersign")) == (409, "same_person")
    for each in (clerk, cfo):  # two accounts of one person
        each.phone = "13800138099"
        each.save()
    assert code(desk.do("cfo", shift, "countersign")) == (409, "same_person")
    desk.must("cfo2", shift, "countersign")
    assert code(desk.hand_over(shift, receiver="clerk")) == (409, "same_person")
    assert code(desk.hand_over(shift, receiver="cfo")) == (409, "same_person")
    assert shift.state == "counting"


@pytest.mark.parametrize("receiver", ["doctor_a", "admin2"])
def test_who_may_not_receive_cash_of_the_hospital_is_no_receiver(desk: Desk, receiver: str) -> None:
    shift = desk.open()
    desk.count(shift, 20_000)
    refused = desk.hand_over(shift, receiver=receiver)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "receiver_id")
    assert shift.state == "counting"


def test_only_the_named_receiver_accepts(desk: Desk) -> None:
    shift = desk.open()
    desk.count(shift, 20_000)
    assert code(desk.do("books", shift, "accept")) == (409, "state_conflict")
    desk.hand_over(shift, receiver="clerk2")
    assert desk.do("books", shift, "accept").status_code == 403
    assert desk.do("clerk", shift, "accept").status_code == 403
    assert desk.do("clerk2", shift, "accept").status_code == 200


def test_what_is_rejected_is_counted_again_and_the_books_follow(desk: Desk) -> None:
    shift = desk.open()
    desk.count(shift, 19_500)
    desk.must("clerk", shift, "explain", {"reason": "少 5 元"})
    desk.hand_over(shift)
    assert desk.do("books", shift, "reject").status_code == 400
    rejected = desk.must("books", shift, "reject", {"reason": "封包内为 200 元"})
    assert (rejected["state"], rejected["reject_reason"]) == ("counting", "封包内为 200 元")
    assert [rejected[name] for name in TELLING] == [None] * 4
    clerk = str(desk.world.staff["clerk"].pk)
    assert (desk.in_drawer(shift), desk.held(AccountKind.SHORT_RECEIVABLE, clerk)) == (20_000, 0)
    again = WorkItem.objects.get(kind="cashier.recount")
    assert (again.state, again.executor) == ("open", desk.world.staff["clerk"])
    assert desk.count(shift, 20_000)["difference_fen"] == 0
    assert desk.hand_over(shift).status_code == 200
    again.refresh_from_db()
    assert again.state == "done"
    assert desk.must("books", shift, "accept")["takings_fen"] == 0
    assert verify_ledger().ok and CashierShift.objects.get().count_no == 2


def test_a_supervisor_has_a_large_difference_counted_again(desk: Desk) -> None:
    shift = desk.open()
    desk.count(shift, 2_000)
    desk.must("clerk", shift, "explain", {"reason": "不明"})
    desk.must("cfo", shift, "recount", {"reason": "请两人复点"})
    assert (shift.counted_fen, shift.state, desk.in_drawer(shift)) == (None, "counting", 20_000)


def test_a_difference_above_the_limit_is_seen_by_a_second_person_whatever_is_counted_later(
    desk: Desk,
) -> None:
    shift = desk.open()
    desk.count(shift, 2_000)
    desk.must("clerk", shift, "explain", {"reason": "不明"})
    desk.must("cfo", shift, "recount", {"reason": "请复点"})
    again = desk.count(shift, 20_000)
    assert (again["needs_countersign"], again["difference_fen"]) == (True, 0)
    assert (again["first_difference_fen"], again["count_no"]) == (-18_000, 2)
    assert code(desk.hand_over(shift)) == (409, "countersign_required")
    assert WorkItem.objects.filter(kind="cashier.countersign", state="open").count() == 1
    desk.must("cfo", shift, "countersign")
    assert desk.hand_over(shift).status_code == 200


def test_a_supervisor_closes_the_shift_of_a_clerk_who_is_gone(desk: Desk) -> None:
    shift = desk.open()
    for who in ("clerk2", "books"):
        assert desk.do(who, shift, "start-count").status_code in (403, 404)
    desk.must("cfo", shift, "start-count")
    desk.must("cfo", shift, "enter-count", notes(10_000))
    shown = desk.must("cfo", shift, "explain", {"reason": "收费员离岗"})
    assert shown["closed_by_id"] == str(desk.world.staff["cfo"].pk) and shown["may_countersign"] is False
    assert code(desk.do("cfo", shift, "countersign")) == (409, "same_person")
    assert desk.must("cfo2", shift, "countersign")["is_ready"] is True
    assert code(desk.hand_over(shift, who="cfo", receiver="cfo")) == (409, "same_person")
    assert desk.hand_over(shift, who="cfo").status_code == 200
    assert desk.must("books", shift, "accept")["takings_fen"] == -10_000 and verify_ledger().ok


def test_a_hand_over_that_nobody_accepted_is_taken_back_and_given_to_another(desk: Desk) -> None:
    shift = desk.open()
    desk.count(shift, 20_000)
    desk.hand_over(shift)
    assert desk.do("clerk2", shift, "withdraw").status_code == 404
    assert desk.do("books", shift, "withdraw").status_code == 403
    back = desk.must("clerk", shift, "withdraw")
    assert (back["state"], back["receiver_id"], back["counted_fen"]) == ("counting", None, 20_000)
    assert not WorkItem.objects.filter(kind="cashier.receive", state="open").exists()
    assert desk.hand_over(shift, receiver="clerk2").status_code == 200
    desk.must("cfo", shift, "withdraw")
    assert desk.hand_over(shift, receiver="books").status_code == 200
    desk.must("books", shift, "accept")
    assert code(desk.do("clerk", shift, "withdraw")) == (409, "state_conflict")


@pytest.mark.parametrize("verb", ["paid-out", "safe-drop"])
def test_what_left_the_drawer_on_one_persons_word_is_countersigned_above_the_limit(
    desk: Desk, verb: str
) -> None:
    shift = desk.open()
    desk.must("clerk", shift, verb, {"amount_fen": 1_010, "reason": "封存"})
    shown = desk.count(shift, 20_000 - 1_010)
    name = verb.replace("-", "_") + "_fen"
    assert (shown["difference_fen"], shown[name], shown["needs_countersign"]) == (0, 1_010, True)
    assert code(desk.hand_over(shift)) == (409, "countersign_required")
    desk.must("cfo", shift, "countersign")
    handed = desk.hand_over(shift).json()
    assert handed["takings_fen"] == (0 if verb == "safe-drop" else -1_010), "seen before it is accepted"


def test_what_no_coin_makes_is_rounding_that_nobody_explains(desk: Desk) -> None:
    shift = desk.open()
    desk.take(4_203)
    shown = desk.count(shift, 24_200)
    assert (shown["difference_fen"], shown["is_ready"], shown["needs_countersign"]) == (-3, True, False)
    assert desk.held(AccountKind.SHORT_RECEIVABLE, str(desk.world.staff["clerk"].pk)) == 0
    assert desk.in_drawer(shift) == 24_200
    assert desk.hand_over(shift).status_code == 200 and verify_ledger().ok


def test_two_accounts_of_one_person_hold_one_shift(desk: Desk) -> None:
    for name in ("clerk", "clerk2"):
        desk.world.staff[name].phone = "13800138099"
        desk.world.staff[name].save()
    shift = desk.open("clerk")
    second = desk.post("clerk2", SHIFTS, {"drawer_id": str(desk.drawers[1].pk), **notes(0)})
    assert code(second) == (409, "shift_open_already") and second.json()["shift_no"] == shift.shift_no


def test_who_reads_the_ledger_runs_no_drawer(desk: Desk) -> None:
    for who in ("books", "cfo"):
        body = {"drawer_id": str(desk.drawers[0].pk), **notes(0)}
        assert desk.post(who, SHIFTS, body).status_code == 403


def test_the_answer_says_whose_turn_it_is(desk: Desk) -> None:
    shift = desk.open()

    def may(who: str) -> list[str]:
        row = desk.world.client(who).get(f"{SHIFTS}/{shift.pk}").json()
        return [name for name, value in row.items() if name.startswith(("may_", "is_ready")) and value]

    assert (may("clerk"), may("books"), may("cfo")) == (["may_work", "may_close"], [], ["may_close"])
    desk.count(shift, 10_000)
    assert (may("clerk"), may("cfo")) == (["may_close"], ["may_close", "may_recount"])
    desk.must("clerk", shift, "explain", {"reason": "少"})
    assert may("cfo") == ["may_close", "may_countersign", "may_recount"]
    desk.must("cfo", shift, "countersign")
    assert may("clerk") == ["may_close", "is_ready"]
    desk.hand_over(shift)
    assert (may("books"), may("clerk")) == (["may_receive"], ["may_close"])
    desk.must("books", shift, "accept")
    assert may("clerk") == may("books") == may("cfo") == []


def test_a_clerk_has_one_shift_and_a_drawer_one_clerk(desk: Desk) -> None:
    shift = desk.open()
    body = {"drawer_id": str(desk.drawers[1].pk), **notes(0)}
    second = desk.post("clerk", SHIFTS, body)
    assert code(second) == (409, "shift_open_already") and second.json()["shift_no"] == shift.shift_no
    taken = desk.post("clerk2", SHIFTS, {"drawer_id": str(desk.drawers[0].pk), **notes(0)})
    assert code(taken) == (409, "drawer_in_use") and taken.json()["clerk_name"] == "clerk"
    desk.count(shift, 20_000)
    desk.hand_over(shift)
    assert desk.open("clerk2").drawer == desk.drawers[0]
    assert desk.open("clerk", drawer=1).pk != shift.pk


def test_a_drawer_out_of_use_is_not_opened(desk: Desk) -> None:
    desk.drawers[0].is_active = False
    desk.drawers[0].save()
    refused = desk.post("clerk", SHIFTS, {"drawer_id": str(desk.drawers[0].pk), **notes(0)})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "drawer_id")


def test_a_clerk_sees_own_shifts_and_those_handed_over_to_them(desk: Desk) -> None:
    first, second = desk.open("clerk"), desk.open("clerk2", drawer=1)

    def seen(who: str) -> set[str]:
        return {row["id"] for row in desk.world.client(who).get(SHIFTS).json()["results"]}

    assert (seen("clerk"), seen("clerk2")) == ({str(first.pk)}, {str(second.pk)})
    assert seen("books") == seen("cfo") == seen("admin1") == {str(first.pk), str(second.pk)}
    assert seen("admin2") == set()
    assert desk.world.client("doctor_a").get(SHIFTS).status_code == 403
    assert desk.world.client("clerk2").get(f"{SHIFTS}/{first.pk}").status_code == 404
    desk.count(first, 20_000)
    desk.hand_over(first, receiver="clerk2")
    assert seen("clerk2") == {str(first.pk), str(second.pk)}


def test_nobody_moves_the_cash_of_anothers_shift(desk: Desk) -> None:
    shift = desk.open()
    body = {"amount_fen": 100, "reason": "试"}
    for verb in ("paid-in", "paid-out", "safe-drop"):
        assert desk.do("books", shift, verb, body).status_code == 403
    assert desk.do("books", shift, "start-count").status_code == 403
    assert (ShiftEntry.objects.count(), shift.state) == (0, "open")


@pytest.mark.parametrize("body", [{"amount_fen": 0, "reason": "x"}, {"amount_fen": 100}, {"reason": "x"}])
def test_what_moves_without_amount_or_reason_is_refused(desk: Desk, body: dict[str, object]) -> None:
    shift = desk.open()
    assert desk.do("clerk", shift, "paid-out", body).status_code == 400
    assert desk.in_drawer(shift) == 20_000


def test_a_repeated_movement_takes_effect_once(desk: Desk) -> None:
    shift = desk.open()
    for _ in range(2):
        desk.do("clerk", shift, "paid-in", {"amount_fen": 100, "reason": "补零"}, key="same")
    assert ShiftEntry.objects.count() == 1 and desk.in_drawer(shift) == 20_100


def test_the_setting_of_the_hospital_is_told_with_the_current_shift(desk: Desk) -> None:
    url = f"{ADMIN}/cashier-shifts/current"
    assert desk.world.client("clerk").get(url).json() == {"is_required": False, "shift": None}
    desk.require_shifts()
    shift = desk.open()
    shown = desk.world.client("clerk").get(url).json()
    assert (shown["is_required"], shown["shift"]["id"]) == (True, str(shift.pk))
