"""A shift that is left open: somebody sees to it, and its figures are split by day."""

import datetime as dt

import pytest

from apps.cashier.tasks import sweep_shifts
from apps.worklist.models import WorkItem
from tests.billing.refund_support import configure
from tests.cashier.support import DEPOSITS, SHIFTS, Desk, later
from tests.scheduling.support import NOW, TODAY, TOMORROW

pytestmark = pytest.mark.requirement("CLN-08")


def items() -> list[str]:
    return list(WorkItem.objects.filter(kind="cashier.overdue_shift").values_list("state", flat=True))


def test_a_shift_open_for_a_day_becomes_the_supervisors_work_once(desk: Desk) -> None:
    shift = desk.open()
    later(NOW + dt.timedelta(hours=23, minutes=59))
    sweep_shifts()
    assert items() == []
    later(NOW + dt.timedelta(hours=24))
    for _ in range(2):
        sweep_shifts()
    assert items() == ["open"]
    item = WorkItem.objects.get()
    assert (item.subject_id, item.executor_role.code) == (shift.pk, "finance_head")
    desk.count(shift, 20_000)
    desk.hand_over(shift)
    assert items() == ["done"]
    sweep_shifts()
    assert items() == ["done"]


def test_the_hospital_says_how_long_a_shift_may_be(desk: Desk) -> None:
    configure(desk.world, **{"cashier.shift_hours": 8})
    desk.open()
    later(NOW + dt.timedelta(hours=8))
    sweep_shifts()
    assert items() == ["open"]


def test_a_shift_over_midnight_is_split_by_day(desk: Desk) -> None:
    later(dt.datetime.combine(TODAY, dt.time(23, 30), NOW.tzinfo))
    shift = desk.open()
    order = desk.take(5_000)
    later(dt.datetime.combine(TOMORROW, dt.time(0, 30), NOW.tzinfo))
    desk.take(2_000)
    desk.give_back(order, 1_500)
    desk.must("clerk", shift, "safe-drop", {"amount_fen": 3_000, "reason": "封存"})
    desk.count(shift, 22_500)
    days = desk.world.client("clerk").get(f"{SHIFTS}/{shift.pk}").json()["by_day"]
    nothing = dict.fromkeys(
        ("cash_in_fen", "cash_refund_fen", "paid_in_fen", "paid_out_fen", "safe_drop_fen"), 0
    )
    assert days == [
        {**nothing, "date": str(TODAY), "cash_in_fen": 5_000, "net_fen": 5_000},
        {
            **nothing, "date": str(TOMORROW), "cash_in_fen": 2_000, "cash_refund_fen": 1_500, "safe_drop_fen": 3_000,
            "net_fen": -2_500,
        },
    ]  # fmt: skip
    shift.refresh_from_db()
    assert shift.float_fen + sum(day["net_fen"] for day in days) == shift.expected_fen == 22_500


def test_a_shift_that_is_counted_again_and_again_is_overdue_too(desk: Desk) -> None:
    shift = desk.open()
    desk.count(shift, 20_000)
    desk.hand_over(shift)
    desk.must("books", shift, "reject", {"reason": "请重点"})
    later(NOW + dt.timedelta(hours=24))
    sweep_shifts()
    assert items() == ["open"]


def test_takings_that_nobody_brings_to_the_bank_are_somebodys_work(desk: Desk) -> None:
    shift = desk.accepted(takings_fen=5_000)
    later(NOW + dt.timedelta(hours=24))
    for _ in range(2):
        sweep_shifts()
    item = WorkItem.objects.get(kind="cashier.bank_takings")
    assert (item.state, item.subject_id, item.executor_role.code) == ("open", shift.pk, "finance")
    body = {"shift_ids": [str(shift.pk)], "amount_fen": 5_000, "bank_account": "基本户", "bag_no": "F1"}
    assert desk.post("books", DEPOSITS, body).status_code == 201
    item.refresh_from_db()
    assert item.state == "done"
