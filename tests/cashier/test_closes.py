"""日结 and 月结: refused while something is open, in order, frozen, reopened by two."""

import datetime as dt
from typing import Any

import pytest

from apps.payments.models import DailyClose, LedgerTransaction, MonthlyClose, PaymentOrder
from apps.payments.selectors.closes import is_intact
from apps.payments.services.day_totals import day_totals
from apps.payments.services.verify_ledger import verify_ledger
from kernel import clock
from tests.cashier import closing
from tests.cashier.closing import CLOSES, MONTHS, TODAY, TOMORROW, YESTERDAY, close, closed, is_true, morning
from tests.cashier.support import Desk
from tests.scheduling.support import code

pytestmark = pytest.mark.requirement("CLN-10")


def test_a_day_is_closed_with_its_sums(desk: Desk) -> None:
    order = desk.take(5_000)
    desk.take(2_500)
    desk.give_back(order, 1_000)
    row = closed(desk)
    cash = next(each for each in row.totals["channels"] if each["channel"] == "cash")
    assert cash == {"channel": "cash", "in_count": 2, "in_fen": 7_500, "out_count": 1, "out_fen": 1_000}
    assert is_true(row) and is_intact(row)
    shown = desk.world.client("books").get(f"{CLOSES}/{row.pk}").json()
    assert (shown["state"], shown["number"], shown["closed_by_name"], shown["is_newest"]) == (
        "closed",
        1,
        "books",
        True,
    )
    assert shown["is_intact"] is True and shown["totals"]["debit_fen"] == shown["totals"]["credit_fen"] > 0
    assert verify_ledger().ok


def test_a_day_that_is_not_over_is_not_closed(desk: Desk) -> None:
    assert code(close(desk, TODAY)) == (409, "day_not_over")
    assert code(close(desk, TOMORROW)) == (409, "day_not_over")
    morning(TOMORROW, 0)
    assert close(desk, TODAY).status_code == 201  # midnight in Shanghai, the afternoon before in Greenwich


def test_days_are_closed_in_order_and_once(desk: Desk) -> None:
    closed(desk, YESTERDAY)
    morning(TOMORROW + dt.timedelta(days=1))
    answer = close(desk, TOMORROW)
    assert code(answer) == (409, "days_close_in_order") and answer.json()["business_date"] == str(TODAY)
    assert (
        code(close(desk, YESTERDAY))
        == code(close(desk, YESTERDAY - dt.timedelta(days=1)))
        == (409, "day_closed")
    )
    first = close(desk, TODAY, key="once")
    assert close(desk, TODAY, key="once").json() == first.json()
    assert closing.how_it_stands(desk)["next_date"] == str(TOMORROW)


def test_a_shift_that_nobody_has_received_keeps_its_day_open(desk: Desk) -> None:
    shift = desk.open()
    desk.take(5_000)
    morning(TOMORROW)
    answer = close(desk)
    assert code(answer) == (409, "day_still_open")
    item = answer.json()["open_items"][0]
    assert (item["kind"], item["subject_id"], item["subject_name"]) == (
        "cashier.shift",
        str(shift.pk),
        f"{shift.shift_no} clerk",
    )
    assert [each["kind"] for each in closing.how_it_stands(desk)["open_items"]] == ["cashier.shift"]
    desk.count(shift, 25_000)
    desk.hand_over(shift)
    assert code(close(desk)) == (409, "day_still_open")
    desk.must("books", shift, "accept")
    assert close(desk).status_code == 201
    assert closing.how_it_stands(desk)["open_items"] == []


def test_a_shift_of_the_next_day_keeps_no_day_before_open(desk: Desk) -> None:
    morning(TOMORROW, 0)
    desk.open()
    assert close(desk).status_code == 201


def test_what_was_paid_and_not_posted_keeps_its_day_open(desk: Desk) -> None:
    order = desk.take(5_000)
    PaymentOrder.objects.filter(pk=order.pk).update(state="paid_unposted")
    morning(TOMORROW)
    answer = close(desk)
    assert code(answer) == (409, "day_still_open")
    assert answer.json()["open_items"][0]["subject_name"] == order.order_no
    PaymentOrder.objects.filter(pk=order.pk).update(state="posted")
    assert close(desk).status_code == 201


def test_a_refund_of_a_closed_day_is_posted_today(desk: Desk) -> None:
    order = desk.take(5_000)
    row = closed(desk)
    desk.give_back(order, 2_000)
    made = LedgerTransaction.objects.filter(kind__in=("refund_decided", "refunded"))
    assert set(made.values_list("posted_on", flat=True)) == {TOMORROW}
    assert is_true(row) and verify_ledger().ok
    assert closed(desk, TOMORROW).totals["channels"][0]["out_fen"] == 2_000


def test_reports_read_what_was_frozen(desk: Desk) -> None:
    desk.take(5_000)
    before = day_totals(desk.world.h1.pk, TODAY)
    row = closed(desk)
    assert day_totals(desk.world.h1.pk, TODAY) == row.totals == before


def test_who_closes_and_who_does_not(desk: Desk) -> None:
    morning(TOMORROW)
    assert code(close(desk, who="clerk")) == (403, "permission_denied")
    assert desk.world.client("clerk").get(CLOSES).status_code == 403
    body = {"hospital_id": str(desk.world.h2.pk), "business_date": str(TODAY)}
    assert code(desk.post("books", CLOSES, body)) == (400, "validation_error")
    assert code(closing.close_month(desk, "2026-11", "books")) == (403, "permission_denied")
    row = closed(desk)
    assert desk.world.client("admin2").get(f"{CLOSES}/{row.pk}").status_code == 404
    assert desk.world.client("admin2").get(CLOSES).json()["count"] == 0


@pytest.mark.parametrize(
    "body", [{}, {"business_date": "2026-13-01"}, {"business_date": 5}, {"business_date": None}]
)
def test_bad_input_is_named(desk: Desk, body: dict[str, Any]) -> None:
    answer = desk.post("books", CLOSES, {"hospital_id": str(desk.world.h1.pk), **body})
    assert (
        code(answer) == (400, "validation_error") and answer.json()["errors"][0]["field"] == "business_date"
    )


def test_the_newest_close_is_reopened_by_two_with_a_reason(desk: Desk) -> None:
    desk.take(5_000)
    old = closed(desk, YESTERDAY)
    row = closed(desk)
    assert code(closing.ask(desk, old)) == (409, "not_newest_close")
    assert code(closing.ask(desk, row, reason="")) == (400, "validation_error")
    assert code(closing.ask(desk, row, "clerk")) == (403, "permission_denied")
    assert closing.ask(desk, row).json()["is_reopening"] is True
    assert code(closing.ask(desk, row, "cfo2")) == (409, "approval_open")
    assert closing.decide(desk, "cfo").status_code == 409 and closing.decide(desk, "books").status_code in (
        403,
        404,
    )
    row.refresh_from_db()
    assert row.state == "closed"
    assert closing.decide(desk).status_code == 200
    shown = desk.world.client("books").get(f"{CLOSES}/{row.pk}").json()
    assert (shown["state"], shown["reopened_by_name"], shown["reopen_reason"]) == ("reopened", "cfo2", "漏记")
    assert code(closing.ask(desk, row)) == (409, "state_conflict")
    again = DailyClose.objects.get(pk=close(desk).json()["id"])
    assert (again.number, again.state) == (2, "closed") and is_intact(row) and is_intact(again)
    assert [each["number"] for each in desk.world.client("books").get(CLOSES).json()["results"]] == [2, 1, 1]


def test_a_reopening_that_is_refused_leaves_it_closed(desk: Desk) -> None:
    row = closed(desk)
    closing.ask(desk, row)
    assert closing.decide(desk, verb="reject").status_code == 200
    row.refresh_from_db()
    assert row.state == "closed"
    assert closing.reopened(desk, row).state == "reopened"


def test_a_reopening_that_is_overtaken_by_the_next_close_comes_to_nothing(desk: Desk) -> None:
    row = closed(desk)
    closing.ask(desk, row)
    closed(desk, TOMORROW)
    assert code(closing.decide(desk)) == (409, "state_conflict")
    row.refresh_from_db()
    assert row.state == "closed"


def november(desk: Desk) -> None:
    """Every day of November from the 20th on is closed."""
    desk.take(5_000)
    day = dt.date(2026, 11, 20)
    while day <= dt.date(2026, 11, 30):
        closed(desk, day)
        day += dt.timedelta(days=1)


def test_a_month_is_closed_when_its_days_are_with_the_proof_of_its_ledger(desk: Desk) -> None:
    assert code(closing.close_month(desk, "2026-11")) == (409, "month_still_open")
    november(desk)
    answer = closing.close_month(desk, "2026-11")
    assert answer.status_code == 201, answer.content
    row = MonthlyClose.objects.get()
    assert is_intact(row) and len(row.totals["days"]) == 11
    accounts = {each["kind"]: each for each in row.totals["accounts"]}
    assert accounts["revenue"]["closing_fen"] == 5_000 == accounts["clearing"]["closing_fen"]
    assert row.totals["debit_fen"] == row.totals["credit_fen"]
    assert desk.world.client("books").get(f"{MONTHS}/{row.pk}").json()["is_intact"] is True
    assert code(closing.close_month(desk, "2026-11")) == (409, "month_closed")
    assert code(closing.close_month(desk, "2026-12")) == (409, "month_still_open")
    later = closing.close_month(desk, "2027-01")
    assert code(later) == (409, "months_close_in_order") and later.json()["month"] == "2026-12"
    for bad in ("2026-13", "202611", "2026-1", ""):
        assert code(closing.close_month(desk, bad)) == (400, "validation_error")


def test_a_day_of_a_closed_month_is_reopened_after_the_month(desk: Desk) -> None:
    november(desk)
    closing.close_month(desk, "2026-11")
    day = DailyClose.objects.get(business_date=dt.date(2026, 11, 30))
    assert code(closing.ask(desk, day)) == (409, "month_closed")
    assert closing.reopened(desk, MonthlyClose.objects.get()).state == "reopened"
    assert closing.reopened(desk, day).state == "reopened"
    assert code(closing.close_month(desk, "2026-11")) == (409, "month_still_open")
    closed(desk, dt.date(2026, 11, 30))
    assert closing.close_month(desk, "2026-11").json()["number"] == 2


def test_what_is_heard_of_a_reopened_day_belongs_to_it(desk: Desk) -> None:
    from django.db import transaction

    from apps.payments.models import AccountKind
    from apps.payments.services.ledger import Account, Movement, post

    row = closing.reopened(desk, closed(desk))
    moves = [
        Movement(Account(AccountKind.CLEARING, "cash"), 100),
        Movement(Account(AccountKind.REVENUE), -100),
    ]
    with transaction.atomic():
        made = post(hospital_id=desk.world.h1.pk, key="x", kind="late", movements=moves, about=TODAY)
    assert (made.posted_on, made.corrects_date) == (TODAY, None)
    again = closed(desk)
    assert again.totals["debit_fen"] == row.totals["debit_fen"] + 100 and is_true(again)
    with transaction.atomic():
        made = post(hospital_id=desk.world.h1.pk, key="y", kind="late", movements=moves, about=TODAY)
    made.refresh_from_db()
    assert (made.posted_on, made.corrects_date) == (clock.today(), TODAY)
