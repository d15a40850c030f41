"""Where nobody knows what the platform has, nothing is issued twice, and people hear of what does not end."""

import pytest

from apps.receipts.models import EReceipt
from apps.receipts.ports import Numbers
from apps.receipts.services import by_hand, record
from apps.receipts.services.content import lines_of
from tests.receipts.support import CODES, ISSUE, Office

pytestmark = pytest.mark.requirement("PAY-14")


def test_a_repetition_says_what_was_said_first_and_what_went_back_meanwhile_is_reversed(
    office: Office,
) -> None:
    """Else a platform that issued the first one late would have another amount than the receipt shows."""
    office.faults({"kind": "close", "operation": ISSUE, "times": 1})
    bill, order = office.paid()
    office.work()
    office.refund(bill, order, 1_000)
    office.later(minutes=3)
    assert [(row["total"], row["state"]) for row in office.book()] == [
        ("45.0", "reversed"), ("35.0", "issued"),
    ]  # fmt: skip
    assert (office.receipt(bill).state, office.receipt(bill).amount_fen) == ("issued", 3_500)


def test_what_went_back_whole_while_nobody_knew_is_issued_and_reversed(office: Office) -> None:
    office.faults({"kind": "close", "operation": ISSUE, "times": 1})
    bill, order = office.paid()
    office.work()
    office.refund(bill, order, 4_500)
    office.later(minutes=3)
    (receipt,) = EReceipt.objects.filter(bill_id=bill.pk)
    assert (receipt.state, [row["state"] for row in office.book()]) == ("reversed", ["reversed"])


def test_people_hear_of_a_receipt_that_is_never_taken_though_the_platform_answers(office: Office) -> None:
    office.faults({"kind": "close", "operation": ISSUE, "times": 30})
    bill, _ = office.paid()
    office.work()
    for _ in range(12):
        office.later(minutes=20)
    assert office.receipt(bill).state in ("unknown", "queued") and len(office.work_items()) == 1


def test_numbers_that_another_receipt_has_are_shown_to_nobody(office: Office) -> None:
    _, _, first = office.issued()
    bill, _ = office.paid()
    receipt = office.receipt(bill)
    record.sending(receipt, lines=lines_of(bill, 4_500, CODES), total_fen=4_500)
    record.issued(receipt, Numbers(first.e_code, first.e_number, "000000", ""))
    receipt.refresh_from_db()
    assert (receipt.state, receipt.error, receipt.e_number) == ("failed", "number_taken", "")
    assert len(office.work_items()) == 1


def test_two_hospitals_that_are_one_client_of_a_platform_never_share_a_number(office: Office) -> None:
    bill, _ = office.paid()
    assert office.receipt(bill).receipt_no.startswith(f"{office.world.h1.code}DP")


def test_a_reversed_receipt_of_another_amount_is_left_behind(office: Office) -> None:
    """Staff have reversed at the platform what nobody could use."""
    office.faults({"kind": "silent_after_work", "operation": ISSUE, "times": 1})
    office.settings(wrong_total_fen=100)
    bill, _ = office.paid()
    office.work()
    office.later(seconds=5)
    first = office.receipt(bill)
    assert first.error == "amount_differs"
    office.settings(wrong_total_fen=0)
    office.sandbox.control("POST", "e_receipts/reverse", {"bus_no": first.receipt_no})
    by_hand.retry(first)
    office.work()
    assert (office.receipt(bill).state, office.receipt(bill).replaces_id) == ("issued", first.pk)
    assert office.work_items() == []
