"""A fee that was taken once is handed back once, whoever does it and in whatever order."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction

from apps.billing.adapters.embedded import EmbeddedHis
from apps.billing.models import Bill
from apps.cashier.models import CashierShift, ShiftEntry
from apps.messaging.models import Message
from apps.payments.models import AccountKind, Refund, RefundCause, RefundRoute
from apps.payments.services.advance_refund import hand_out
from apps.payments.services.refunds import RefundPart, create_refund
from apps.payments.services.verify_ledger import verify_ledger
from apps.scheduling.models import Appointment
from apps.worklist.models import WorkItem
from tests.cashier.support import Desk, later
from tests.payments.his import Refusing, StillAway, use_his, well_afterwards
from tests.scheduling.support import ADMIN, NOW, at_once, book, code, first_slot, open_session

pytestmark = pytest.mark.requirement("CLN-08")


@pytest.fixture(autouse=True)
def _his_is_well() -> Any:
    with well_afterwards():
        yield


class Fee:
    """A registration whose fee a clerk took."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        desk.require_shifts()
        self.shift = desk.open(float_fen=0)
        self.pk = book(desk.world, "patient_a", first_slot(open_session(desk.world, fee=2_000))).json()["id"]
        assert self.at_window("settle").status_code == 200

    def at_window(self, verb: str, body: Any = None) -> Any:
        return self.desk.post("clerk", f"{ADMIN}/appointments/{self.pk}/{verb}", body)

    def reverse(self) -> Any:
        return self.at_window("reverse-settlement", {"reason": "冲正"})

    def pay_out(self) -> Any:
        return self.desk.post("clerk", f"{ADMIN}/refunds/{Refund.objects.get().pk}/pay-out")

    @property
    def status(self) -> str:
        return Appointment.objects.get(pk=self.pk).payment_status

    def work(self) -> None:
        """The workers get to it; each handler runs in a transaction."""
        with transaction.atomic():
            self.desk.work()

    def refused(self) -> "Fee":
        """HIS would not have it for as long as it is tried."""
        use_his(Refusing)
        for minute in range(40):
            later(NOW + dt.timedelta(minutes=minute))
            self.work()
        use_his(EmbeddedHis)
        assert (Refund.objects.get().error, self.status) == ("at_counter", "paid_at_counter")
        return self


def test_what_is_paid_out_is_not_reversed_any_more(desk: Desk) -> None:
    fee = Fee(desk).refused()
    assert fee.pay_out().status_code == 200
    assert (fee.status, desk.in_drawer(fee.shift)) == ("unpaid", 0)
    assert code(fee.reverse())[0] == 409
    desk.work()
    assert desk.in_drawer(fee.shift) == 0 and ShiftEntry.objects.filter(kind="cash_refund").count() == 1
    assert desk.held(AccountKind.CLEARING, "cash") == 0 and verify_ledger().ok
    assert fee.at_window("settle").status_code == 200, "the registration is not stuck"
    desk.work()
    assert (fee.status, Bill.objects.get().status, desk.in_drawer(fee.shift)) == (
        "paid_at_counter", "paid", 2_000,
    )  # fmt: skip


def test_what_is_reversed_is_not_paid_out_any_more(desk: Desk) -> None:
    fee = Fee(desk).refused()
    assert fee.reverse().status_code == 200
    assert code(fee.pay_out()) == (409, "state_conflict")
    desk.work()
    assert (Refund.objects.get().state, fee.status, desk.in_drawer(fee.shift)) == ("succeeded", "unpaid", 0)
    assert desk.held(AccountKind.CLEARING, "cash") == 0 and verify_ledger().ok


def test_a_fee_that_is_taken_again_before_the_books_heard_of_the_reversal_was_handed_back_once(
    desk: Desk,
) -> None:
    fee = Fee(desk).refused()
    assert (fee.reverse().status_code, fee.at_window("settle").status_code) == (200, 200)
    desk.work()
    assert (Refund.objects.get().state, fee.status) == ("succeeded", "paid_at_counter")
    assert (desk.in_drawer(fee.shift), desk.held(AccountKind.CLEARING, "cash")) == (2_000, 0)


def test_a_refused_fee_of_a_cancelled_registration_is_refunded_by_paying_it_out(desk: Desk) -> None:
    fee = Fee(desk).refused()
    assert fee.at_window("cancel", {"reason": "改天"}).status_code == 200
    desk.work()
    assert fee.status == "refund_due"
    assert fee.pay_out().status_code == 200
    desk.work()
    assert (fee.status, Bill.objects.get().status, desk.in_drawer(fee.shift)) == ("refunded", "cancelled", 0)
    assert not WorkItem.objects.filter(state="open", kind="workflows.registration_refund_due").exists()
    assert code(fee.pay_out()) == (409, "state_conflict")


@pytest.mark.django_db(transaction=True)
def test_a_reversal_and_a_pay_out_at_once_hand_the_fee_back_once(desk: Desk) -> None:
    fee = Fee(desk).refused()
    answers = at_once([fee.reverse, fee.pay_out])
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    fee.work()
    assert (Refund.objects.get().state, fee.status, desk.in_drawer(fee.shift)) == ("succeeded", "unpaid", 0)
    assert ShiftEntry.objects.filter(kind="cash_refund").count() == 1 and verify_ledger().ok


def asked_in_cash(desk: Desk) -> tuple[CashierShift, Refund]:
    """A clerk wants to hand cash back while HIS does not answer."""
    shift = desk.open(float_fen=0)
    order = desk.take(5_000)
    use_his(StillAway)
    refund = create_refund(
        order=order, parts=[RefundPart(order.lines.get().pk, 5_000)], cause=RefundCause.WINDOW, reason="退药",
        route=RefundRoute.COUNTER_CASH, staff=desk.world.staff["clerk"],
    )  # fmt: skip
    hand_out(refund.pk)
    refund.refresh_from_db()
    assert (refund.state, desk.in_drawer(shift)) == ("created", 5_000)
    return shift, refund


def test_a_worker_takes_no_cash_out_of_a_drawer(desk: Desk) -> None:
    shift, refund = asked_in_cash(desk)
    use_his(EmbeddedHis)
    later(NOW + dt.timedelta(minutes=5))
    desk.work()
    refund.refresh_from_db()
    assert (refund.state, refund.error) == ("failed", "waits_for_the_window")
    assert desk.in_drawer(shift) == 5_000
    assert not Message.objects.filter(scene="refund_failed").exists(), "nothing is wrong with it"
    assert WorkItem.objects.filter(subject_id=refund.pk, state="open").count() == 1
    assert code(desk.post("clerk", f"{ADMIN}/refunds/{refund.pk}/reissue")) == (409, "state_conflict")
    assert desk.post("clerk", f"{ADMIN}/refunds/{refund.pk}/pay-out").status_code == 200
    refund.refresh_from_db()
    assert (refund.state, desk.in_drawer(shift)) == ("succeeded", 0)
    assert verify_ledger().ok


def test_a_slip_of_the_card_machine_is_reversed_without_cash(desk: Desk) -> None:
    desk.require_shifts()
    shift = desk.open(float_fen=0)
    pk = book(desk.world, "patient_a", first_slot(open_session(desk.world, fee=2_000))).json()["id"]
    opened = desk.world.client("patient_a").post(
        f"/api/miniprogram/v1/appointments/{pk}/checkout", {}, "json", HTTP_IDEMPOTENCY_KEY="o"
    )
    assert opened.status_code in (200, 201), opened.content
    path = f"{ADMIN}/payment-orders/{opened.json()['id']}/settle"
    assert desk.post("clerk", path, {"channel": "pos", "reference": "P1"}).status_code == 200
    desk.work()
    back = desk.post("clerk", f"{ADMIN}/appointments/{pk}/reverse-settlement", {"reason": "冲正"})
    assert back.status_code == 200, back.content
    desk.work()
    assert Refund.objects.get().state == "succeeded" and not ShiftEntry.objects.exists()
    held = [desk.held(AccountKind.CLEARING, channel) for channel in ("cash", "pos")]
    assert (desk.in_drawer(shift), held) == (0, [0, 0]) and verify_ledger().ok
