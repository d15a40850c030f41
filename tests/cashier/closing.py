"""Closing days and months through the product's own API."""

import datetime as dt
from typing import Any

from apps.payments.models import DailyClose, LedgerEntry
from apps.payments.services.day_totals import lines_of
from apps.worklist.models import Approval
from kernel import clock
from tests.cashier.support import Desk, later
from tests.scheduling.support import ADMIN, TODAY

CLOSES = f"{ADMIN}/daily-closes"
MONTHS = f"{ADMIN}/monthly-closes"
YESTERDAY, TOMORROW = TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=1)


def morning(day: dt.date, hour: int = 9) -> None:
    """The clock stands there from now on."""
    later(dt.datetime.combine(day, dt.time(hour), clock.LOCAL))


def close(desk: Desk, day: dt.date = TODAY, who: str = "books", *, key: str = "") -> Any:
    """That person closes the day."""
    return desk.post(who, CLOSES, {"hospital_id": str(desk.world.h1.pk), "business_date": str(day)}, key=key)


def closed(desk: Desk, day: dt.date = TODAY) -> DailyClose:
    """The same where it has to succeed; the clock goes to the next morning first."""
    morning(day + dt.timedelta(days=1))
    answer = close(desk, day)
    assert answer.status_code == 201, answer.content
    return DailyClose.objects.get(pk=answer.json()["id"])


def close_month(desk: Desk, month: str, who: str = "cfo") -> Any:
    """That person closes the month."""
    return desk.post(who, MONTHS, {"hospital_id": str(desk.world.h1.pk), "month": month})


def how_it_stands(desk: Desk, day: dt.date = TODAY, who: str = "books") -> Any:
    """What keeps the day open."""
    query = {"hospital_id": str(desk.world.h1.pk), "business_date": str(day)}
    return desk.world.client(who).get(f"{CLOSES}/day", query).json()


def ask(desk: Desk, row: Any, who: str = "cfo", reason: str = "漏记") -> Any:
    """That person asks for the close to be reopened."""
    base = CLOSES if isinstance(row, DailyClose) else MONTHS
    return desk.post(who, f"{base}/{row.pk}/reopen", {"reason": reason})


def decide(desk: Desk, who: str = "cfo2", verb: str = "approve") -> Any:
    """That person decides on the open request."""
    approval = Approval.objects.get(kind__startswith="cashier.reopen", state="requested")
    body = {"version": approval.version, "reason": "同意"}
    return desk.world.client(who).post(f"{ADMIN}/approvals/{approval.pk}/{verb}", body, format="json")


def reopened(desk: Desk, row: Any) -> Any:
    """Both persons have agreed; the row as it is then."""
    answer = ask(desk, row)
    assert answer.status_code == 200, answer.content
    answer = decide(desk)
    assert answer.status_code == 200, answer.content
    row.refresh_from_db()
    return row


def is_true(row: DailyClose) -> bool:
    """Whether the frozen totals are the sums of the ledger's rows of that day."""
    entries = LedgerEntry.objects.filter(
        transaction__hospital_id=row.hospital_id, transaction__posted_on=row.business_date
    )
    amounts = list(entries.values_list("amount_fen", flat=True))
    sums = sum(a for a in amounts if a > 0), -sum(a for a in amounts if a < 0)
    same = row.totals["lines"] == lines_of(row.hospital_id, row.business_date, row.business_date)
    return same and sums == (row.totals["debit_fen"], row.totals["credit_fen"])
