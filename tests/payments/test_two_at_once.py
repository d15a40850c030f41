"""Two payers, two devices, two channels: nobody is charged twice."""

from typing import Any

import pytest

from apps.payments.models import AccountKind, PaymentAttempt, PaymentOrder, Refund
from apps.payments.services.ledger import Account, balance
from apps.scheduling.models import Appointment
from tests.payments.support import Till
from tests.scheduling.support import bind, code


def clearing(till: Till) -> int:
    return balance(hospital_id=till.world.h1.pk, account=Account(AccountKind.CLEARING, "wechat_pay"))


def family(till: Till) -> tuple[dict[str, Any], PaymentOrder]:
    """Patient A's hold with its order; patient B's account has bound A's card too."""
    bind(till.world, "patient_b", till.world.patients["patient_a"])
    held = till.hold()
    return held, till.checkout("patient_a", held["id"])


@pytest.mark.requirement("PAY-08")
def test_two_devices_that_open_one_fee_share_one_order(till: Till) -> None:
    held, order = family(till)
    assert till.checkout("patient_b", held["id"]).pk == order.pk
    first, second = till.prepay("patient_a", order), till.prepay("patient_b", order)
    assert first.out_trade_no != second.out_trade_no
    assert till.prepay("patient_a", order).pk == first.pk


@pytest.mark.requirement("PAY-08")
def test_the_second_of_two_payments_of_one_order_goes_back_by_itself(till: Till) -> None:
    held, order = family(till)
    first, second = till.prepay("patient_a", order), till.prepay("patient_b", order)
    till.confirm(first)
    till.confirm(second)
    assert till.deliver(2) == [204, 204]
    till.work()
    for _ in range(3):
        till.later(minutes=1)
        till.work()
    states = sorted(PaymentAttempt.objects.values_list("state", flat=True))
    refund = Refund.objects.get()
    assert states == ["overpayment", "succeeded"]
    assert (refund.cause, refund.state, refund.amount_fen) == ("overpayment", "succeeded", 2_000)
    assert PaymentOrder.objects.get().state == "posted"
    assert Appointment.objects.get(pk=held["id"]).state == "booked"
    assert till.sandbox.balance("wechat_pay")["balance_fen"] == 2_000 == clearing(till)


@pytest.mark.requirement("PAY-08")
def test_once_one_has_paid_the_others_are_closed_at_the_channel(till: Till) -> None:
    _, order = family(till)
    first, second = till.prepay("patient_a", order), till.prepay("patient_b", order)
    till.confirm(first)
    till.deliver()
    till.work()
    second.refresh_from_db()
    trade = till.sandbox.trade("wechat_pay", second.out_trade_no)
    assert second.state == "closed" and trade is not None and trade["state"] == "closed"


@pytest.mark.requirement("PAY-08")
def test_who_gives_up_while_paying_is_booked_all_the_same(till: Till) -> None:
    held, order = family(till)
    attempt = till.prepay("patient_a", order)
    till.sandbox.push_faults("wechat_pay", {"kind": "lose"})
    till.confirm(attempt)
    answer = till.post("patient_a", f"payment-orders/{order.pk}/cancel")
    assert answer.status_code == 200
    assert answer.json()["state"] in ("paid_unposted", "posted")
    till.work()
    assert Appointment.objects.get(pk=held["id"]).state == "booked"


@pytest.mark.requirement("PAY-08")
def test_an_order_that_was_given_up_is_closed_and_can_be_opened_anew(till: Till) -> None:
    held, order = family(till)
    attempt = till.prepay("patient_a", order)
    answer = till.post("patient_a", f"payment-orders/{order.pk}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (200, "closed")
    assert PaymentAttempt.objects.get(pk=attempt.pk).state == "closed"
    again = till.checkout("patient_a", held["id"])
    assert again.pk != order.pk and again.state == "pending"
    assert code(till.post("patient_a", f"payment-orders/{order.pk}/pay", {"channel": "wechat_pay"})) == (
        409,
        "state_conflict",
    )


@pytest.mark.requirement("PAY-08")
def test_giving_up_again_changes_nothing_and_is_no_error(till: Till) -> None:
    _, order = family(till)
    first = till.post("patient_a", f"payment-orders/{order.pk}/cancel")
    again = till.post("patient_a", f"payment-orders/{order.pk}/cancel")
    assert first.status_code == again.status_code == 200 and first.json() == again.json()


@pytest.mark.requirement("PAY-08")
def test_a_paid_order_cannot_be_given_up(till: Till) -> None:
    _, order = family(till)
    till.confirm(till.prepay("patient_a", order))
    till.deliver()
    till.work()
    assert code(till.post("patient_a", f"payment-orders/{order.pk}/cancel")) == (409, "state_conflict")
    assert PaymentOrder.objects.get().state == "posted"


@pytest.mark.requirement("PAY-08", "ACC-04")
def test_an_order_of_somebody_else_does_not_exist(till: Till) -> None:
    order = till.checkout("patient_a", till.hold()["id"])
    for path in ("", "/channels"):
        answer = till.world.client("patient_b").get(f"/api/miniprogram/v1/payment-orders/{order.pk}{path}")
        assert answer.status_code == 404
    for path in ("pay", "pay-with-card", "cancel"):
        body = {"channel": "wechat_pay"} if path == "pay" else {}
        assert till.post("patient_b", f"payment-orders/{order.pk}/{path}", body).status_code == 404
    assert not PaymentAttempt.objects.exists()


@pytest.mark.requirement("PAY-08")
def test_one_key_pays_once_and_with_another_body_is_refused(till: Till) -> None:
    order = till.checkout("patient_a", till.hold()["id"])
    path = f"payment-orders/{order.pk}/pay"
    first = till.post("patient_a", path, {"channel": "wechat_pay"}, key="same")
    again = till.post("patient_a", path, {"channel": "wechat_pay"}, key="same")
    other = till.post("patient_a", path, {"channel": "alipay", "method": "qr_code"}, key="same")
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert code(other) == (422, "idempotency_key_reused")
    assert PaymentAttempt.objects.count() == 1


@pytest.mark.requirement("PAY-08")
def test_an_order_that_a_channel_has_not_let_us_close_can_be_paid_again(till: Till) -> None:
    held, order = family(till)
    till.prepay("patient_a", order)
    till.sandbox.faults("wechat_pay", {"kind": "http_error", "operation": "close"})
    answer = till.post("patient_a", f"payment-orders/{order.pk}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (200, "pending")
    assert code(till.post("patient_a", f"payment-orders/{order.pk}/pay", {"channel": "wechat_pay"})) == (
        409,
        "payment_order_expired",
    )
    assert till.checkout("patient_a", held["id"]).pk == order.pk
    till.sandbox.faults("wechat_pay")
    attempt = till.prepay("patient_a", order)
    till.confirm(attempt)
    till.deliver()
    till.work()
    assert PaymentOrder.objects.get().state == "posted"
