"""What stands at the edges of payments: repeated answers, odd merchants, slips, moved bookings, hopeless channels."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from apps.billing.models import Bill
from apps.payments.models import ChannelPush, MerchantAccount, PaymentAttempt, PaymentOrder
from apps.payments.services.merchants import open_merchant
from apps.payments.services.pushes import purge_pushes
from apps.scheduling.models import Appointment
from kernel import clock
from tests.payments.support import MINI, Till
from tests.scheduling.support import ADMIN, TOMORROW, bind, book, code, first_slot, open_session
from workflows.registration_fee.bill import follow_reschedule


def settle(till: Till, order: PaymentOrder, body: dict[str, Any]) -> Any:
    return till.world.client("clerk").post(
        f"{ADMIN}/payment-orders/{order.pk}/settle", body, format="json", HTTP_IDEMPOTENCY_KEY=uuid4().hex
    )


@pytest.mark.requirement("PAY-08")
def test_a_repeated_opening_is_answered_by_the_order_whoever_opened_it(till: Till) -> None:
    binding = bind(till.world, "patient_b", till.world.patients["patient_a"])
    till.checkout("patient_a", till.hold()["id"])
    body = {"bill_ids": [str(Bill.objects.get().pk)], "binding_id": str(binding.pk)}
    first = till.post("patient_b", "payment-orders", body, key="same")
    again = till.post("patient_b", "payment-orders", body, key="same")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]


@pytest.mark.requirement("PAY-08")
def test_an_account_opens_no_more_orders_than_anybody_could_pay(till: Till) -> None:
    account = till.world.accounts["patient_a"]
    common = {
        "hospital": till.world.h1, "patient": till.world.patients["patient_a"], "account": account,
        "application": "miniprogram", "origin": "online", "scene": "outpatient", "description": "", "amount_fen": 1,
        "expires_at": clock.now(),
    }  # fmt: skip
    for number in range(20):
        PaymentOrder.objects.create(order_no=f"X{number}", **common)
    held = till.hold()
    answer = till.post("patient_a", f"appointments/{held['id']}/checkout")
    assert code(answer) == (429, "throttled") and answer["Retry-After"]
    PaymentOrder.objects.filter(order_no="X1").update(state="closed")
    assert till.post("patient_a", f"appointments/{held['id']}/checkout").status_code == 201


@pytest.mark.requirement("PAY-01")
def test_one_slip_of_the_card_machine_pays_one_order(till: Till) -> None:
    session = open_session(till.world, capacity=2)
    orders = []
    for who in ("patient_a", "patient_b"):
        held = book(till.world, who, first_slot(session), "same_day").json()
        orders.append(till.checkout(who, held["id"]))
    assert settle(till, orders[0], {"channel": "pos", "reference": "000123"}).status_code == 200
    assert code(settle(till, orders[1], {"channel": "pos", "reference": "000123"})) == (409, "duplicate")
    orders[1].refresh_from_db()
    assert orders[1].state == "pending" and PaymentAttempt.objects.count() == 1
    assert settle(till, orders[1], {"channel": "pos", "reference": "000124"}).status_code == 200


@pytest.mark.requirement("PAY-08")
def test_a_channel_that_refuses_for_good_does_not_hold_an_order_for_ever(till: Till) -> None:
    order = till.checkout("patient_a", till.hold()["id"])
    attempt = till.prepay("patient_a", order)
    till.sandbox.faults("wechat_pay", {"kind": "code", "operation": "*", "code": "NO_AUTH"})
    till.later(minutes=30)
    till.work()
    order.refresh_from_db()
    assert order.state == "pending"
    for _ in range(8):
        till.later(minutes=12)
        till.work()
    order.refresh_from_db()
    attempt.refresh_from_db()
    assert (order.state, attempt.state) == ("closed", "closed")


@pytest.mark.requirement("PAY-01")
def test_an_old_merchant_account_does_not_stand_beside_the_active_one(till: Till) -> None:
    old = till.merchant
    open_merchant(
        hospital=till.world.h1, channel="wechat_pay", name="新", config=till.sandbox.merchant("wechat_pay")
    )
    old.refresh_from_db()
    assert not old.is_active
    answer = till.world.client("admin1").patch(
        f"{ADMIN}/merchant-accounts/{old.pk}", {"is_active": True, "version": old.version}, format="json"
    )
    assert code(answer) == (409, "duplicate")
    for channel in ("cash", "card_balance", "baidu_wallet", "nothing"):
        body = {"hospital_id": str(till.world.h1.pk), "channel": channel, "name": "x", "config": {}}
        assert (
            till.world.client("admin1").post(f"{ADMIN}/merchant-accounts", body, format="json").status_code
            == 409
        )
    shown = till.world.client("admin1").get(f"{ADMIN}/merchant-accounts/{old.pk}").json()
    assert "private_key" not in str(shown) and "apiv3_key" not in shown["shown_config"]
    assert MerchantAccount.objects.filter(is_active=True).count() == 1


@pytest.mark.requirement("PAY-08", "ACC-05")
def test_what_is_stored_of_a_push_in_clear_names_no_payer_and_goes_in_time(till: Till) -> None:
    attempt = till.prepay("patient_a", till.checkout("patient_a", till.hold()["id"]))
    till.confirm(attempt)
    till.deliver()
    till.work()
    push = ChannelPush.objects.get()
    assert till.world.accounts["patient_a"].openid not in str(push.parsed)
    assert purge_pushes() == 0
    till.later(days=181)
    assert purge_pushes() == 1


@pytest.mark.requirement("PAY-08")
def test_a_certificate_of_another_version_in_a_push_is_refused_like_any_other(till: Till) -> None:
    merchant = open_merchant(
        hospital=till.world.h1, channel="unionpay", name="银联", config=till.sandbox.merchant("unionpay")
    )
    pem = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
    body = {"version": "5.1.0", "signMethod": "01", "signPubKeyCert": pem, "signature": "AA=="}
    answer = Client().post(f"/callbacks/payments/{merchant.pk}", body)
    assert 400 <= answer.status_code < 500 or answer.content
    assert not ChannelPush.objects.exists()


@pytest.mark.requirement("PAY-04", "BOOK-11")
def test_a_booking_that_moves_to_another_fee_is_billed_anew(till: Till) -> None:
    session = open_session(till.world, date=TOMORROW)
    made = book(till.world, "patient_a", first_slot(session), "advance").json()
    till.work()
    bill = Bill.objects.get()
    Appointment.objects.filter(pk=made["id"]).update(fee_fen=5_000)
    follow_reschedule(Appointment.objects.get(pk=made["id"]).pk)
    bill.refresh_from_db()
    assert bill.status == "cancelled"
    assert Bill.objects.get(status="issued").amount_fen == 5_000
    follow_reschedule(Appointment.objects.get(pk=made["id"]).pk)
    assert Bill.objects.filter(status="issued").count() == 1


@pytest.mark.requirement("PAY-07")
def test_the_window_gives_a_fee_back_only_once_the_booking_is_cancelled(till: Till) -> None:
    held = till.hold()
    order = till.checkout("patient_a", held["id"])
    assert settle(till, order, {"channel": "cash"}).status_code == 200
    till.work()
    body = {"order_id": str(order.pk), "bills": [{"bill_id": str(Bill.objects.get().pk)}], "reason": "退号"}
    clerk = till.world.client("clerk")
    path = f"{ADMIN}/refund-requests"
    assert code(clerk.post(path, body, format="json", HTTP_IDEMPOTENCY_KEY="1")) == (
        409,
        "appointment_stands",
    )
    cancelled = clerk.post(f"{ADMIN}/appointments/{held['id']}/cancel", {"reason": "x"}, format="json")
    assert cancelled.json()["payment_status"] == "refund_due"
    assert clerk.post(path, body, format="json", HTTP_IDEMPOTENCY_KEY="2").status_code == 201


@pytest.mark.requirement("PAY-08")
def test_a_moment_that_no_time_zone_knows_is_a_clear_error(till: Till) -> None:
    body = {
        "patient_id": str(till.world.patients["patient_a"].pk), "kind": "treatment", "due_at": "0001-01-01T00:00:00",
        "items": [{"name": "x", "quantity": "1", "unit_price_fen": 1}],
    }  # fmt: skip
    answer = till.world.client("doctor_a").post(
        f"{ADMIN}/bills", body, format="json", HTTP_IDEMPOTENCY_KEY="k"
    )
    assert answer.status_code == 400
    assert till.world.client("patient_a").get(f"{MINI}/bills").json()["count"] == 0
