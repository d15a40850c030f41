"""Through the real channel and the real appointment: a card topped up and given back, a registration given back."""

from typing import Any
from uuid import uuid4

import pytest

from apps.billing.models import Bill, Invoice
from apps.billing.services.invoices import issue_invoice
from apps.billing.services.perform import perform_item
from apps.messaging.models import Message
from apps.payments.models import PaymentOrder, Refund
from apps.scheduling.models import Appointment
from tests.billing.refund_support import ADMIN, TOP_UPS_ON, configure, held, state
from tests.billing.support import ASPIRIN, BLOOD, code, issue
from tests.payments.support import MINI, Till


def pay(till: Till, order: PaymentOrder) -> PaymentOrder:
    till.confirm(till.prepay("patient_a", order))
    till.deliver()
    till.work()
    order.refresh_from_db()
    assert order.state == "posted"
    return order


def desk(till: Till, who: str, path: str, body: Any = None) -> Any:
    return till.world.client(who).post(
        f"{ADMIN}/{path}", body or {}, format="json", HTTP_IDEMPOTENCY_KEY=uuid4().hex
    )


def top_up(till: Till, amount_fen: int) -> PaymentOrder:
    configure(till.world, **TOP_UPS_ON)
    made = till.post("patient_a", "card-top-ups", {"amount_fen": amount_fen}).json()
    return pay(till, PaymentOrder.objects.get(pk=made["order_id"]))


@pytest.mark.requirement("PAY-03", "PAY-06")
def test_a_card_is_topped_up_by_wechat_and_goes_back_by_wechat(till: Till) -> None:
    older = top_up(till, 3_000)
    till.later(minutes=1)
    newer = top_up(till, 2_000)
    assert held(till.world) == 5_000
    till.sandbox.settings("wechat_pay", refund_delay_ms=60_000)
    made = till.post("patient_a", "card-refunds", {"amount_fen": 2_500}).json()
    till.work()
    assert [row.state for row in Refund.objects.all()] == ["processing", "processing"]
    shown = till.world.client("patient_a").get(f"{MINI}/refund-requests/{made['id']}").json()
    assert (shown["state"], shown["succeeded_fen"]) == ("executing", 0), "accepted is not succeeded"
    assert not Message.objects.filter(scene="refund_succeeded").exists()
    till.later(minutes=3)
    till.work()
    shown = till.world.client("patient_a").get(f"{MINI}/refund-requests/{made['id']}").json()
    assert (shown["state"], shown["succeeded_fen"], held(till.world)) == ("done", 2_500, 2_500)
    assert Message.objects.filter(scene="refund_succeeded").count() == 2
    assert till.sandbox.balance("wechat_pay")["balance_fen"] == 2_500
    for order in (older, newer):
        order.refresh_from_db()
    assert (newer.refunded_fen, older.refunded_fen) == (2_000, 500)


@pytest.mark.requirement("PAY-06")
def test_a_card_refund_that_wechat_closes_fails_and_is_paid_out_in_cash(till: Till) -> None:
    top_up(till, 3_000)
    till.sandbox.settings("wechat_pay", refund_outcome="closed", refund_delay_ms=0)
    made = till.post("patient_a", "card-refunds", {"amount_fen": 1_000}).json()
    till.work()
    till.later(minutes=3)
    till.work()
    assert state(made["id"]) == "failed"
    assert Message.objects.filter(scene="refund_failed").count() == 1
    refund = Refund.objects.get()
    assert desk(till, "clerk", f"refunds/{refund.pk}/pay-out").status_code == 200
    till.work()
    assert (state(made["id"]), held(till.world)) == ("done", 2_000)
    assert till.sandbox.balance("wechat_pay")["refunded_fen"] == 0


@pytest.fixture
def registered(till: Till) -> tuple[dict[str, Any], PaymentOrder]:
    """A number of today, paid by WeChat."""
    appointment = till.hold()
    return appointment, pay(till, till.checkout("patient_a", appointment["id"]))


@pytest.mark.requirement("BOOK-08", "PAY-07", "PAY-14")
def test_a_paid_registration_goes_back_at_the_window_only_with_approval_and_reprint(
    till: Till, registered: tuple[dict[str, Any], PaymentOrder]
) -> None:
    appointment, order = registered
    bill = Bill.objects.get(order_id=order.pk)
    assert code(till.post("patient_a", f"appointments/{appointment['id']}/cancel")) == (
        409,
        "refund_at_counter",
    )
    body = {"reason": "不去了"}
    assert code(till.post("patient_a", f"payment-orders/{order.pk}/refund", body)) == (
        409,
        "refund_at_counter",
    )
    assert (
        desk(till, "clerk", f"appointments/{appointment['id']}/cancel", {"reason": "患者退号"}).status_code
        == 200
    )
    till.work()
    assert not Refund.objects.exists(), "cancelling alone gives nothing back"
    asked = {"order_id": str(order.pk), "bills": [{"bill_id": str(bill.pk)}], "reason": "退号"}
    made = desk(till, "clerk", "refund-requests", asked).json()
    assert code(desk(till, "clerk", f"refund-requests/{made['id']}/execute")) == (
        409,
        "refund_needs_approval",
    )
    assert desk(till, "doctor_a", f"refund-requests/{made['id']}/approve").status_code == 200
    assert code(desk(till, "clerk", f"refund-requests/{made['id']}/execute")) == (
        409,
        "invoice_reprint_required",
    )
    invoice = Invoice.objects.filter(bill=bill).first() or issue_invoice(bill)
    printed = {"desk": "急诊收费处", "reason": "退费补打"}
    assert desk(till, "clerk", f"invoices/{invoice.pk}/prints", printed).status_code == 201
    done = desk(till, "clerk", f"refund-requests/{made['id']}/execute").json()
    assert (done["state"], done["refunds"][0]["route"]) == ("done", "counter_cash")
    till.work()
    assert Appointment.objects.get(pk=appointment["id"]).payment_status == "refunded"
    assert till.sandbox.balance("wechat_pay")["refunded_fen"] == 0


@pytest.mark.requirement("BOOK-08", "PAY-06")
def test_where_the_hospital_wants_it_cancelling_gives_the_fee_back_by_the_way_it_came(
    till: Till, registered: tuple[dict[str, Any], PaymentOrder]
) -> None:
    appointment, order = registered
    configure(till.world, payment__registration_refund_route="original")
    assert code(till.post("patient_a", f"payment-orders/{order.pk}/refund", {"reason": "x"})) == (
        409, "appointment_stands",
    )  # fmt: skip
    assert till.post("patient_a", f"appointments/{appointment['id']}/cancel").status_code == 200
    till.work()
    till.later(minutes=3)
    till.work()
    rows = till.world.client("patient_a").get(f"{MINI}/refund-requests").json()["results"]
    assert [(row["state"], row["succeeded_fen"]) for row in rows] == [("done", 2_000)]
    assert till.sandbox.balance("wechat_pay")["refunded_fen"] == 2_000
    assert Appointment.objects.get(pk=appointment["id"]).payment_status == "refunded"


@pytest.mark.requirement("BOOK-08", "PAY-04", "PAY-06")
def test_what_is_mandatory_with_a_registration_goes_back_with_it_but_for_what_was_done(
    till: Till, registered: tuple[dict[str, Any], PaymentOrder]
) -> None:
    appointment, order = registered
    configure(till.world, payment__registration_refund_route="original")
    fee = Bill.objects.get(order_id=order.pk)
    with_it = {"registration_bill": fee, "is_mandatory": True}
    one, other = issue(till.world, ASPIRIN, **with_it), issue(till.world, BLOOD, ASPIRIN, **with_it)
    paid = till.post("patient_a", "payment-orders", {"bill_ids": [str(one.pk), str(other.pk)]}).json()
    pay(till, PaymentOrder.objects.get(pk=paid["id"]))
    waiting = issue(till.world, ASPIRIN, **with_it)
    perform_item(other.items.get(position=1), staff=till.world.staff["doctor_a"])
    assert till.post("patient_a", f"appointments/{appointment['id']}/cancel").status_code == 200
    till.work()
    till.later(minutes=3)
    till.work()
    for bill in (fee, one, other, waiting):
        bill.refresh_from_db()
    assert [bill.status for bill in (fee, one, other, waiting)] == [
        "refunded",
        "refunded",
        "paid",
        "cancelled",
    ]
    kept = other.items.get(position=1).amount_fen
    assert other.refunded_fen == other.amount_fen - kept
    back = fee.amount_fen + one.amount_fen + other.amount_fen - kept
    assert till.sandbox.balance("wechat_pay")["refunded_fen"] == back
    assert Appointment.objects.get(pk=appointment["id"]).payment_status == "refunded"


@pytest.mark.requirement("BOOK-08", "PAY-04")
def test_what_is_mandatory_with_a_registration_that_was_never_paid_ends_with_it(till: Till) -> None:
    appointment = till.hold()
    till.work()
    fee = Bill.objects.get(subject_id=appointment["id"])
    with_it = issue(till.world, ASPIRIN, registration_bill=fee, is_mandatory=True)
    free = issue(till.world, ASPIRIN, registration_bill=fee)
    assert till.post("patient_a", f"appointments/{appointment['id']}/cancel").status_code == 200
    till.work()
    for bill in (fee, with_it, free):
        bill.refresh_from_db()
    assert [bill.status for bill in (fee, with_it, free)] == ["cancelled", "cancelled", "issued"]
