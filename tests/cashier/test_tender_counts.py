"""What a clerk took by other tenders than cash, beside what the slips say at the end of the shift."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import InternalError

from apps.cashier.models import CashierShift, ShiftTender
from apps.payments.models import AccountKind, Refund
from apps.payments.services.advance_order import give_up
from apps.payments.types import CloseCause
from kernel import clock
from tests.cashier.support import SHIFTS, Desk, later, notes
from tests.scheduling.support import ADMIN, code

pytestmark = pytest.mark.requirement("CLN-08")


def taken(desk: Desk) -> CashierShift:
    """A shift with 100.00 of cash beside 40.00 on a slip of one order, and a slip of 25.00 of another."""
    shift = desk.open(float_fen=20_000)
    mixed = desk.order(14_000)
    assert desk.settle(mixed, channel="pos", reference="S1", amount_fen=4_000).json()["held_fen"] == 4_000
    assert desk.settle(mixed, tendered_fen=20_000).json()["state"] == "posted"
    assert desk.settle(desk.order(2_500), channel="pos", reference="S2").json()["state"] == "posted"
    return shift


def count(desk: Desk, shift: CashierShift, fen: int, **tenders: int) -> Any:
    if shift.state == "open":
        later(clock.now() + dt.timedelta(hours=1))
        desk.must("clerk", shift, "start-count")
    body = notes(fen) | {
        "tenders": [{"channel": name, "counted_fen": value} for name, value in tenders.items()]
    }
    desk.must("clerk", shift, "enter-count", body)
    return desk.world.client("clerk").get(f"{SHIFTS}/{shift.pk}").json()


def test_the_drawer_gets_what_cash_kept_and_the_slips_are_counted_beside_it(desk: Desk) -> None:
    shift = taken(desk)
    assert desk.in_drawer(shift) == 30_000
    before = desk.world.client("clerk").get(f"{SHIFTS}/{shift.pk}").json()
    assert before["tenders"] == [], "blind until it is counted"
    shown = count(desk, shift, 30_000, pos=6_500)
    assert shown["tenders"] == [
        {
            "channel": "pos",
            "expected_count": 2,
            "expected_fen": 6_500,
            "counted_fen": 6_500,
            "difference_fen": 0,
        }
    ]
    assert (shown["difference_fen"], shown["is_explained"]) == (0, True)
    assert desk.hand_over(shift).status_code == 200


def test_slips_that_differ_are_explained_before_the_hand_over_and_move_no_money(desk: Desk) -> None:
    shift = taken(desk)
    shown = count(desk, shift, 30_000, pos=6_000)
    (slips,) = shown["tenders"]
    assert (slips["counted_fen"], slips["difference_fen"]) == (6_000, -500)
    assert (shown["difference_fen"], shown["is_explained"]) == (0, False)
    assert code(desk.hand_over(shift)) == (409, "difference_unexplained")
    told = desk.must("clerk", shift, "explain", {"reason": "一张存根遗失"})
    assert (told["is_explained"], told["difference_posted"]) == (True, False)
    assert (
        desk.held(AccountKind.OVER_SUSPENSE)
        == 0
        == desk.held(AccountKind.SHORT_RECEIVABLE, str(shift.clerk_id))
    )
    assert desk.hand_over(shift).status_code == 200


def test_cash_and_slips_that_differ_have_one_reason(desk: Desk) -> None:
    shift = taken(desk)
    count(desk, shift, 29_900, pos=6_600)
    told = desk.must("clerk", shift, "explain", {"reason": "找错钱"})
    assert (told["is_explained"], told["difference_posted"]) == (True, True)
    assert desk.held(AccountKind.SHORT_RECEIVABLE, str(shift.clerk_id)) == 100
    assert code(desk.do("clerk", shift, "explain", {"reason": "再说一次"})) == (409, "state_conflict")


def test_slips_that_nobody_counted_are_shown_and_hold_up_nothing(desk: Desk) -> None:
    shift = taken(desk)
    (slips,) = count(desk, shift, 30_000)["tenders"]
    assert (slips["expected_fen"], slips["counted_fen"], slips["difference_fen"]) == (6_500, None, None)
    assert desk.hand_over(shift).status_code == 200


def test_a_large_difference_of_slips_is_countersigned_and_stays_so_after_a_recount(desk: Desk) -> None:
    shift = taken(desk)
    count(desk, shift, 30_000, pos=0)
    desk.must("clerk", shift, "explain", {"reason": "存根未打印"})
    assert code(desk.hand_over(shift)) == (409, "countersign_required")
    desk.must("cfo", shift, "recount", {"reason": "再数一次"})
    shown = count(desk, shift, 30_000, pos=6_500)
    assert [row["difference_fen"] for row in shown["tenders"]] == [0], "of the count that stands"
    assert ShiftTender.objects.filter(shift=shift).count() == 2
    assert shown["needs_countersign"] and code(desk.hand_over(shift)) == (409, "countersign_required")


def test_a_slip_that_was_voided_in_the_shift_is_not_expected_any_more(desk: Desk) -> None:
    shift = taken(desk)
    order = desk.order(9_000)
    desk.settle(order, channel="pos", reference="S3", amount_fen=1_000)
    give_up(order, cause=CloseCause.GIVEN_UP_BY_STAFF)
    desk.work()
    refund = Refund.objects.get(state="failed")
    answer = desk.post("clerk", f"{ADMIN}/refunds/{refund.pk}/void-slip", {"reference": "V3"})
    assert answer.status_code == 200, answer.content
    (slips,) = count(desk, shift, 30_000, pos=6_500)["tenders"]
    assert (slips["expected_count"], slips["expected_fen"], slips["difference_fen"]) == (3, 6_500, 0)


@pytest.mark.parametrize(
    "tenders",
    [
        [{"channel": "cash", "counted_fen": 1}],
        [{"channel": "seashells", "counted_fen": 1}],
        [{"channel": "pos", "counted_fen": 1}, {"channel": "pos", "counted_fen": 2}],
        [{"channel": "pos", "counted_fen": -1}],
        [{"channel": "pos"}],
    ],
)
def test_a_count_of_what_is_no_other_tender_is_refused_and_nothing_is_counted(
    desk: Desk, tenders: Any
) -> None:
    shift = taken(desk)
    desk.must("clerk", shift, "start-count")
    answer = desk.do("clerk", shift, "enter-count", notes(30_000) | {"tenders": tenders})
    assert answer.status_code == 400
    assert (shift.counted_at, shift.count_no, ShiftTender.objects.count()) == (None, 0, 0)


def test_what_was_counted_is_never_changed(desk: Desk) -> None:
    count(desk, taken(desk), 30_000, pos=6_500)
    row = ShiftTender.objects.get()
    with pytest.raises(InternalError), transaction.atomic():
        ShiftTender.objects.filter(pk=row.pk).update(counted_fen=1)
