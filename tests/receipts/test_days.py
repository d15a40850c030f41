"""Every night a day is compared with the platform; what differs is somebody's work until it matches."""

import datetime as dt
from typing import Any

import pytest

from apps.receipts.models import EReceipt, ReceiptDayCheck
from apps.receipts.services.day_checks import check_day, unchecked
from tests.billing.support import code
from tests.receipts.support import Office
from tests.scheduling.support import ADMIN

pytestmark = pytest.mark.requirement("PAY-14")


def ask(office: Office, day: dt.date, who: str = "finance") -> Any:
    body = {"receipt_account_id": str(office.account.pk), "business_date": day.isoformat()}
    return office.world.client(who).post(f"{ADMIN}/receipt-day-checks", body, format="json")


def test_a_day_matches_what_the_platform_has(office: Office) -> None:
    day = office.now.date()
    bill, order, _ = office.issued()
    office.issued()
    office.refund(bill, order, 1_000)
    office.work()
    assert code(ask(office, day)) == (400, "validation_error")  # it isn't over
    office.later(days=1)
    office.issued()
    assert unchecked(day) == [office.account.pk]
    check = ask(office, day).json()
    assert (check["state"], check["issued_count"], check["issued_fen"]) == ("matched", 3, 12_500), check
    assert (check["reversed_count"], check["reversed_fen"]) == (1, 4_500)
    assert (check["their_issued_count"], check["their_reversed_fen"]) == (3, 4_500)
    assert unchecked(day) == [] and office.work_items("receipts.day_differs") == []
    assert ask(office, day, "clerk").status_code == 403
    assert office.world.client("admin2").get(f"{ADMIN}/receipt-day-checks").json()["count"] == 0


def test_differences_name_the_receipts_and_are_work_until_they_are_gone(office: Office) -> None:
    day = office.now.date()
    _, _, lost = office.issued()
    _, _, stranger = office.issued()
    office.issued()
    EReceipt.objects.filter(pk=stranger.pk).delete()
    office.sandbox.control("POST", "e_receipts/forget", {"bus_no": lost.receipt_no})
    office.later(days=1)
    check = ask(office, day).json()
    assert (check["state"], check["missing_there"], check["missing_here"], check["amount_differs"]) == (
        "differs", [lost.receipt_no], [stranger.receipt_no], [],
    )  # fmt: skip
    (item,) = office.work_items("receipts.day_differs")
    assert str(item.subject_id) == check["id"]
    office.settings(wrong_total_fen=1)
    assert len(ask(office, day).json()["amount_differs"]) == 1
    office.settings(wrong_total_fen=0)
    EReceipt.objects.filter(pk=lost.pk).delete()
    office.sandbox.control("POST", "e_receipts/forget", {"bus_no": stranger.receipt_no})
    again = ask(office, day).json()
    assert (again["id"], again["state"], again["missing_there"]) == (check["id"], "matched", [])
    assert office.work_items("receipts.day_differs") == []


def test_a_platform_that_does_not_answer_is_asked_again(office: Office) -> None:
    day = office.now.date()
    office.issued()
    office.later(days=1)
    office.settings(outage=True)
    check = check_day(office.account, day)
    assert (check.state, check.error) == ("unanswered", "http_503")
    assert unchecked(day) == [office.account.pk]
    office.settings(outage=False)
    assert check_day(office.account, day).pk == check.pk
    assert ReceiptDayCheck.objects.get().state == "matched"
