"""A bill of HIS paid by WeChat in front of both sandboxes: HIS takes it once, whatever happens between us and it."""

from typing import Any

import pytest
import redis

from apps.billing.models import Bill
from apps.integrations.adapters import factory
from apps.payments.models import PaymentOrder
from tests.integrations.conftest import HisControl
from tests.payments.conftest import till
from tests.payments.support import MINI, Till

__all__ = ["till"]


@pytest.fixture
def book(till: Till, settings: Any, redis_url: str) -> HisControl:
    """The HIS of the first hospital, reached over HTTP."""
    till.world.h1.settings = {**till.world.h1.settings, "his.driver": "http"}
    till.world.h1.save()
    settings.HIS_BASE_URL = till.sandbox.url
    factory.his_client.cache_clear()
    with redis.Redis.from_url(redis_url) as store:
        for key in store.scan_iter("yihui:his:*"):
            store.delete(key)
    return HisControl(till.sandbox)


@pytest.fixture
def bill(till: Till, book: HisControl) -> Bill:
    """Ordered in HIS and looked at by the patient."""
    book.bill(mrn=till.world.patients["patient_a"].mrn)
    (shown,) = till.world.client("patient_a").get(f"{MINI}/bills/payable").json()["bills"]
    return Bill.objects.get(pk=shown["id"])


def pay(till: Till, bill: Bill) -> PaymentOrder:
    """The patient pays; the channel tells us, and the workers do what they can."""
    opened = till.post("patient_a", "payment-orders", {"bill_ids": [str(bill.pk)]})
    assert opened.status_code == 201, opened.content
    order = PaymentOrder.objects.get(pk=opened.json()["id"])
    till.confirm(till.prepay("patient_a", order))
    assert till.deliver() == [204]
    till.work()
    order.refresh_from_db()
    return order


def shown_state(till: Till, order: PaymentOrder) -> str:
    """What the patient's app is told of the order."""
    return str(till.world.client("patient_a").get(f"{MINI}/payment-orders/{order.pk}").json()["state"])


def status(bill: Bill) -> str:
    bill.refresh_from_db()
    return bill.status


@pytest.mark.requirement("PAY-04", "PAY-08")
def test_a_paid_bill_is_posted_in_his_and_paid_here(till: Till, book: HisControl, bill: Bill) -> None:
    order = pay(till, bill)
    assert (order.state, status(bill)) == ("posted", "paid")
    arrived = book.payment(order.order_no)
    assert (arrived["state"], arrived["taken"], arrived["amount_fen"]) == ("posted", 1, bill.amount_fen)
    (line,) = arrived["request"]["lines"]
    assert (line["external_id"], line["bill_no"]) == (bill.external_id, bill.bill_no)
    assert arrived["request"]["transaction_id"] != ""


@pytest.mark.requirement("PAY-08")
def test_while_his_is_down_a_payment_is_never_shown_as_posted(
    till: Till, book: HisControl, bill: Bill
) -> None:
    book.outage(True)
    order = pay(till, bill)
    assert (shown_state(till, order), status(bill)) == ("paid_unposted", "issued")
    assert till.world.client("patient_a").get(f"{MINI}/bills/{bill.pk}/voucher").status_code == 409
    book.outage(False)
    till.later(minutes=1)
    till.work()
    assert (shown_state(till, order), status(bill)) == ("posted", "paid")
    assert book.tally(order.order_no) == {"sent": 1, "refused": 0, "taken": 1, "undone": 0}


@pytest.mark.requirement("PAY-08")
def test_a_payment_that_his_took_without_saying_so_is_taken_once(
    till: Till, book: HisControl, bill: Bill
) -> None:
    book.faults({"kind": "silent_after_work", "operation": "payments.post", "times": 1})
    order = pay(till, bill)
    assert (order.state, book.tally(order.order_no)["taken"]) == ("paid_unposted", 1)
    till.later(minutes=1)
    till.work()
    assert (shown_state(till, order), status(bill)) == ("posted", "paid")
    assert book.tally(order.order_no) == {"sent": 2, "refused": 0, "taken": 1, "undone": 0}
    assert book.totals()["taken_fen"] == bill.amount_fen


@pytest.mark.requirement("PAY-08")
def test_a_payment_that_his_refuses_goes_back_by_itself(till: Till, book: HisControl, bill: Bill) -> None:
    book.settle(bill.external_id, "paid")
    order = pay(till, bill)
    for _ in range(3):
        till.later(minutes=1)
        till.work()
    order.refresh_from_db()
    assert (order.state, order.return_cause, order.posting_error) == ("returned", "refused", "BILL_NOT_OPEN")
    assert till.sandbox.balance("wechat_pay")["balance_fen"] == 0
    assert book.payment(order.order_no)["state"] == "withdrawn"
    assert book.tally(order.order_no)["taken"] == 0


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize("took_it", [False, True])
def test_after_half_an_hour_without_his_the_money_goes_back_and_his_forgets_it_when_it_is_back(
    till: Till, book: HisControl, bill: Bill, took_it: bool
) -> None:
    if took_it:
        book.faults({"kind": "silent_after_work", "operation": "payments.post", "times": 1})
    else:
        book.outage(True)
    order = pay(till, bill)
    book.outage(True)
    for _ in range(5):
        till.later(minutes=8)
        till.work()
    order.refresh_from_db()
    assert (order.state, status(bill)) == ("returned", "issued")
    assert till.sandbox.balance("wechat_pay")["balance_fen"] == 0
    book.outage(False)
    till.later(minutes=11)
    till.work()
    assert book.payment(order.order_no)["state"] == "withdrawn"
    totals = book.totals()
    assert totals["taken_fen"] == totals["withdrawn_fen"] == (bill.amount_fen if took_it else 0)
