"""Over midnight: numbers, ledger days and the channel's day each keep their own calendar, and nothing falls between."""

import datetime as dt

import pytest

from apps.billing.models import Bill
from apps.payments.models import (
    LedgerTransaction,
    PaymentAttempt,
    PaymentOrder,
    Refund,
    RefundCause,
    RefundRoute,
)
from apps.payments.services.refunds import RefundPart, create_refund
from apps.scheduling.models import Appointment
from kernel import clock
from tests.billing.support import issue
from tests.payments.support import TODAY, Till
from tests.scheduling.support import TOMORROW, code

LATE = {"start": "20:00", "end": "23:59", "slot_minutes": 0}


def at(hour: int, minute: int, second: int = 0, day: dt.date = TODAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute, second), clock.LOCAL)


def order_of_bill(till: Till) -> PaymentOrder:
    opened = till.post("patient_a", "payment-orders", {"bill_ids": [str(issue(till.world).pk)]})
    assert opened.status_code == 201, opened.content
    return PaymentOrder.objects.get(pk=opened.json()["id"])


def day(moment: dt.datetime | None) -> dt.date:
    assert moment is not None
    return moment.astimezone(clock.LOCAL).date()


@pytest.mark.requirement("PAY-08", "PAY-09")
def test_an_order_of_yesterday_is_paid_and_given_back_today(till: Till) -> None:
    till.move_to(at(23, 50))
    order = order_of_bill(till)
    attempt = till.prepay("patient_a", order)
    till.move_to(at(0, 5, day=TOMORROW))
    till.confirm(attempt)
    till.deliver()
    till.work()
    order.refresh_from_db()
    assert (order.state, order.order_no[:8]) == ("posted", f"ZF{TODAY:%y%m%d}")
    assert day(Bill.objects.get().paid_at) == day(order.posted_at) == TOMORROW
    assert set(LedgerTransaction.objects.values_list("posted_on", flat=True)) == {TOMORROW}
    refund = create_refund(
        order=order,
        parts=[RefundPart(order.lines.get().pk, order.amount_fen)],
        cause=RefundCause.WINDOW,
        reason="测试",
        route=RefundRoute.ORIGINAL,
    )
    till.work()
    till.later(minutes=1)
    till.work()
    refund.refresh_from_db()
    assert (refund.state, refund.refund_no[:8]) == ("succeeded", f"TF{TOMORROW:%y%m%d}")


@pytest.mark.requirement("PAY-08", "PAY-09")
def test_a_payment_of_yesterday_that_is_heard_of_today_keeps_the_channels_day(till: Till) -> None:
    till.move_to(at(23, 50))
    attempt = till.prepay("patient_a", order_of_bill(till))
    till.move_to(at(23, 59, 30))
    till.confirm(attempt)
    till.move_to(at(0, 0, 30, day=TOMORROW))
    till.deliver()
    till.work()
    attempt.refresh_from_db()
    assert day(attempt.paid_at) == TODAY == day(Bill.objects.get().paid_at)
    assert set(LedgerTransaction.objects.values_list("posted_on", flat=True)) == {TOMORROW}


@pytest.mark.requirement("PAY-08")
def test_orders_to_either_side_of_midnight_have_numbers_of_their_days(till: Till) -> None:
    till.move_to(at(23, 59, 59))
    before = order_of_bill(till)
    till.move_to(at(0, 0, day=TOMORROW))
    after = order_of_bill(till)
    assert before.order_no[2:8] == f"{TODAY:%y%m%d}" and after.order_no[2:8] == f"{TOMORROW:%y%m%d}"
    assert before.order_no != after.order_no


@pytest.mark.requirement("BOOK-04", "PAY-08")
def test_a_same_day_hold_ends_with_its_session_and_what_comes_after_midnight_goes_back(till: Till) -> None:
    till.move_to(at(23, 50))
    held = till.hold(**LATE)
    order = till.checkout("patient_a", held["id"])
    attempt = till.prepay("patient_a", order)
    assert order.expires_at == at(23, 59)
    till.sandbox.push_faults("wechat_pay", {"kind": "lose"})
    till.move_to(at(23, 58, 50))
    till.confirm(attempt)
    till.move_to(at(0, 0, 30, day=TOMORROW))
    assert code(till.post("patient_a", f"payment-orders/{order.pk}/pay", {"channel": "wechat_pay"})) == (
        409,
        "payment_order_expired",
    )
    for _ in range(3):
        till.work()
        till.later(minutes=1)
    order.refresh_from_db()
    refund = Refund.objects.get()
    assert (order.state, refund.state, refund.cause) == ("returned", "succeeded", "late")
    assert Appointment.objects.get().state in ("pending", "expired")
    assert till.sandbox.balance("wechat_pay")["balance_fen"] == 0
    assert PaymentAttempt.objects.get().state == "succeeded"
