"""Patients open their own receipts, and nobody else's."""

import pytest

from tests.billing.support import code
from tests.receipts.support import Office

pytestmark = pytest.mark.requirement("PAY-14")


def test_a_patient_opens_the_own_receipt_with_its_code_as_a_picture(office: Office) -> None:
    bill, _, receipt = office.issued()
    (row,) = office.own("patient_a").json()["results"]
    assert (row["id"], row["state"], row["amount_fen"], row["bill_title"]) == (
        str(receipt.pk), "issued", 4_500, bill.title,
    )  # fmt: skip
    whole = office.own("patient_a", f"/{receipt.pk}").json()
    assert whole["qr_picture_url"].startswith("data:image/png;base64,")
    assert whole["picture_url"] == receipt.picture_url
    assert [line["name"] for line in whole["lines"]] == ["阿司匹林肠溶片", "血常规"]
    bound = office.world.bindings["patient_a"].pk
    assert office.own("patient_a", binding_id=bound).json()["count"] == 1


def test_of_strangers_nothing_is_found(office: Office) -> None:
    _, _, receipt = office.issued()
    assert office.own("patient_b").json()["count"] == 0
    assert code(office.own("patient_b", f"/{receipt.pk}")) == (404, "not_found")
    bound = office.world.bindings["patient_a"].pk
    assert office.own("patient_b", binding_id=bound).status_code == 404
    assert office.own("clerk").status_code == 403
    assert office.own("nobody").status_code == 401


def test_what_is_on_its_way_or_failed_is_not_shown_and_what_was_reversed_says_so(office: Office) -> None:
    bill, order = office.paid()
    assert office.own("patient_a").json()["count"] == 0
    assert office.own("patient_a", f"/{office.receipt(bill).pk}").status_code == 404
    office.work()
    office.refund(bill, order, 1_000)
    office.work()
    rows = office.own("patient_a").json()["results"]
    assert [(row["state"], row["amount_fen"]) for row in rows] == [("issued", 3_500), ("reversed", 4_500)]
