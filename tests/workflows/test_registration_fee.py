"""A fee that a clerk has taken is on the books once, whatever happens before the books have heard of it."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from apps.billing.adapters.embedded import EmbeddedHis
from apps.billing.errors import AppointmentStands
from apps.billing.models import Bill
from apps.billing.services.refund_bills import refund_bills
from apps.billing.services.refund_requests import request_bills
from apps.payments.models import AccountKind, PaymentOrder, Refund
from apps.payments.services.advance_refund import hand_out
from apps.payments.services.ledger import Account, balance
from apps.payments.types import RefundCause, RefundRoute
from apps.scheduling.models import Appointment
from apps.worklist.models import WorkItem
from kernel.models import OutboxEvent
from kernel.outbox.events import rebuild, subscriptions_of
from tests.billing.support import issue
from tests.payments.his import Away, NoRefunds, Refusing, use_his, well_afterwards
from tests.payments.support import Till
from tests.scheduling.support import ADMIN


@pytest.fixture(autouse=True)
def _his_is_well() -> Iterator[None]:
    with well_afterwards():
        yield


def at_window(till: Till, held: dict[str, Any], action: str, body: Any = None) -> None:
    answer = till.world.client("clerk").post(
        f"{ADMIN}/appointments/{held['id']}/{action}",
        body or {},
        format="json",
        HTTP_IDEMPOTENCY_KEY=uuid4().hex,
    )
    assert answer.status_code == 200, answer.content


def handle(topic: str) -> None:
    """The workers get to events of this kind first."""
    for row in OutboxEvent.objects.filter(topic=topic, published_at=None).order_by("id"):
        OutboxEvent.objects.filter(pk=row.pk).update(published_at=row.created_at)
        for subscription in subscriptions_of(row.topic):
            subscription.handler(rebuild(subscription.event, row.payload))


def rest(till: Till, minutes: int = 5) -> None:
    till.work()
    for _ in range(minutes):
        till.later(minutes=1)
        till.work()


def money(till: Till, kind: AccountKind, owner: str = "") -> int:
    return balance(hospital_id=till.world.h1.pk, account=Account(kind, owner))


def books(till: Till) -> tuple[int, int, int, int]:
    """Cash, revenue, unposted, owed to payers."""
    kinds = (AccountKind.REVENUE, AccountKind.UNPOSTED, AccountKind.REFUNDS_PAYABLE)
    return (money(till, AccountKind.CLEARING, "cash"), *(money(till, kind) for kind in kinds))


def status(held: dict[str, Any]) -> str:
    return Appointment.objects.get(pk=held["id"]).payment_status


@pytest.mark.requirement("ORG-04")
def test_a_fee_that_only_the_window_can_give_back_is_a_clerk_s_work_until_it_is_back(till: Till) -> None:
    held = till.hold()
    at_window(till, held, "settle")
    rest(till)
    at_window(till, held, "cancel", {"reason": "改天"})
    rest(till)
    mine = till.world.client("clerk").get(f"{ADMIN}/work-items/mine").json()["results"]
    assert [(row["kind"], row["subject_id"]) for row in mine] == [
        ("workflows.registration_refund_due", held["id"])
    ]
    assert "20.00元" in mine[0]["title"]
    bill = Bill.objects.get()
    refund_bills(
        order=PaymentOrder.objects.get(pk=bill.order_id), bill_amounts={bill.pk: bill.amount_fen},
        cause=RefundCause.WINDOW, reason="退号", application="window", route=RefundRoute.COUNTER_CASH,
        staff=till.world.staff["clerk"],
    )  # fmt: skip
    hand_out(Refund.objects.get().pk)
    rest(till)
    assert status(held) == "refunded"
    item = WorkItem.objects.get(kind="workflows.registration_refund_due")
    assert (item.state, item.outcome) == ("done", "已退费")


@pytest.mark.requirement("ORG-04")
def test_a_fee_that_goes_back_by_itself_is_nobody_s_work(till: Till) -> None:
    till.world.h1.settings = {**till.world.h1.settings, "payment.registration_refund_route": "original"}
    till.world.h1.save(update_fields=["settings"])
    held = till.hold()
    order = till.checkout("patient_a", held["id"])
    till.confirm(till.prepay("patient_a", order))
    till.deliver()
    rest(till)
    at_window(till, held, "cancel", {"reason": "改天"})
    rest(till)
    assert (status(held), WorkItem.objects.count()) == ("refunded", 0)


@pytest.mark.requirement("PAY-09", "BOOK-10")
@pytest.mark.parametrize("first", ["scheduling.appointment_settled", "scheduling.appointment_cancelled"])
def test_a_fee_whose_number_is_cancelled_at_once_is_due_to_the_patient(till: Till, first: str) -> None:
    held = till.hold()
    at_window(till, held, "settle")
    at_window(till, held, "cancel", {"reason": "改天"})
    handle(first)
    rest(till)
    assert books(till) == (2_000, 2_000, 0, 0)
    assert (status(held), Bill.objects.get().status) == ("refund_due", "paid")


@pytest.mark.requirement("PAY-09", "BOOK-10")
@pytest.mark.parametrize("first", ["scheduling.appointment_settled", "scheduling.settlement_reversed"])
def test_a_fee_given_back_before_the_books_heard_of_it_leaves_nothing(till: Till, first: str) -> None:
    held = till.hold()
    at_window(till, held, "settle")
    at_window(till, held, "reverse-settlement", {"reason": "收错"})
    handle(first)
    rest(till)
    assert books(till) == (0, 0, 0, 0)
    assert (status(held), Bill.objects.get().status) == ("unpaid", "issued")


@pytest.mark.requirement("PAY-09", "BOOK-10")
def test_a_fee_given_back_while_it_is_being_posted_leaves_the_number_unpaid(till: Till) -> None:
    held = till.hold()
    at_window(till, held, "settle")
    handle("scheduling.appointment_settled")
    assert PaymentOrder.objects.get().state == "paid_unposted"
    at_window(till, held, "reverse-settlement", {"reason": "收错"})
    till._due()  # the worker that posts is faster than the one that hears of the reversal
    rest(till)
    assert books(till) == (0, 0, 0, 0)
    assert (status(held), Bill.objects.get().status) == ("unpaid", "issued")


@pytest.mark.requirement("PAY-08", "PAY-09", "BOOK-10")
def test_settled_reversed_and_settled_again_is_one_fee(till: Till) -> None:
    held = till.hold()
    for action in ("settle", "reverse-settlement", "settle"):
        at_window(till, held, action, {"reason": "收错"})
    rest(till)
    assert books(till) == (2_000, 2_000, 0, 0)
    assert status(held) == "paid_at_counter"


@pytest.mark.requirement("PAY-08", "PAY-09", "BOOK-10")
def test_a_fee_that_is_due_after_an_earlier_one_was_reversed_stays_due(till: Till) -> None:
    held = till.hold()
    at_window(till, held, "settle")
    till.work()
    at_window(till, held, "reverse-settlement", {"reason": "收错"})
    handle("scheduling.settlement_reversed")
    till._due()  # the first fee is back, and not everybody has heard of it
    at_window(till, held, "settle")
    at_window(till, held, "cancel", {"reason": "改天"})
    rest(till)
    assert (status(held), books(till)) == ("refund_due", (2_000, 2_000, 0, 0))


@pytest.mark.requirement("PAY-08", "PAY-09", "BOOK-10")
def test_a_fee_taken_while_the_online_payment_waits_for_his_is_on_the_books_and_the_other_goes_back(
    till: Till,
) -> None:
    use_his(Away)
    held = till.hold()
    till.confirm(till.prepay("patient_a", till.checkout("patient_a", held["id"])))
    till.deliver()
    till.work()
    at_window(till, held, "settle")
    till.work()
    use_his(EmbeddedHis)
    rest(till)
    assert books(till) == (2_000, 2_000, 0, 0)
    assert till.sandbox.balance("wechat_pay")["balance_fen"] == 0
    assert status(held) == "paid_at_counter"
    assert sorted(PaymentOrder.objects.values_list("state", flat=True)) == ["posted", "returned"]


@pytest.mark.requirement("PAY-08", "PAY-09", "BOOK-10")
def test_a_fee_taken_while_it_stands_in_an_order_that_cannot_be_closed_is_on_the_books_at_once(
    till: Till,
) -> None:
    till.offer("unionpay")
    held = till.hold()
    till.work()
    bills = [str(Bill.objects.get().pk), str(issue(till.world).pk)]
    opened = till.post("patient_a", "payment-orders", {"bill_ids": bills})
    path = f"payment-orders/{opened.json()['id']}/pay"
    assert till.post("patient_a", path, {"channel": "unionpay", "method": "app"}).status_code == 201
    at_window(till, held, "settle")
    till.work()
    assert books(till) == (2_000, 2_000, 0, 0)
    rest(till, 35)
    assert PaymentOrder.objects.get(pk=opened.json()["id"]).state == "closed"
    assert books(till) == (2_000, 2_000, 0, 0)


@pytest.mark.requirement("PAY-08", "PAY-09")
def test_cash_is_never_given_back_by_itself_while_his_is_away(till: Till) -> None:
    use_his(Away)
    held = till.hold()
    at_window(till, held, "settle")
    rest(till, 45)
    assert books(till) == (2_000, 0, 2_000, 0)
    assert PaymentOrder.objects.get().alarmed_at is not None
    use_his(EmbeddedHis)
    rest(till, 11)
    assert books(till) == (2_000, 2_000, 0, 0)


@pytest.mark.requirement("PAY-08", "PAY-09")
def test_cash_that_his_refuses_waits_for_a_clerk_to_hand_it_back(till: Till) -> None:
    use_his(Refusing)
    order = till.checkout("patient_a", till.hold()["id"])
    clerk = till.world.client("clerk")
    path = f"{ADMIN}/payment-orders/{order.pk}/settle"
    answer = clerk.post(path, {"channel": "cash"}, format="json", HTTP_IDEMPOTENCY_KEY="s")
    assert answer.json()["state"] == "returning"
    rest(till)
    refund = Refund.objects.get()
    assert (refund.state, refund.error) == ("failed", "at_counter")
    assert books(till) == (2_000, 0, 0, 2_000)
    path = f"{ADMIN}/refunds/{refund.pk}/pay-out"
    assert clerk.post(path, HTTP_IDEMPOTENCY_KEY="p").status_code == 200
    order.refresh_from_db()
    assert (order.state, books(till)) == ("returned", (0, 0, 0, 0))


@pytest.mark.requirement("PAY-08", "PAY-09", "BOOK-10")
def test_a_settled_fee_that_his_refuses_is_handed_back_by_reversing_it(till: Till) -> None:
    use_his(Refusing)
    held = till.hold()
    at_window(till, held, "settle")
    rest(till, 40)
    assert (Refund.objects.get().state, books(till)) == ("failed", (2_000, 0, 0, 2_000))
    at_window(till, held, "reverse-settlement", {"reason": "HIS 拒绝"})
    rest(till)
    assert (Refund.objects.get().state, books(till)) == ("succeeded", (0, 0, 0, 0))
    assert PaymentOrder.objects.get().state == "returned"


@pytest.mark.requirement("PAY-08", "PAY-09", "BOOK-10")
@pytest.mark.parametrize("his", [EmbeddedHis, Away])
@pytest.mark.parametrize("first", ["appointment", "order"])
def test_a_fee_that_two_clerks_took_is_on_the_books_twice_and_handed_back_once(
    till: Till, first: str, his: type[EmbeddedHis]
) -> None:
    held = till.hold()
    order = till.checkout("patient_a", held["id"])
    use_his(his)

    def settle_order() -> None:
        clerk = till.world.client("clerk")
        path = f"{ADMIN}/payment-orders/{order.pk}/settle"
        assert (
            clerk.post(path, {"channel": "cash"}, format="json", HTTP_IDEMPOTENCY_KEY="s").status_code == 200
        )

    if first == "appointment":
        at_window(till, held, "settle")
        settle_order()
    elif his is EmbeddedHis:
        pytest.skip("posted at once: the second clerk is told")
    else:
        settle_order()
        at_window(till, held, "settle")
    use_his(EmbeddedHis)
    rest(till)
    refund = Refund.objects.get()
    assert (refund.state, refund.error, books(till)) == ("failed", "at_counter", (4_000, 2_000, 0, 2_000))
    path = f"{ADMIN}/refunds/{refund.pk}/pay-out"
    assert till.world.client("clerk").post(path, HTTP_IDEMPOTENCY_KEY="p").status_code == 200
    assert (status(held), books(till)) == ("paid_at_counter", (2_000, 2_000, 0, 0))


@pytest.mark.requirement("PAY-09", "BOOK-10")
def test_what_a_clerk_has_handed_back_is_on_the_books_whatever_his_says(till: Till) -> None:
    held = till.hold()
    at_window(till, held, "settle")
    till.work()
    use_his(NoRefunds)
    at_window(till, held, "reverse-settlement", {"reason": "收错"})
    rest(till)
    assert Refund.objects.get().state == "succeeded"
    assert (books(till), status(held), Bill.objects.get().status) == ((0, 0, 0, 0), "unpaid", "refunded")


@pytest.mark.requirement("PAY-07", "PAY-09", "BOOK-10")
def test_a_fee_that_was_handed_back_is_not_handed_back_again_by_a_request(till: Till) -> None:
    held = till.hold()
    at_window(till, held, "settle")
    till.work()
    at_window(till, held, "reverse-settlement", {"reason": "收错"})
    at_window(till, held, "cancel", {"reason": "改天"})
    order, bill = PaymentOrder.objects.get(), Bill.objects.get()
    assert bill.status == "paid", "the books have not heard of it yet"
    with pytest.raises(AppointmentStands):
        request_bills(order=order, amounts={bill.pk: None}, reason="退号", staff=till.world.staff["clerk"])
    rest(till)
    assert books(till) == (0, 0, 0, 0)


@pytest.mark.requirement("PAY-08", "PAY-09", "BOOK-10")
@pytest.mark.parametrize("his", [Away, Refusing])
def test_a_reversal_hands_back_its_own_fee_and_not_what_another_clerk_took(
    till: Till, his: type[EmbeddedHis]
) -> None:
    held = till.hold()
    order = till.checkout("patient_a", held["id"])
    at_window(till, held, "settle")
    at_window(till, held, "reverse-settlement", {"reason": "收错"})
    use_his(his)
    clerk = till.world.client("clerk")
    path = f"{ADMIN}/payment-orders/{order.pk}/settle"
    assert clerk.post(path, {"channel": "cash"}, format="json", HTTP_IDEMPOTENCY_KEY="s").status_code == 200
    till.work()
    use_his(EmbeddedHis)
    rest(till)
    if his is Away:
        assert (status(held), books(till)) == ("paid_at_counter", (2_000, 2_000, 0, 0))
    else:
        assert (status(held), books(till)) == ("unpaid", (2_000, 0, 0, 2_000))


@pytest.mark.requirement("PAY-08", "PAY-09", "BOOK-10")
def test_the_fee_of_a_visit_that_took_place_is_refunded_when_its_money_is_back(till: Till) -> None:
    held = till.hold()
    at_window(till, held, "settle")
    rest(till)
    Appointment.objects.filter(pk=held["id"]).update(state="fulfilled")
    bill = Bill.objects.get()
    order = PaymentOrder.objects.get(pk=bill.order_id)
    refund_bills(
        order=order, bill_amounts={bill.pk: bill.amount_fen}, cause=RefundCause.WINDOW, reason="多收",
        application="window", route=RefundRoute.COUNTER_CASH, staff=till.world.staff["clerk"],
    )  # fmt: skip
    hand_out(Refund.objects.get().pk)
    rest(till)
    assert (status(held), Bill.objects.get().status) == ("refunded", "refunded")
