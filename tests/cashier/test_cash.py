"""Cash of the window lies in the drawer of who handles it."""

import pytest
from django.db import DatabaseError, transaction

from apps.billing.models import Bill
from apps.cashier.models import ShiftEntry
from apps.messaging.models import Message
from apps.payments.errors import NoOpenShift
from apps.payments.models import AccountKind, LedgerTransaction, PaymentAttempt, PaymentOrder, Refund
from apps.payments.services.advance_refund import hand_out
from apps.payments.services.refunds import RefundPart, create_refund
from apps.payments.services.verify_ledger import verify_ledger
from apps.scheduling.models import Appointment, PaymentStatus
from apps.worklist.models import WorkItem
from kernel.models import OutboxEvent
from tests.billing.refund_support import configure
from tests.cashier.support import Desk
from tests.scheduling.support import ADMIN, book, code, first_slot, open_session

pytestmark = pytest.mark.requirement("CLN-08")


def test_without_a_shift_nothing_is_taken_where_one_is_required(desk: Desk) -> None:
    desk.require_shifts()
    order = desk.order(5_000)
    events, postings = OutboxEvent.objects.count(), LedgerTransaction.objects.count()
    assert code(desk.settle(order)) == (409, "no_open_shift")
    order.refresh_from_db()
    assert (order.state, PaymentAttempt.objects.count(), ShiftEntry.objects.count()) == ("pending", 0, 0)
    assert (OutboxEvent.objects.count(), LedgerTransaction.objects.count()) == (events, postings)
    assert not Message.objects.exists()
    assert desk.settle(order, channel="pos", reference="P1").status_code == 200, "a card is no cash"


def test_where_none_is_required_cash_is_taken_as_before(desk: Desk) -> None:
    desk.take(5_000)
    assert not ShiftEntry.objects.exists()
    assert desk.held(AccountKind.CLEARING, "cash") == 5_000
    shift = desk.open()
    desk.take(3_000)
    assert (desk.in_drawer(shift), desk.held(AccountKind.CLEARING, "cash")) == (23_000, 5_000)


@pytest.mark.parametrize("required", [True, False])
def test_while_the_drawer_is_counted_no_cash_moves(desk: Desk, required: bool) -> None:
    if required:
        desk.require_shifts()
    shift = desk.open()
    desk.must("clerk", shift, "start-count")
    assert code(desk.settle(desk.order(5_000))) == (409, "no_open_shift")
    assert code(desk.do("clerk", shift, "paid-in", {"amount_fen": 1, "reason": "x"})) == (
        409,
        "state_conflict",
    )
    assert desk.count(shift, 20_000)["difference_fen"] == 0


def test_the_drawer_gets_the_amount_and_never_what_was_tendered(desk: Desk) -> None:
    shift = desk.open(float_fen=0)
    desk.take(4_200, tendered_fen=10_000)
    entry = ShiftEntry.objects.get()
    assert (entry.amount_fen, entry.tendered_fen, entry.staff) == (4_200, 10_000, desk.world.staff["clerk"])
    assert desk.in_drawer(shift) == 4_200


def test_a_refund_of_anothers_closed_shift_leaves_the_refunders_drawer(desk: Desk) -> None:
    desk.require_shifts()
    first = desk.open("clerk")
    order = desk.take(8_000)
    desk.count(first, 28_000)
    desk.hand_over(first)
    desk.must("books", first, "accept")
    before = (first.expected_fen, first.takings_fen, first.entries.count(), first.version)
    with pytest.raises(NoOpenShift):
        desk.give_back(order, 3_000, "clerk2")
    assert not Refund.objects.exists()
    second = desk.open("clerk2", drawer=1)
    assert desk.give_back(order, 3_000, "clerk2").state == "succeeded"
    first.refresh_from_db()
    assert (first.expected_fen, first.takings_fen, first.entries.count(), first.version) == before
    assert desk.in_drawer(second) == 17_000
    assert desk.held(AccountKind.CLEARING, "cash") == 0 and verify_ledger().ok


def test_a_refund_whose_clerk_has_closed_meanwhile_waits_for_another_clerk(desk: Desk) -> None:
    desk.require_shifts()
    shift = desk.open("clerk")
    order = desk.take(8_000)
    line = order.lines.get().pk
    refund = create_refund(
        order=order, parts=[RefundPart(line, 1_000)], cause="window", reason="", route="counter_cash",
        staff=desk.world.staff["clerk"],
    )  # fmt: skip
    desk.must("clerk", shift, "start-count")
    hand_out(refund.pk)
    refund.refresh_from_db()
    assert (refund.state, refund.error) == ("failed", "no_open_shift")
    assert ShiftEntry.objects.count() == 1
    url = f"{ADMIN}/refunds/{refund.pk}/pay-out"
    assert code(desk.post("clerk2", url)) == (409, "no_open_shift")
    other = desk.open("clerk2", drawer=1)
    assert desk.post("clerk2", url).status_code == 200
    assert desk.in_drawer(other) == 19_000 and verify_ledger().ok


def test_the_fee_of_a_registration_lies_in_the_drawer_from_the_moment_it_is_taken(desk: Desk) -> None:
    desk.require_shifts()
    held = book(desk.world, "patient_a", first_slot(open_session(desk.world, fee=2_000))).json()
    settle = f"{ADMIN}/appointments/{held['id']}/settle"
    assert code(desk.post("clerk", settle)) == (409, "no_open_shift")
    assert Appointment.objects.get().payment_status == PaymentStatus.UNPAID
    shift = desk.open(float_fen=0)
    assert desk.post("clerk", settle).status_code == 200
    assert desk.in_drawer(shift) == 2_000
    desk.work()
    assert Bill.objects.get().status == "paid" and PaymentOrder.objects.get().state == "posted"
    assert (desk.in_drawer(shift), desk.held(AccountKind.CLEARING, "cash")) == (2_000, 0)
    back = desk.post("clerk", f"{ADMIN}/appointments/{held['id']}/reverse-settlement", {"reason": "冲正"})
    assert back.status_code == 200, back.content
    assert desk.in_drawer(shift) == 0
    desk.work()
    assert Refund.objects.get().state == "succeeded"
    assert (desk.in_drawer(shift), desk.held(AccountKind.CLEARING, "cash")) == (0, 0)
    assert list(ShiftEntry.objects.order_by("id").values_list("kind", flat=True)) == [
        "cash_in",
        "cash_refund",
    ]
    assert verify_ledger().ok


def test_a_booking_that_is_paid_at_the_window_needs_the_shift_too(desk: Desk) -> None:
    desk.require_shifts()
    slot = first_slot(open_session(desk.world, fee=2_000))
    body = {
        "patient_id": str(desk.world.patients["patient_a"].pk), "slot_id": str(slot.pk), "kind": "same_day",
        "paid_at_counter": True,
    }  # fmt: skip
    assert code(desk.post("clerk", f"{ADMIN}/appointments", body)) == (409, "no_open_shift")
    assert not Appointment.objects.exists()
    shift = desk.open(float_fen=0)
    assert desk.post("clerk", f"{ADMIN}/appointments", body).status_code == 201
    assert desk.in_drawer(shift) == 2_000


def test_a_closed_shift_takes_no_entry_and_an_entry_is_never_changed(desk: Desk) -> None:
    shift = desk.open()
    desk.take(1_000)
    entry = ShiftEntry.objects.get()
    for change in (
        lambda: ShiftEntry.objects.filter(pk=entry.pk).update(amount_fen=1),
        lambda: ShiftEntry.objects.filter(pk=entry.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    desk.must("clerk", shift, "start-count")
    with pytest.raises(DatabaseError), transaction.atomic():
        ShiftEntry.objects.create(
            hospital=shift.hospital, shift=shift, staff=shift.clerk, kind="cash_in", amount_fen=1
        )
    assert desk.in_drawer(shift) == 21_000


def test_more_than_the_drawer_holds_is_a_supervisors_work_and_tells_the_clerk_nothing(desk: Desk) -> None:
    shift = desk.open(float_fen=20_000)
    order = desk.take(50_000)
    desk.must("clerk", shift, "safe-drop", {"amount_fen": 50_000, "reason": "封存"})
    assert not WorkItem.objects.filter(kind="cashier.overdrawn").exists()
    assert desk.give_back(order, 30_000).state == "succeeded"
    item = WorkItem.objects.get(kind="cashier.overdrawn")
    assert shift.shift_no in item.title and desk.world.staff["clerk"].pk in item.barred
    assert "100" not in item.title.replace(shift.shift_no, ""), "how much is said to nobody before the count"
    listed = desk.world.client("cfo").get(f"{ADMIN}/work-items", {"kind": "cashier.overdrawn"})
    assert [row["id"] for row in listed.json()["results"]] == [str(item.pk)]
    mine = desk.world.client("clerk").get(f"{ADMIN}/work-items", {"kind": "cashier.overdrawn"})
    assert not mine.json().get("results")
    shown = desk.world.client("clerk").get(f"{ADMIN}/cashier-shifts/{shift.pk}").json()
    assert shown["needs_countersign"] is False, "nor does the row of the shift tell it"


@pytest.mark.parametrize("verb", ["paid-out", "safe-drop"])
def test_what_the_clerk_takes_out_beyond_the_drawer_is_seen_too(desk: Desk, verb: str) -> None:
    shift = desk.open(float_fen=500)
    desk.must("clerk", shift, verb, {"amount_fen": 600, "reason": "x"})
    assert WorkItem.objects.filter(kind="cashier.overdrawn", subject_id=shift.pk).count() == 1


def test_a_drawer_that_was_overdrawn_is_countersigned_though_the_count_agrees(desk: Desk) -> None:
    shift = desk.open(float_fen=500)
    desk.must("clerk", shift, "paid-out", {"amount_fen": 600, "reason": "买纸"})
    desk.must("clerk", shift, "paid-in", {"amount_fen": 600, "reason": "补零钱"})
    counted = desk.count(shift, 500)
    assert (counted["difference_fen"], counted["needs_countersign"]) == (0, True)
    assert code(desk.hand_over(shift)) == (409, "countersign_required")
    desk.must("cfo", shift, "countersign")
    assert desk.hand_over(shift).status_code == 200


def test_an_invoice_is_printed_where_the_clerks_drawer_stands(desk: Desk) -> None:
    configure(desk.world, **{"billing.invoice_desk": ""})
    order = desk.take(5_000)
    bill = Bill.objects.get(pk=order.lines.get().subject_id)
    invoice = desk.post("clerk", f"{ADMIN}/bills/{bill.pk}/invoice").json()
    url = f"{ADMIN}/invoices/{invoice['id']}/prints"
    refused = desk.post("clerk", url)
    assert refused.status_code == 400 and refused.json()["errors"][0]["field"] == "desk"
    desk.open()
    assert desk.post("clerk", url).json()["desk"] == "1 号窗口"
