"""发票: issued for what was paid, first printed at the emergency cashier, every copy counted, its e-receipt kept."""

from typing import Any

import pytest

from apps.billing.models import Bill, Invoice, InvoicePrint
from apps.billing.selectors.invoice_sheet import sheet_of
from apps.billing.selectors.invoices import printed
from apps.billing.services.invoices import issue_invoice, keep_e_receipt
from apps.billing.services.settle import mark_refunded
from apps.identity.models import Hospital
from kernel.errors import DuplicateValue, StateConflict
from kernel.pdf import Fields, Table, render_spelt
from tests.billing.support import ADMIN, at_desk, code, issue, pay
from tests.support.world import World

DESK = "急诊收费处"


def invoice_of(world: World, bill: Bill) -> dict[str, Any]:
    answer = at_desk(world, "clerk", f"bills/{bill.pk}/invoice")
    assert answer.status_code == 201, answer.content
    shown: dict[str, Any] = answer.json()
    return shown


def paid_bill(world: World) -> Bill:
    return pay(issue(world))[0]


@pytest.mark.requirement("PAY-14")
def test_a_paid_bill_has_one_invoice_with_its_lines(clinic: World) -> None:
    bill = issue(clinic)
    assert code(at_desk(clinic, "clerk", f"bills/{bill.pk}/invoice")) == (409, "state_conflict")
    pay(bill)
    shown = invoice_of(clinic, bill)
    assert shown["invoice_no"].startswith("FP261123")
    assert (shown["amount_fen"], shown["payer_name"], shown["bill_no"]) == (4_500, "张三丰", bill.bill_no)
    assert [(line["name"], line["quantity"], line["amount_fen"]) for line in shown["items"]] == [
        ("阿司匹林肠溶片", "2", 2_500), ("血常规", "1", 2_000),
    ]  # fmt: skip
    assert (shown["e_code"], shown["e_number"], shown["e_check_code"], shown["print_count"]) == (
        "",
        "",
        "",
        0,
    )
    assert clinic.client("clerk").get(f"{ADMIN}/bills/{bill.pk}").json()["has_invoice"] is True
    again = at_desk(clinic, "clerk", f"bills/{bill.pk}/invoice")
    assert code(again) == (409, "invoice_stands") and again.json()["invoice_id"] == shown["id"]
    assert code(at_desk(clinic, "doctor_a", f"bills/{bill.pk}/invoice")) == (403, "permission_denied")
    assert clinic.client("doctor_a").get(f"{ADMIN}/invoices/{shown['id']}").json()["items"] == shown["items"]


@pytest.mark.requirement("PAY-14")
def test_the_first_copy_is_printed_at_the_emergency_cashier_and_reprints_are_counted(clinic: World) -> None:
    url = f"invoices/{invoice_of(clinic, paid_bill(clinic))['id']}/prints"
    elsewhere = at_desk(clinic, "clerk", url, {"desk": "门诊一号窗"})
    assert code(elsewhere) == (409, "invoice_desk") and DESK in elsewhere.json()["detail"]
    first = at_desk(clinic, "clerk", url, {"desk": DESK}, key="first")
    assert (first.status_code, first.json()["copy_no"], first.json()["is_reprint"]) == (201, 1, False)
    assert len(first.json()["items"]) == 2
    at_desk(clinic, "clerk", url, {"desk": DESK}, key="first")  # the printer's request again: no other copy
    assert code(at_desk(clinic, "clerk", url, {"desk": "门诊一号窗"})) == (
        400,
        "invoice_reprint_needs_reason",
    )
    second = at_desk(clinic, "clerk", url, {"desk": "门诊一号窗", "reason": "退费前补打"}).json()
    assert (second["copy_no"], second["is_reprint"], second["print_count"]) == (2, True, 2)
    prints = clinic.client("clerk").get(f"{ADMIN}/{url}").json()
    assert [(p["copy_no"], p["desk"], p["reason"], p["printed_by_name"]) for p in prints] == [
        (1, DESK, "", "clerk"), (2, "门诊一号窗", "退费前补打", "clerk"),
    ]  # fmt: skip


@pytest.mark.requirement("PAY-14")
def test_who_prints_a_copy_gets_the_paper_and_nobody_else_without_being_counted(clinic: World) -> None:
    clinic.add_staff("clerk2", "clerk", clinic.h1, [])
    url = f"invoices/{invoice_of(clinic, paid_bill(clinic))['id']}"
    clerk, other = clinic.client("clerk"), clinic.client("clerk2")
    assert code(clerk.get(f"{ADMIN}/{url}/sheet")) == (409, "invoice_not_printed")
    at_desk(clinic, "clerk", f"{url}/prints", {"desk": DESK})
    sheet = clerk.get(f"{ADMIN}/{url}/sheet")
    assert (sheet.status_code, sheet["Content-Type"], sheet.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert "filename" in sheet["Content-Disposition"]
    assert code(other.get(f"{ADMIN}/{url}/sheet")) == (409, "invoice_not_printed")
    assert clerk.get(f"{ADMIN}/{url}").json()["print_count"] == 1, "reading the file counts nothing"
    at_desk(clinic, "clerk2", f"{url}/prints", {"desk": DESK, "reason": "补打"})
    assert other.get(f"{ADMIN}/{url}/sheet").status_code == 200
    assert code(clerk.get(f"{ADMIN}/{url}/sheet")) == (409, "invoice_not_printed")


@pytest.mark.requirement("PAY-14")
def test_what_stands_on_the_sheet(clinic: World) -> None:
    url = f"invoices/{invoice_of(clinic, paid_bill(clinic))['id']}/prints"
    copy = at_desk(clinic, "clerk", url, {"desk": DESK}).json()
    row = InvoicePrint.objects.get()
    sheet = sheet_of(printed(row))
    fields, table = (
        next(each for each in sheet.blocks if isinstance(each, kind)) for kind in (Fields, Table)
    )
    assert ("发票号", copy["invoice_no"]) in fields.pairs and ("窗口", DESK) in fields.pairs
    assert [cells[-1] for cells in table.rows] == ["25.00", "20.00"] and table.totals[-1] == "45.00"
    assert (sheet.watermark, sheet_of({**printed(row), "is_reprint": True}).watermark) == ("", "补打")
    strange = render_spelt(sheet_of({**printed(row), "payer_name": "𠮷田"}))
    assert strange.startswith(b"%PDF-"), "a rare name stops no print"


@pytest.mark.requirement("PAY-14")
def test_a_hospital_may_print_at_any_desk(clinic: World) -> None:
    Hospital.objects.filter(pk=clinic.h1.pk).update(settings={"billing.invoice_desk": ""})
    url = f"invoices/{invoice_of(clinic, paid_bill(clinic))['id']}/prints"
    assert at_desk(clinic, "clerk", url, {"desk": "门诊一号窗"}).status_code == 201
    assert code(at_desk(clinic, "clerk", url, {"reason": "x"})) == (400, "validation_error")
    assert code(at_desk(clinic, "doctor_a", url, {"desk": "x"})) == (403, "permission_denied")


@pytest.mark.requirement("PAY-14")
def test_a_refund_reverses_the_invoice_and_what_is_left_gets_another(clinic: World) -> None:
    bill = paid_bill(clinic)
    first = invoice_of(clinic, bill)
    mark_refunded(bill_id=bill.pk, amount_fen=1_000)
    url = f"invoices/{first['id']}/prints"
    assert code(at_desk(clinic, "clerk", url, {"desk": DESK})) == (409, "invoice_reversed")
    second = invoice_of(clinic, bill)
    assert (second["amount_fen"], second["invoice_no"] != first["invoice_no"]) == (3_500, True)
    client = clinic.client("clerk")
    for query, found in (
        ({}, [second, first]),
        ({"is_reversed": "true"}, [first]),
        ({"search": second["invoice_no"]}, [second]),
        ({"bill_id": bill.pk}, [second, first]),
        ({"issued_from": "2026-11-24"}, []),
    ):
        rows = client.get(f"{ADMIN}/invoices", query).json()["results"]
        assert [row["id"] for row in rows] == [each["id"] for each in found], query


@pytest.mark.requirement("PAY-14")
def test_an_invoice_list_costs_the_same_queries_at_any_length(
    clinic: World, django_assert_num_queries: Any
) -> None:
    for count in (1, 4):
        for _ in range(count):
            issue_invoice(paid_bill(clinic))
        clinic.client("clerk").get(f"{ADMIN}/invoices")  # the clerk's rights are known now
        with django_assert_num_queries(4):
            assert clinic.client("clerk").get(f"{ADMIN}/invoices").json()["count"] >= count
    for who in ("doctor_b", "admin2"):
        assert clinic.client(who).get(f"{ADMIN}/invoices").json()["count"] == 0


@pytest.mark.requirement("PAY-14")
def test_the_e_receipt_is_kept_once_and_never_changes(clinic: World) -> None:
    bill = paid_bill(clinic)
    receipt = {"code": "11010126", "number": "0012345678", "check_code": "a1b2c3"}
    kept = keep_e_receipt(bill, **receipt)
    assert keep_e_receipt(bill, **receipt).pk == kept.pk
    row = Invoice.objects.get()
    assert (row.e_code, row.e_number, row.e_check_code) == ("11010126", "0012345678", "a1b2c3")
    with pytest.raises(DuplicateValue):
        keep_e_receipt(bill, **receipt | {"number": "0012345679"})
    with pytest.raises(DuplicateValue):
        keep_e_receipt(paid_bill(clinic), **receipt)
    with pytest.raises(StateConflict):
        keep_e_receipt(issue(clinic), **receipt)
