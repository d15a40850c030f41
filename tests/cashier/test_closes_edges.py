"""日结 and 月结 at their edges: what days begin with, the chain of closes, who asks, and months that never are."""

import datetime as dt
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.payments.models import DailyClose, LedgerEntry
from apps.payments.selectors.closes import is_intact
from apps.payments.services import closing as services
from apps.payments.services.day_totals import held_before, opening_of, totals_of
from apps.payments.services.ledger import natural
from kernel.errors import StateConflict
from tests.cashier import closing
from tests.cashier.closing import CLOSES, TODAY, TOMORROW, YESTERDAY, closed, morning
from tests.cashier.support import Desk
from tests.payments.ledger_support import CARD, CASH, REVENUE, move
from tests.scheduling.support import code

pytestmark = pytest.mark.requirement("CLN-10")
DAY = dt.timedelta(days=1)


def summed_up(desk: Desk, day: dt.date) -> dict[str, int]:
    """What each kind of account held before that day, by all rows there are."""
    held: dict[str, int] = {}
    rows = LedgerEntry.objects.filter(hospital=desk.world.h1, transaction__posted_on__lt=day)
    for kind, fen in rows.values_list("account__kind", "amount_fen"):
        held[kind] = held.get(kind, 0) + natural(kind, fen)
    return held


def test_a_day_begins_with_the_newest_close_and_what_moved_since(desk: Desk) -> None:
    hospital = desk.world.h1
    move(hospital, CASH, CARD, 5_000)
    closed(desk)
    move(hospital, CARD, REVENUE, 1_200)  # of the day after, which is not closed
    morning(TOMORROW + DAY)
    move(hospital, CASH, CARD, 70)
    with CaptureQueriesContext(connection) as asked:
        assert opening_of(hospital.pk, TOMORROW + DAY)["card_balance"] == 3_800
        assert opening_of(hospital.pk, TOMORROW + DAY * 2)["card_balance"] == 3_870
    entries = [query["sql"] for query in asked if "payments_ledgerentry" in query["sql"]]
    assert entries and all(f"BETWEEN '{TOMORROW}'" in sql for sql in entries)


def test_without_any_close_a_day_begins_with_the_balance_less_what_moved_since(desk: Desk) -> None:
    hospital = desk.world.h1
    for number in range(3):
        morning(TODAY + DAY * number)
        move(hospital, CASH, CARD, 1_000 + number)
        move(hospital, CARD, REVENUE, 100 + number)
        move(desk.world.h2, CASH, CARD, 9)
    for number in range(4):
        day = TODAY + DAY * number
        with CaptureQueriesContext(connection) as asked:
            held = held_before(hospital.pk, day)
        assert {kind: fen for kind, fen in held.items() if fen} == summed_up(desk, day)
        assert len(asked) == 1 and "payments_ledgerbalance" in asked[0]["sql"]


def test_the_chain_of_closes_does_not_hang_on_a_clock(desk: Desk) -> None:
    first = closed(desk, YESTERDAY)
    morning(TOMORROW)
    totals = totals_of(desk.world.h1.pk, TODAY)
    skewed = services._keep(  # by a computer whose clock is years behind
        DailyClose(
            pk=UUID(int=1), hospital=desk.world.h1, business_date=TODAY, totals=totals,
            closed_by=desk.world.staff["books"],
        )
    )  # fmt: skip
    newest = closed(desk, TOMORROW)
    assert (skewed.previous_id, newest.previous_id) == (first.pk, skewed.pk)
    assert all(is_intact(DailyClose.objects.get(pk=each.pk)) for each in (first, skewed, newest))


def test_finance_asks_for_a_day_to_be_reopened_and_its_head_agrees(desk: Desk) -> None:
    row = closed(desk)
    assert closing.ask(desk, row, "books").json()["is_reopening"] is True
    assert closing.decide(desk, "books").status_code in (403, 404)
    assert closing.decide(desk, "cfo").status_code == 200
    row.refresh_from_db()
    assert row.state == "reopened"


def test_a_reopening_is_not_asked_for_once_it_was_reopened_meanwhile(desk: Desk) -> None:
    row = closed(desk)
    closing.reopened(desk, row)
    stale = DailyClose.objects.get(pk=row.pk)
    stale.state = "closed"
    assert stale.approval is not None
    with pytest.raises(StateConflict):
        services.note_reopening(stale, approval=stale.approval, reason="anders")
    row.refresh_from_db()
    assert row.reopen_reason == "漏记"


def test_months_that_never_are(desk: Desk) -> None:
    closed(desk)
    for month in ("0000-05", "0001-01", "0999-12"):
        assert code(closing.close_month(desk, month)) == (400, "validation_error"), month
    assert code(closing.close_month(desk, "9999-12")) == (409, "month_still_open")
    assert code(closing.close_month(desk, "1000-01")) == (409, "month_still_open")


def test_days_at_the_end_of_time_are_no_fault_of_ours(desk: Desk) -> None:
    query = {"hospital_id": str(desk.world.h1.pk), "business_date": "9999-12-31"}
    assert desk.world.client("books").get(f"{CLOSES}/day", query).status_code in (200, 400)
