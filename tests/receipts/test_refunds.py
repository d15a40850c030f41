"""Money that goes back reverses the whole receipt; what is left of the bill is issued as a new one."""

import pytest

from apps.billing.services.settle import withdraw_refund
from apps.integrations.adapters.receipt_platform import ReceiptPlatformOfBosssoft
from apps.receipts.models import EReceipt
from apps.receipts.services import record
from apps.receipts.services.content import key_of
from kernel import clock
from tests.billing.refund_support import handle
from tests.receipts.support import ISSUE, Office

pytestmark = pytest.mark.requirement("PAY-14")
REVERSE = "writeOffEBill"


def test_a_whole_refund_reverses_the_receipt(office: Office) -> None:
    bill, order, receipt = office.issued()
    office.refund(bill, order, 4_500)
    office.work()
    receipt.refresh_from_db()
    (there,) = office.book()
    assert (receipt.state, there["state"]) == ("reversed", "reversed")
    assert [receipt.reversal_code, receipt.reversal_number] == there["reversal"][:2]
    assert receipt.ended_at is not None and receipt.due_at is None
    assert EReceipt.objects.count() == 1


def test_a_part_reverses_the_whole_and_issues_the_rest(office: Office) -> None:
    bill, order, first = office.issued()
    office.refund(bill, order, 1_000)
    office.work()
    first.refresh_from_db()
    second = office.receipt(bill)
    assert (first.state, second.state, second.amount_fen, second.replaces_id) == (
        "reversed", "issued", 3_500, first.pk,
    )  # fmt: skip
    assert second.receipt_no != first.receipt_no
    old, new = office.book()
    assert (old["state"], new["state"], new["total"]) == ("reversed", "issued", "35.0")
    assert new["relates_to"] == first.e_number
    assert [(line["name"], line["amount_fen"]) for line in second.lines] == [
        ("阿司匹林肠溶片", 2_500), ("血常规", 1_000),
    ]  # fmt: skip


def test_what_was_performed_keeps_its_line_when_a_part_goes_back(office: Office) -> None:
    bill, order, _ = office.issued()
    bill.items.filter(name="血常规").update(performed_at=clock.now())
    office.refund(bill, order, 2_500)
    office.work()
    assert [(line["name"], line["amount_fen"]) for line in office.receipt(bill).lines] == [("血常规", 2_000)]


def test_a_refund_before_it_was_issued_changes_what_is_issued(office: Office) -> None:
    bill, order = office.paid()
    office.refund(bill, order, 1_000)
    office.work()
    (there,) = office.book()
    assert (there["total"], office.receipt(bill).amount_fen) == ("35.0", 3_500)
    other, paid = office.paid()
    office.refund(other, paid, 4_500)
    office.work()
    dropped = office.receipt(other)
    assert (dropped.state, dropped.error, dropped.ended_at is not None) == ("failed", "nothing_left", True)
    assert len(office.book()) == 1 and office.work_items() == []


def test_a_refund_while_nobody_knows_waits_for_the_answer(office: Office) -> None:
    office.faults({"kind": "silent_after_work", "operation": ISSUE, "times": 1})
    bill, order = office.paid()
    office.work()
    office.refund(bill, order, 1_000)
    office.later(seconds=5)
    first, second = EReceipt.objects.filter(bill_id=bill.pk).order_by("pk")
    assert (first.state, second.state, second.amount_fen) == ("reversed", "issued", 3_500)
    assert [row["sent"] for row in office.book()] == [1, 1]


def test_a_platform_that_times_out_after_reversing_has_reversed_once(office: Office) -> None:
    bill, order, first = office.issued()
    office.faults({"kind": "silent_after_work", "operation": REVERSE, "times": 1})
    office.refund(bill, order, 1_000)
    office.work()
    first.refresh_from_db()
    assert first.state == "issued" and first.reversal_sent_at is not None
    office.later(seconds=5)
    first.refresh_from_db()
    assert (first.state, office.receipt(bill).state) == ("reversed", "issued")


def test_a_worker_that_died_between_reversal_and_rest_leaves_both_to_be_done(office: Office) -> None:
    bill, order, first = office.issued()
    office.refund(bill, order, 1_000)
    at = record.reversing(first)
    ReceiptPlatformOfBosssoft(office.world.h1, office.config()).reverse(key_of(first), at=at, reason="退费")
    office.later(seconds=61)
    first.refresh_from_db()
    assert (first.state, office.receipt(bill).state, office.receipt(bill).amount_fen) == (
        "reversed", "issued", 3_500,
    )  # fmt: skip
    assert [row["sent"] for row in office.book()] == [1, 1]


def test_a_platform_that_is_down_reverses_later_and_people_hear_of_it(office: Office) -> None:
    bill, order, receipt = office.issued()
    office.settings(outage=True)
    office.refund(bill, order, 4_500)
    office.work()
    for _ in range(14):
        office.later(minutes=11)
    assert [item.subject_id for item in office.work_items()] == [receipt.pk]
    office.settings(outage=False)
    for _ in range(3):
        office.later(minutes=11)
    receipt.refresh_from_db()
    assert (receipt.state, office.work_items()) == ("reversed", [])


def test_a_reversal_that_never_arrived_is_sent_again(office: Office) -> None:
    bill, order, first = office.issued()
    office.faults({"kind": "close", "operation": REVERSE, "times": 1})
    office.refund(bill, order, 4_500)
    office.work()
    office.later(seconds=30)
    assert office.book()[0]["state"] == "issued"
    office.later(minutes=2)
    first.refresh_from_db()
    assert (first.state, office.book()[0]["state"]) == ("reversed", "reversed")


def test_a_reversal_that_is_refused_is_somebodys_work(office: Office) -> None:
    bill, order, receipt = office.issued()
    office.faults({"kind": "code", "code": "S0099", "operation": REVERSE, "times": 1})
    office.refund(bill, order, 4_500)
    office.work()
    receipt.refresh_from_db()
    assert (receipt.state, receipt.error, receipt.due_at) == ("issued", "S0099", None)
    assert len(office.work_items()) == 1


def test_what_was_reversed_there_already_is_reversed_here_and_the_rest_issued(office: Office) -> None:
    bill, order, first = office.issued()
    office.sandbox.control("POST", "e_receipts/reverse", {"bus_no": first.receipt_no})
    office.refund(bill, order, 1_000)
    office.work()
    first.refresh_from_db()
    assert (first.state, office.receipt(bill).state, office.receipt(bill).amount_fen) == (
        "reversed", "issued", 3_500,
    )  # fmt: skip
    assert office.work_items() == []


def test_a_refused_reversal_is_nobodys_work_once_the_refund_did_not_come_about(office: Office) -> None:
    bill, order, receipt = office.issued()
    office.faults({"kind": "code", "code": "S0099", "operation": REVERSE, "times": 1})
    office.refund(bill, order, 4_500)
    office.work()
    withdraw_refund(bill_id=bill.pk, amount_fen=4_500)
    handle()
    office.work()
    receipt.refresh_from_db()
    assert (receipt.state, receipt.error, office.work_items()) == ("issued", "", [])


def test_a_refund_that_did_not_come_about_brings_the_receipt_back(office: Office) -> None:
    bill, order, first = office.issued()
    office.refund(bill, order, 4_500)
    office.work()
    withdraw_refund(bill_id=bill.pk, amount_fen=4_500)
    handle()
    office.work()
    second = office.receipt(bill)
    assert second.pk != first.pk and (second.state, second.amount_fen) == ("issued", 4_500)
    assert [row["state"] for row in office.book()] == ["reversed", "issued"]


def test_two_refunds_in_a_row_leave_one_receipt_of_the_rest(office: Office) -> None:
    bill, order, _ = office.issued()
    office.refund(bill, order, 500)
    office.refund(bill, order, 500)
    office.work()
    office.refund(bill, order, 500)
    office.work()
    standing = EReceipt.objects.filter(bill_id=bill.pk, ended_at=None).get()
    assert (standing.state, standing.amount_fen) == ("issued", 3_000)
    assert [row["state"] for row in office.book()] == ["reversed", "reversed", "issued"]
