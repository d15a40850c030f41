"""Told after the close: what a channel says of a closed day is recorded, posted today, and never lost."""

import datetime as dt

import pytest
from django.db import transaction

from apps.identity.models import Hospital
from apps.payments.models import (
    AccountKind,
    ChannelPush,
    DailyClose,
    LedgerTransaction,
    PaymentAttempt,
    PaymentOrder,
    RefundCause,
    RefundRoute,
)
from apps.payments.services.closing import close_day
from apps.payments.services.counter import pay_at_counter
from apps.payments.services.day_totals import lines_of
from apps.payments.services.ledger import Account, balance
from apps.payments.services.refunds import RefundPart, create_refund
from apps.payments.services.verify_ledger import verify_ledger
from apps.reconciliation.services.runs import start_daily
from kernel import clock
from tests.payments.support import TODAY, Till
from tests.payments.test_midnight import at, order_of_bill
from tests.reconciliation.support import work
from tests.scheduling.support import TOMORROW

pytestmark = pytest.mark.requirement("CLN-10", "PAY-08")


def close(till: Till, day: dt.date = TODAY) -> DailyClose:
    """The next morning: the day is reconciled and closed."""
    till.move_to(at(10, 15, day=day + dt.timedelta(days=1)))
    start_daily(day)
    work()
    hospital = Hospital.objects.get(pk=till.world.h1.pk)
    return close_day(hospital=hospital, day=day, by=till.world.staff["clerk"])


def is_frozen(row: DailyClose) -> bool:
    """Whether the ledger's rows of the day still add up to what was frozen."""
    return bool(row.totals["lines"] == lines_of(row.hospital_id, row.business_date, row.business_date))


def paid_in_the_evening(till: Till) -> tuple[PaymentOrder, PaymentAttempt]:
    """Somebody pays at 23:59:30; we hear nothing."""
    till.move_to(at(23, 50))
    order = order_of_bill(till)
    attempt = till.prepay("patient_a", order)
    till.move_to(at(23, 59, 30))
    till.confirm(attempt)
    return order, attempt


def close_unheard(till: Till) -> DailyClose:
    """The day is closed as far as we know, without the channel's bill: as if it had none."""
    till.move_to(at(0, 5, day=TOMORROW))
    hospital = Hospital.objects.get(pk=till.world.h1.pk)
    with pytest.MonkeyPatch.context() as patch:
        from apps.payments import day_blockers

        kinds = {code: kind for code, kind in day_blockers.KINDS.items() if code != "reconciliation.run"}
        patch.setattr(day_blockers, "KINDS", kinds)
        return close_day(hospital=hospital, day=TODAY, by=till.world.staff["clerk"])


def test_a_push_of_a_closed_day_is_recorded_and_posted_today_with_the_day_it_corrects(till: Till) -> None:
    order, attempt = paid_in_the_evening(till)
    row = close_unheard(till)
    assert till.deliver() == [204]
    till.work()
    order.refresh_from_db()
    attempt.refresh_from_db()
    assert (order.state, attempt.state) == ("posted", "succeeded")
    assert clock.day_of(attempt.paid_at) == TODAY  # the channel's word stays
    paid = LedgerTransaction.objects.get(kind="paid")
    assert (paid.posted_on, paid.corrects_date) == (TOMORROW, TODAY)
    assert LedgerTransaction.objects.get(kind="posted").posted_on == TOMORROW
    assert ChannelPush.objects.get().outcome == "paid"
    assert is_frozen(row) and verify_ledger().ok
    later = close(till, TOMORROW)
    assert later.totals["corrections"] == 1 and later.totals["channels"][0]["in_count"] == 1


def test_a_push_of_a_closed_day_is_told_twice_and_posted_once(till: Till) -> None:
    _, attempt = paid_in_the_evening(till)
    close_unheard(till)
    (push,) = till.receiver.wait(1)
    assert [till.bring(push).status_code for _ in range(3)] == [204] * 3
    till.work()
    assert LedgerTransaction.objects.filter(kind="paid").count() == 1
    assert (
        balance(hospital_id=till.world.h1.pk, account=Account(AccountKind.CLEARING, "wechat_pay"))
        == attempt.amount_fen
    )


def test_a_query_finds_a_payment_of_a_closed_day(till: Till) -> None:
    """No push came at all: a worker asks, and hears of yesterday."""
    order, _ = paid_in_the_evening(till)
    close_unheard(till)
    till.later(minutes=30)
    till.work()
    order.refresh_from_db()
    paid = LedgerTransaction.objects.get(kind="paid")
    assert order.state in ("posted", "returning", "returned")
    assert (paid.posted_on, paid.corrects_date) == (TOMORROW, TODAY)


def test_a_second_payment_of_a_closed_day_goes_back_today(till: Till) -> None:
    order, attempt = paid_in_the_evening(till)
    pay_at_counter(order=order, channel="cash", staff=till.world.staff["clerk"])
    row = close_unheard(till)
    assert till.deliver() == [204]
    till.work()
    till.later(minutes=1)
    till.work()
    attempt.refresh_from_db()
    made = LedgerTransaction.objects.get(key=f"paid:{attempt.pk}")
    assert attempt.state == "overpayment" and (made.posted_on, made.corrects_date) == (TOMORROW, TODAY)
    assert attempt.refunds.get().state == "succeeded"
    assert is_frozen(row) and row.totals["channels"][0]["channel"] == "cash" and verify_ledger().ok


def test_a_refund_of_a_closed_days_payment_is_posted_today(till: Till) -> None:
    till.move_to(at(12, 0))
    order = order_of_bill(till)
    attempt = till.prepay("patient_a", order)
    till.confirm(attempt)
    till.deliver()
    till.work()
    row = close(till)
    order.refresh_from_db()
    refund = create_refund(
        order=order, parts=[RefundPart(order.lines.get().pk, 1_000)], cause=RefundCause.WINDOW, reason="退药",
        route=RefundRoute.ORIGINAL,
    )  # fmt: skip
    till.work()
    till.later(minutes=1)
    till.work()
    refund.refresh_from_db()
    assert refund.state == "succeeded"
    gone = LedgerTransaction.objects.filter(kind__in=("refund_decided", "refunded"))
    assert set(gone.values_list("posted_on", "corrects_date")) == {(TOMORROW, None)}
    assert is_frozen(row)


def test_a_run_without_its_bill_keeps_the_day_open(till: Till) -> None:
    from apps.payments.day_blockers import open_items

    till.move_to(at(0, 30, day=TOMORROW))
    kinds = [item.kind for item in open_items(till.world.h1.pk, TODAY)]
    assert kinds == ["reconciliation.run"]
    till.move_to(at(10, 15, day=TOMORROW))
    start_daily(TODAY)
    assert [item.kind for item in open_items(till.world.h1.pk, TODAY)] == ["reconciliation.run"]
    work()
    assert open_items(till.world.h1.pk, TODAY) == []


def test_a_posting_names_the_day_that_it_corrects_only_where_that_is_closed(till: Till) -> None:
    from apps.payments.services.ledger import Movement, post

    moves = [
        Movement(Account(AccountKind.CLEARING, "cash"), 100),
        Movement(Account(AccountKind.REVENUE), -100),
    ]

    def made(key: str) -> tuple[dt.date, dt.date | None]:
        with transaction.atomic():
            row = post(hospital_id=till.world.h1.pk, key=key, kind="x", movements=moves, about=TODAY)
        row.refresh_from_db()
        return row.posted_on, row.corrects_date

    till.move_to(at(9, 0, day=TOMORROW))
    assert made("open") == (TOMORROW, None)
    close(till)
    assert made("closed") == (TOMORROW, TODAY)
