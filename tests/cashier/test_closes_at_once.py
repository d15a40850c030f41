"""Closing while others post, close and reopen: with connections of their own, nothing slips behind a close."""

import threading
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from apps.payments.models import AccountKind, DailyClose, LedgerTransaction
from apps.payments.services import closing as services
from apps.payments.services.day_totals import totals_of
from apps.payments.services.ledger import Account, Movement, post
from apps.payments.services.verify_ledger import verify_ledger
from kernel import clock
from tests.cashier import closing
from tests.cashier.closing import TODAY, TOMORROW, close, is_true, morning
from tests.cashier.support import Desk
from tests.cashier.test_at_once import codes
from tests.scheduling.support import at_once
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.requirement("CLN-10"), pytest.mark.django_db(transaction=True)]
CASH, REVENUE = Account(AccountKind.CLEARING, "cash"), Account(AccountKind.REVENUE)


def move(desk: Desk, fen: int = 100) -> LedgerTransaction:
    """A posting of now, in the caller's transaction."""
    movements = [Movement(CASH, fen), Movement(REVENUE, -fen)]
    return post(hospital_id=desk.world.h1.pk, key=uuid4().hex, kind="posted", movements=movements)


class Posting(threading.Thread):
    """A posting on a connection of its own that has written and does not commit before it is told to."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk, self.made = desk, LedgerTransaction()
        self.written, self.go_on = threading.Event(), threading.Event()

    def run(self) -> None:
        try:
            with transaction.atomic():
                self.made = move(self.desk)
                self.written.set()
                self.go_on.wait(20)
        finally:
            self.written.set()
            connection.close()


def waits_for_a_lock() -> bool:
    """Whether some connection waits for an advisory lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone()[0])


def test_of_two_who_close_a_day_at_once_one_does(desk: Desk) -> None:
    desk.take(1_000)
    morning(TOMORROW)
    answers = at_once([lambda who=who: close(desk, TODAY, who) for who in ("books", "cfo", "books")])
    assert codes(answers) == ["", "day_closed", "day_closed"]
    assert DailyClose.objects.count() == 1 and is_true(DailyClose.objects.get())


def test_a_close_waits_for_a_posting_of_its_day_and_counts_it(desk: Desk) -> None:
    with transaction.atomic():  # the accounts are there
        move(desk)
    posting = Posting(desk)
    posting.start()
    posting.written.wait(20)
    morning(TOMORROW)
    answers: list[Any] = []
    closer = threading.Thread(target=lambda: answers.extend(at_once([lambda: close(desk)], 1)))
    closer.start()
    wait_until(waits_for_a_lock)
    assert not DailyClose.objects.exists()
    with transaction.atomic():  # the new day is not held up by the close of the old one
        assert move(desk).posted_on == TOMORROW
    posting.go_on.set()
    posting.join()
    closer.join()
    assert answers[0].status_code == 201, answers[0].content
    row = DailyClose.objects.get()
    assert row.totals["transactions"] == 2 and is_true(row) and verify_ledger().ok


def test_a_posting_from_before_midnight_that_comes_after_the_close_is_of_the_new_day(desk: Desk) -> None:
    move_before = LedgerTransaction(hospital_id=desk.world.h1.pk, key="k", kind="posted")
    assert move_before.posted_on == TODAY
    morning(TOMORROW)
    assert close(desk).status_code == 201
    with (
        clock.frozen(closing.dt.datetime.combine(TODAY, closing.dt.time(23, 59, 59), clock.LOCAL)),
        transaction.atomic(),
    ):
        made = move(desk)
    made.refresh_from_db()
    assert (made.posted_on, made.corrects_date) == (TOMORROW, TODAY)
    assert is_true(DailyClose.objects.get()) and verify_ledger().ok


def test_postings_and_the_close_of_their_day_all_at_once(desk: Desk) -> None:
    """The clock of each caller still says the old day: whatever comes behind the close is of the new one."""
    evening = closing.dt.datetime.combine(TODAY, closing.dt.time(23, 59, 59), clock.LOCAL)
    closing.later(evening)
    books = desk.world.staff["books"]

    def one() -> Any:
        with transaction.atomic():
            return move(desk)

    def shut() -> Any:
        with transaction.atomic():
            services._take_day(desk.world.h1.pk, TODAY)
            totals = totals_of(desk.world.h1.pk, TODAY)
            row = DailyClose(hospital=desk.world.h1, business_date=TODAY, closed_by=books, totals=totals)
            return services._keep(row)

    one()  # the accounts are there
    answers = at_once([*([one] * 10), shut, *([one] * 10)])
    assert not [each for each in answers if isinstance(each, Exception)], answers
    row = DailyClose.objects.get()
    assert LedgerTransaction.objects.count() == 21
    behind = LedgerTransaction.objects.exclude(posted_on=TODAY)
    assert set(behind.values_list("posted_on", "corrects_date")) <= {(TOMORROW, TODAY)}
    assert row.totals["transactions"] == 21 - behind.count() and is_true(row) and verify_ledger().ok


def test_a_close_and_a_reopening_of_the_day_before_end_in_one_order(desk: Desk) -> None:
    row = closing.closed(desk)
    closing.ask(desk, row)
    morning(TOMORROW + closing.dt.timedelta(days=1))
    answers = at_once([lambda: closing.decide(desk), lambda: close(desk, TOMORROW)])
    assert codes(answers) in (["", "days_close_in_order"], ["", "state_conflict"], ["", ""])
    row.refresh_from_db()
    standing = set(DailyClose.objects.filter(state="closed").values_list("business_date", flat=True))
    assert standing in ({TODAY, TOMORROW}, set(), {TOMORROW})


def test_one_of_two_months_at_once(desk: Desk) -> None:
    closing.closed(desk, closing.dt.date(2026, 11, 30))
    answers = at_once([lambda: closing.close_month(desk, "2026-11")] * 2)
    assert codes(answers) == ["", "month_closed"]
