"""What staff see and do: lists within their reach, trying again, asking, paper, accounts without their secrets."""

from typing import Any

import pytest

from apps.billing.services.invoice_ranges import draw_range
from apps.billing.services.invoices import issue_invoice, print_invoice
from apps.receipts.models import EReceipt, ReceiptAccount
from tests.billing.refund_support import configure
from tests.billing.support import code
from tests.receipts.support import CODES, ISSUE, Office
from tests.scheduling.support import ADMIN

pytestmark = pytest.mark.requirement("PAY-14")


def test_staff_find_receipts_within_their_reach(office: Office) -> None:
    bill, _, receipt = office.issued()
    row = office.get("clerk").json()["results"][0]
    assert (row["id"], row["state"], row["bill_no"], row["patient_name"]) == (
        str(receipt.pk), "issued", bill.bill_no, "张三丰",
    )  # fmt: skip
    for query, count in (
        ({"state": "issued"}, 1), ({"state": "failed"}, 0), ({"bill_id": bill.pk}, 1),
        ({"patient_id": bill.patient_id}, 1), ({"search": receipt.e_number}, 1), ({"search": "张三丰"}, 1),
        ({"created_from": "2026-11-24T00:00:00+08:00"}, 0), ({"kind": "registration"}, 0),
    ):  # fmt: skip
        assert office.get("clerk", **query).json()["count"] == count, query
    whole = office.get("clerk", f"/{receipt.pk}").json()
    assert whole["qr_picture_url"].startswith("data:image/png;base64,") and len(whole["lines"]) == 2
    assert office.get("admin2").json()["count"] == 0
    assert office.get("admin2", f"/{receipt.pk}").status_code == 404
    assert office.get("doctor_a").status_code == 403


def test_a_list_costs_the_same_queries_at_any_length(
    office: Office, django_assert_max_num_queries: Any
) -> None:
    for count in (1, 3):
        for _ in range(count):
            office.issued()
        office.get("clerk")
        with django_assert_max_num_queries(4):
            assert office.get("clerk").json()["count"] >= count


def test_what_failed_is_tried_again_once_its_cause_is_mended(office: Office) -> None:
    office.settings(place_code="999")
    bill, _ = office.paid()
    office.work()
    receipt = office.receipt(bill)
    assert office.get("finance").json()["results"][0]["may_retry"] is True
    assert code(office.post("clerk", f"e-receipts/{receipt.pk}/retry")) == (403, "permission_denied")
    office.settings(place_code="001")
    answer = office.post("finance", f"e-receipts/{receipt.pk}/retry")
    assert (answer.status_code, answer.json()["state"]) == (200, "queued")
    office.work()
    assert office.receipt(bill).state == "issued" and office.work_items() == []
    assert code(office.post("finance", f"e-receipts/{receipt.pk}/retry")) == (409, "state_conflict")


def test_a_total_that_differed_is_asked_about_before_anything_is_sent(office: Office) -> None:
    office.faults({"kind": "silent_after_work", "operation": ISSUE, "times": 1})
    office.settings(wrong_total_fen=100)
    bill, _ = office.paid()
    office.work()
    office.later(seconds=5)
    receipt = office.receipt(bill)
    office.settings(wrong_total_fen=0)
    assert office.post("finance", f"e-receipts/{receipt.pk}/retry").json()["state"] == "unknown"
    office.work()
    assert office.receipt(bill).state == "issued" and office.book()[0]["sent"] == 1


def test_a_refused_reversal_is_tried_again_by_hand(office: Office) -> None:
    bill, order, receipt = office.issued()
    office.faults({"kind": "code", "code": "S0099", "operation": "writeOffEBill", "times": 1})
    office.refund(bill, order, 4_500)
    office.work()
    assert office.post("finance", f"e-receipts/{receipt.pk}/retry").status_code == 200
    office.work()
    receipt.refresh_from_db()
    assert receipt.state == "reversed" and office.work_items() == []


def test_the_platform_is_asked_when_somebody_waits_for_it(office: Office) -> None:
    office.faults({"kind": "silent_after_work", "operation": ISSUE, "times": 1})
    bill, _ = office.paid()
    office.work()
    receipt = office.receipt(bill)
    assert receipt.state == "unknown"
    answer = office.post("clerk", f"e-receipts/{receipt.pk}/query")
    assert (answer.status_code, answer.json()["state"], answer.json()["is_waiting"]) == (200, "issued", False)
    assert code(office.post("clerk", f"e-receipts/{receipt.pk}/query")) == (409, "state_conflict")
    assert office.post("admin2", f"e-receipts/{receipt.pk}/query").status_code == 404


def test_a_receipt_is_turned_to_the_platforms_next_paper(office: Office) -> None:
    bill, order, receipt = office.issued()
    url = f"e-receipts/{receipt.pk}/turn-paper"
    office.faults({"kind": "silent_after_work", "operation": "turnPaper", "times": 1})
    assert office.post("clerk", url).status_code == 503
    answer = office.post("clerk", url)
    assert answer.status_code == 200, answer.content
    shown, (there,) = answer.json(), office.book()
    assert [shown["paper_code"], shown["paper_no"]] == there["paper"] and there["papers"] == [
        shown["paper_no"]
    ]
    assert code(office.post("clerk", url)) == (409, "state_conflict")
    office.refund(bill, order, 4_500)  # the paper is void before the receipt is reversed
    office.work()
    receipt.refresh_from_db()
    assert receipt.state == "reversed" and office.book()[0]["paper"] == ["", ""]


def test_numbered_forms_give_the_number_of_the_paper(office: Office) -> None:
    configure(office.world, **{"billing.paper_invoices": True})
    bill, _, receipt = office.issued()
    url = f"e-receipts/{receipt.pk}/turn-paper"
    assert code(office.post("clerk", url)) == (409, "receipt_paper_not_printed")
    draw_range(
        kind="outpatient", code="A2026", first_no="0000001", last_no="0000010",
        holder=office.world.staff["clerk"], by=office.world.staff["clerk"],
    )  # fmt: skip
    print_invoice(issue_invoice(bill), desk="急诊收费处", staff=office.world.staff["clerk"])
    answer = office.post("clerk", url)
    assert (answer.status_code, answer.json()["paper_code"], answer.json()["paper_no"]) == (
        200,
        "A2026",
        "0000001",
    )
    assert office.book()[0]["paper"] == ["A2026", "0000001"]


def test_a_form_that_the_platform_refuses_is_no_paper_of_the_receipt(office: Office) -> None:
    _, _, receipt = office.issued()
    office.faults({"kind": "code", "code": "S0032", "operation": "turnPaper", "times": 1})
    answer = office.post("clerk", f"e-receipts/{receipt.pk}/turn-paper")
    assert code(answer) == (409, "receipt_platform_refused") and answer.json()["platform_code"] == "S0032"
    receipt.refresh_from_db()
    assert (receipt.paper_no, receipt.paper_at) == ("", None)
    assert office.post("clerk", f"e-receipts/{receipt.pk}/turn-paper").status_code == 200


def test_an_account_shows_no_secret_and_replaces_the_one_before(office: Office) -> None:
    url = f"{ADMIN}/receipt-accounts"
    client = office.world.client("admin1")
    body = {
        "hospital_id": str(office.world.h1.pk), "platform": "bosssoft", "name": "新账户",
        "connection": office.config(key="another"), "charge_codes": CODES,
    }  # fmt: skip
    made = client.post(url, body, format="json")
    assert made.status_code == 201, made.content
    assert "key" not in made.json()["shown_connection"] and b"another" not in made.content
    office.account.refresh_from_db()
    assert office.account.is_active is False and office.account.config.find("another") == -1
    row = ReceiptAccount.objects.get(pk=made.json()["id"])
    change = {"version": row.version, "connection": {"place_code": "002"}}
    assert (
        client.patch(f"{url}/{row.pk}", change, format="json").json()["shown_connection"]["place_code"]
        == "002"
    )
    row.refresh_from_db()
    assert "another" in row.config
    assert code(client.patch(f"{url}/{row.pk}", change, format="json")) == (409, "stale_version")
    revive = {"version": office.account.version, "is_active": True}
    assert code(client.patch(f"{url}/{office.account.pk}", revive, format="json")) == (409, "duplicate")
    assert office.world.client("clerk").get(url).status_code == 403
    assert office.world.client("admin2").get(f"{url}/{row.pk}").status_code == 404


def test_a_connection_that_can_not_be_used_is_refused_by_its_field(office: Office) -> None:
    client = office.world.client("admin1")
    body = {"hospital_id": str(office.world.h1.pk), "platform": "bosssoft", "name": "x", "charge_codes": {}}
    for change, field, why in (
        ({"base_url": "ftp://example.org"}, "connection.base_url", "receipt_address"),
        ({"base_url": "https://10.1.2.3/"}, "connection.base_url", "address_refused"),
        ({"base_url": "http://169.254.169.254"}, "connection.base_url", "address_refused"),
        ({"key": ""}, "connection.key", "required"),
        ({"color": "red"}, "connection.color", "receipt_config_value"),
    ):
        answer = client.post(
            f"{ADMIN}/receipt-accounts", body | {"connection": office.config(**change)}, format="json"
        )
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["field"], error["code"]) == (400, field, why), answer.content
    wrong = body | {"connection": office.config(), "charge_codes": {"parking": "1"}}
    answer = client.post(f"{ADMIN}/receipt-accounts", wrong, format="json")
    assert answer.json()["errors"][0]["code"] == "receipt_charge_codes"


def test_tax_invoices_are_a_slot_that_can_not_be_chosen(office: Office) -> None:
    platforms = office.world.client("admin1").get(f"{ADMIN}/receipt-platforms").json()
    assert {row["code"]: row["available"] for row in platforms} == {"bosssoft": True, "tax_invoice": False}
    body = {
        "hospital_id": str(office.world.h1.pk), "platform": "tax_invoice", "name": "x", "connection": {},
        "charge_codes": {},
    }  # fmt: skip
    answer = office.world.client("admin1").post(f"{ADMIN}/receipt-accounts", body, format="json")
    assert code(answer) == (409, "receipt_platform_not_offered")
    assert EReceipt.objects.count() == 0
