"""A registration's fee paid online, from the hold to the number."""

import pytest

from apps.billing.models import Bill
from apps.billing.services.cancel import lapse_expired
from apps.patients.models import TimelineEntry
from apps.payments.models import AccountKind, PaymentAttempt, PaymentOrder, Refund
from apps.payments.services.ledger import Account, balance
from apps.scheduling.models import Appointment, Slot
from apps.scheduling.services.numbers import expire_holds
from tests.payments.support import MINI, Till
from tests.scheduling.support import book, code


def money(till: Till, kind: AccountKind, owner: str = "") -> int:
    return balance(hospital_id=till.world.h1.pk, account=Account(kind, owner))


@pytest.mark.requirement("BOOK-04", "PAY-01", "PAY-04", "PAY-08", "PAY-09")
def test_a_paid_hold_is_the_patients_and_every_fen_is_written_down(till: Till) -> None:
    held = till.hold()
    order = till.checkout("patient_a", held["id"])
    assert (order.amount_fen, order.scene, order.state) == (2_000, "registration", "pending")
    attempt = till.prepay("patient_a", order)
    assert set(attempt.client) == {"timeStamp", "nonceStr", "package", "signType", "paySign"}
    till.confirm(attempt)
    assert till.deliver() == [204]
    till.work()
    order.refresh_from_db()
    appointment = Appointment.objects.get(pk=held["id"])
    assert (order.state, order.channel) == ("posted", "wechat_pay")
    assert (appointment.state, appointment.payment_status) == ("booked", "paid_online")
    assert Bill.objects.get(subject_id=appointment.pk).status == "paid"
    assert money(till, AccountKind.CLEARING, "wechat_pay") == 2_000 == money(till, AccountKind.REVENUE)
    assert money(till, AccountKind.UNPOSTED) == 0
    assert till.sandbox.balance("wechat_pay")["balance_fen"] == 2_000


@pytest.mark.requirement("PAY-08")
def test_a_lost_push_is_made_up_for_by_asking(till: Till) -> None:
    held = till.hold()
    attempt = till.prepay("patient_a", till.checkout("patient_a", held["id"]))
    till.sandbox.push_faults("wechat_pay", {"kind": "lose"})
    till.confirm(attempt)
    till.work()
    assert Appointment.objects.get(pk=held["id"]).state == "pending"
    till.later(seconds=20)
    till.work()
    assert Appointment.objects.get(pk=held["id"]).state == "booked"


@pytest.mark.requirement("PAY-08")
def test_a_push_counts_once_however_often_it_comes(till: Till) -> None:
    order = till.checkout("patient_a", till.hold()["id"])
    attempt = till.prepay("patient_a", order)
    till.sandbox.push_faults("wechat_pay", {"kind": "duplicate", "times": 1})
    till.confirm(attempt)
    assert till.deliver(2) == [204, 204]
    till.work()
    till.sandbox.push_again("wechat_pay", attempt.out_trade_no)
    assert till.deliver() == [204]
    till.work()
    assert money(till, AccountKind.CLEARING, "wechat_pay") == 2_000
    assert PaymentAttempt.objects.filter(state="succeeded").count() == 1
    assert not Refund.objects.exists()


@pytest.mark.requirement("BOOK-04", "PAY-08")
def test_a_payment_that_comes_after_the_number_is_gone_goes_back_by_itself(till: Till) -> None:
    held = till.hold()
    order = till.checkout("patient_a", held["id"])
    attempt = till.prepay("patient_a", order)
    till.sandbox.push_faults("wechat_pay", {"kind": "lose"})
    till.later(minutes=14, seconds=50)
    till.confirm(attempt)
    till.later(minutes=5)
    taken = till.world  # somebody else takes the number before a worker has asked
    slot = Slot.objects.get(pk=held["slot_id"])
    assert book(taken, "patient_b", slot, "same_day").status_code == 201
    till.work()
    for _ in range(3):
        till.later(minutes=1)
        till.work()
    order.refresh_from_db()
    refund = Refund.objects.get()
    assert (order.state, refund.state, refund.cause) == ("returned", "succeeded", "late")
    assert Appointment.objects.get(pk=held["id"]).state == "expired"
    assert till.sandbox.balance("wechat_pay")["balance_fen"] == 0
    assert money(till, AccountKind.CLEARING, "wechat_pay") == 0 == money(till, AccountKind.REFUNDS_PAYABLE)


@pytest.mark.requirement("BOOK-04")
def test_a_late_payment_gets_the_number_if_it_is_still_free(till: Till) -> None:
    held = till.hold()
    order = till.checkout("patient_a", held["id"])
    attempt = till.prepay("patient_a", order)
    till.sandbox.push_faults("wechat_pay", {"kind": "lose"})
    till.later(minutes=14, seconds=50)
    till.confirm(attempt)
    till.later(minutes=5)
    till.work()
    order.refresh_from_db()
    assert order.state == "posted"
    assert Appointment.objects.get(pk=held["id"]).state == "booked"


@pytest.mark.requirement("BOOK-04", "PAY-08")
def test_an_unpaid_order_is_closed_at_the_channel_before_it_is_closed_here(till: Till) -> None:
    held = till.hold()
    order = till.checkout("patient_a", held["id"])
    attempt = till.prepay("patient_a", order)
    till.later(minutes=16)
    till.work()
    attempt.refresh_from_db()
    order.refresh_from_db()
    assert (attempt.state, order.state) == ("closed", "closed")
    trade = till.sandbox.trade("wechat_pay", attempt.out_trade_no)
    assert trade is not None and trade["state"] == "closed"
    assert PaymentOrder.objects.filter(state="pending").count() == 0


def shown(till: Till, bill: Bill) -> tuple[str, bool]:
    row = till.world.client("patient_a").get(f"{MINI}/bills/{bill.pk}").json()
    return row["status"], row["is_payable"]


@pytest.mark.requirement("BOOK-04", "PAY-04")
def test_the_bill_of_a_lapsed_hold_ends_with_it_and_stands_so_in_lists_and_timeline(till: Till) -> None:
    till.hold()
    till.work()
    bill = Bill.objects.get()
    assert shown(till, bill) == ("issued", True)
    till.later(minutes=16)
    expire_holds()
    till.work()
    assert shown(till, bill) == ("lapsed", False)
    client = till.world.client("patient_a")
    assert client.get(f"{MINI}/bills", {"status": "issued"}).json()["count"] == 0
    assert client.get(f"{MINI}/bills", {"status": "lapsed"}).json()["count"] == 1
    assert client.get(f"{MINI}/bills/payable").json()["bills"] == []
    assert TimelineEntry.objects.get(ref_id=bill.pk, kind="charge").state == "lapsed"


@pytest.mark.requirement("BOOK-04", "PAY-04")
def test_a_late_payment_that_reclaims_the_number_pays_the_lapsed_bill(till: Till) -> None:
    held = till.hold()
    attempt = till.prepay("patient_a", till.checkout("patient_a", held["id"]))
    till.sandbox.push_faults("wechat_pay", {"kind": "lose"})
    till.later(minutes=14, seconds=50)
    till.confirm(attempt)
    till.later(minutes=1)
    expire_holds()
    lapse_expired(limit=10)
    assert Bill.objects.get().status == "lapsed"
    till.later(minutes=5)
    till.work()
    assert Appointment.objects.get(pk=held["id"]).state == "booked"
    assert Bill.objects.get().status == "paid"


@pytest.mark.requirement("BOOK-04", "PAY-04")
def test_a_hold_that_was_given_up_in_time_leaves_a_cancelled_bill(till: Till) -> None:
    held = till.hold()
    till.work()
    till.post("patient_a", f"appointments/{held['id']}/cancel")
    till.work()
    till.later(minutes=16)
    expire_holds()
    lapse_expired(limit=10)
    till.work()
    assert Bill.objects.get().status == "cancelled"


@pytest.mark.requirement("BOOK-04")
@pytest.mark.parametrize("heard_in_time", [True, False])
def test_a_hold_whose_time_is_over_can_no_longer_be_paid_and_needs_no_bill(
    till: Till, heard_in_time: bool
) -> None:
    held = till.hold()
    if heard_in_time:
        till.work()
    till.later(minutes=15)  # no sweep has ended it yet
    assert code(till.post("patient_a", f"appointments/{held['id']}/checkout")) == (409, "hold_expired")
    till.work()
    assert Bill.objects.count() == heard_in_time


@pytest.mark.requirement("PAY-01")
def test_another_channels_mini_program_is_not_offered_inside_wechat(till: Till) -> None:
    till.offer("alipay")
    order = till.checkout("patient_a", till.hold()["id"])
    offered = till.world.client("patient_a").get(f"{MINI}/payment-orders/{order.pk}/channels").json()
    ways = {row["channel"]: row["methods"] for row in offered}
    assert "mini_program" in ways["wechat_pay"]
    assert "qr_code" in ways["alipay"] and "mini_program" not in ways["alipay"]
    path, body = f"payment-orders/{order.pk}/pay", {"channel": "alipay", "method": "mini_program"}
    answer = till.post("patient_a", path, body)
    assert (answer.status_code, answer.json()["code"]) == (409, "channel_not_offered")
    assert not PaymentAttempt.objects.exists()


@pytest.mark.requirement("PAY-01")
def test_a_payment_that_names_no_method_is_told_what_is_missing_or_takes_the_only_one(till: Till) -> None:
    till.offer("alipay")
    order = till.checkout("patient_a", till.hold()["id"])
    path = f"payment-orders/{order.pk}/pay"
    refused = till.post("patient_a", path, {"channel": "alipay"})
    [error] = refused.json()["errors"]
    assert (refused.status_code, error["field"], error["code"]) == (400, "method", "required")
    assert "qr_code" in error["message"] and "mini_program" not in error["message"]
    assert code(till.post("patient_a", path, {"channel": "unionpay"})) == (409, "channel_not_offered")
    assert not PaymentAttempt.objects.exists()
    paid = till.post("patient_a", path, {"channel": "wechat_pay"})
    assert (paid.status_code, paid.json()["method"]) == (201, "mini_program")
    assert paid.json()["out_trade_no"] == PaymentAttempt.objects.get().out_trade_no
    whole = till.world.client("admin1").get(f"/api/admin/v1/payment-orders/{order.pk}").json()
    assert whole["attempts"][0]["out_trade_no"] == paid.json()["out_trade_no"]
