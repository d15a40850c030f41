"""HIS pushes its bills as they arise; whatever it repeats, corrects or tells too late, a bill is there once."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.billing.models import Bill, Invoice
from apps.identity.models import PartnerApplication
from kernel.money import MAX_FEN
from tests.billing.support import NOW, PARTNER, code, fresh, pay
from tests.support.world import World, client_for

ITEM = {"name": "血常规", "quantity": "1", "unit_price_fen": 2_000, "category": "test", "unit": "次"}


def body(world: World, external_id: str = "HIS-1", **more: Any) -> dict[str, Any]:
    told = {
        "external_id": external_id, "mrn": world.patients["patient_a"].mrn, "kind": "test",
        "department_code": "cardiology", "employee_no": "doctor_a", "items": [ITEM],
    }  # fmt: skip
    return told | more


def push(world: World, external_id: str = "HIS-1", **more: Any) -> Any:
    return world.client("partner").post(f"{PARTNER}/bills", body(world, external_id, **more), format="json")


def tell(world: World, external_id: str, what: str, **told: Any) -> Any:
    return world.client("partner").post(f"{PARTNER}/bills/{external_id}/{what}", told, format="json")


@pytest.mark.requirement("PAY-04")
def test_a_push_makes_a_bill_once(clinic: World) -> None:
    first, again = push(clinic), push(clinic)
    assert (first.status_code, again.status_code) == (201, 200), first.content
    assert first.json() == again.json()
    bill = Bill.objects.get()
    assert (bill.source, bill.external_id, bill.amount_fen, bill.kind) == ("his", "HIS-1", 2_000, "test")
    assert (bill.department, bill.practitioner) == (
        clinic.departments["cardiology"],
        clinic.staff["doctor_a"],
    )
    assert bill.bill_no == first.json()["bill_no"]


@pytest.mark.requirement("PAY-04")
def test_a_change_issues_the_bill_again_until_it_is_paid(clinic: World) -> None:
    push(clinic)
    old = Bill.objects.get()
    changed = push(clinic, items=[ITEM, ITEM])
    assert (changed.status_code, changed.json()["amount_fen"]) == (201, 4_000)
    assert (fresh(old).status, fresh(old).cancel_cause) == ("cancelled", "reissued")
    bill = Bill.objects.get(status="issued")
    pay(bill)
    assert push(clinic, items=[ITEM, ITEM]).json()["status"] == "paid"  # the same again: what became of it
    refused = push(clinic)
    assert code(refused) == (409, "bill_already_paid")
    assert fresh(bill).amount_fen == 4_000 and Bill.objects.count() == 2


@pytest.mark.requirement("PAY-04")
def test_his_may_correct_the_patient(clinic: World) -> None:
    push(clinic)
    assert push(clinic, mrn=clinic.patients["patient_b"].mrn).status_code == 201
    standing = Bill.objects.get(status="issued")
    assert standing.patient == clinic.patients["patient_b"]
    assert Bill.objects.get(status="cancelled").cancel_cause == "his"


@pytest.mark.requirement("PAY-04")
def test_a_registration_made_elsewhere_holds_its_bills_together(clinic: World) -> None:
    assert push(clinic, "R-1", kind="registration").status_code == 201
    assert push(clinic, registration_external_id="R-1", is_mandatory=True).status_code == 201
    bill = Bill.objects.get(external_id="HIS-1")
    assert (bill.is_mandatory, bill.registration_bill) == (True, Bill.objects.get(external_id="R-1"))
    orphan = push(clinic, "HIS-2", registration_external_id="R-2")
    assert code(orphan) == (400, "validation_error")
    assert orphan.json()["errors"][0]["field"] == "registration_external_id"


@pytest.mark.requirement("PAY-04")
def test_his_sums_are_taken_and_checked(clinic: World) -> None:
    rounded = ITEM | {"quantity": "3", "unit_price_fen": 33, "amount_fen": 100}
    assert push(clinic, items=[rounded], amount_fen=100).json()["amount_fen"] == 100
    wrong = push(clinic, "HIS-2", items=[rounded], amount_fen=99)
    assert code(wrong) == (400, "bill_amount_mismatch") and wrong.json()["sum_fen"] == 100
    assert not Bill.objects.filter(external_id="HIS-2").exists()


@pytest.mark.requirement("PAY-04", "INT-04")
@pytest.mark.parametrize(
    "change",
    [
        {"external_id": ""}, {"external_id": "a/b"}, {"external_id": "x" * 65}, {"external_id": "a\n"},
        {"mrn": "unknown"}, {"department_code": "unknown"}, {"department_code": "dental"}, {"employee_no": "x"},
        {"kind": "card_top_up"}, {"currency": "USD"}, {"amount_fen": 0}, {"amount_fen": 20.5},
        {"amount_fen": MAX_FEN + 1}, {"amount_fen": -1}, {"items": []}, {"items": [ITEM | {"amount_fen": -1}]},
        {"items": [ITEM | {"amount_fen": 1.5}]}, {"items": [ITEM | {"amount_fen": 10**30}]},
        {"items": [ITEM | {"quantity": "0.000"}]}, {"expires_at": "2026-01-01T00:00:00Z"}, {"unknown": 1},
    ],
)  # fmt: skip
def test_what_his_cannot_mean_is_refused_and_nothing_is_stored(clinic: World, change: dict[str, Any]) -> None:
    answer = clinic.client("partner").post(f"{PARTNER}/bills", body(clinic) | change, format="json")
    assert answer.status_code == 400 and answer.json()["errors"], answer.content
    assert not Bill.objects.exists()


@pytest.mark.requirement("PAY-13")
def test_an_insured_push_is_refused_with_a_clear_code(clinic: World) -> None:
    assert code(push(clinic, payer_type="employee_insurance")) == (422, "insurance_not_supported")
    assert not Bill.objects.exists()


@pytest.mark.requirement("PAY-04")
def test_his_withdraws_a_bill_that_nobody_has_paid(clinic: World) -> None:
    push(clinic)
    assert tell(clinic, "HIS-1", "withdraw").json()["status"] == "cancelled"
    assert tell(clinic, "HIS-1", "withdraw", reason="again").json()["status"] == "cancelled"
    assert push(clinic).status_code == 201  # charged again under the same key
    pay(Bill.objects.get(status="issued"))
    assert code(tell(clinic, "HIS-1", "withdraw")) == (409, "bill_already_paid")
    assert code(tell(clinic, "HIS-9", "withdraw")) == (404, "not_found")


@pytest.mark.requirement("PAY-04")
def test_a_bill_that_was_paid_at_his_window_is_paid(clinic: World) -> None:
    push(clinic, "R-1", kind="registration")
    assert code(tell(clinic, "R-1", "settled", paid_at="2026-11-24T08:00:00+08:00")) == (
        400,
        "validation_error",
    )
    assert code(tell(clinic, "R-1", "settled", paid_at="1900-01-01T00:00:00+08:00")) == (
        400,
        "validation_error",
    )
    paid = tell(clinic, "R-1", "settled", paid_at="2026-11-23T07:59:00+08:00").json()
    assert (paid["status"], paid["channel"], paid["order_id"]) == ("paid", "his", None)
    assert tell(clinic, "R-1", "settled", paid_at=NOW.isoformat()).json() == paid
    push(clinic)
    tell(clinic, "HIS-1", "withdraw")
    assert code(tell(clinic, "HIS-1", "settled", paid_at=NOW.isoformat())) == (409, "state_conflict")


@pytest.mark.requirement("PAY-04")
def test_his_asks_what_became_of_a_bill(clinic: World) -> None:
    push(clinic)
    url = f"{PARTNER}/bills/HIS-1"
    assert clinic.client("partner").get(url).json()["status"] == "issued"
    (bill,) = pay(Bill.objects.get())
    shown = clinic.client("partner").get(url).json()
    assert (shown["status"], shown["order_id"], shown["channel"]) == (
        "paid",
        str(bill.order_id),
        "wechat_pay",
    )
    for wrong in ("HIS-2", "%00", "a b", "x" * 65):
        assert clinic.client("partner").get(f"{PARTNER}/bills/{wrong}").status_code == 404, wrong


@pytest.mark.requirement("PAY-14")
def test_his_tells_the_e_receipt(clinic: World) -> None:
    push(clinic)
    receipt = {"code": "11010126", "number": "0012345678", "check_code": "a1b2c3"}
    assert code(tell(clinic, "HIS-1", "e-receipt", **receipt)) == (409, "state_conflict")
    pay(Bill.objects.get())
    assert tell(clinic, "HIS-1", "e-receipt", **receipt).status_code == 200
    assert Invoice.objects.get().e_number == "0012345678"
    assert code(tell(clinic, "HIS-1", "e-receipt", **receipt | {"number": "1"})) == (409, "duplicate")


@pytest.mark.requirement("INT-03", "PAY-04")
def test_only_the_hospitals_own_his_with_the_scope_may_push(clinic: World) -> None:
    push(clinic)
    PartnerApplication.objects.update(allowed_scopes=["directory:read"])
    assert code(push(clinic, "HIS-2")) == (403, "permission_denied")
    PartnerApplication.objects.update(allowed_scopes=["bills:write"], hospital=clinic.h2)
    assert code(push(clinic, "HIS-2")) == (400, "validation_error")  # no such patient there
    assert clinic.client("partner").get(f"{PARTNER}/bills/HIS-1").status_code == 404
    for nobody in (APIClient(), client_for(clinic.staff["boss"].user)):
        assert nobody.post(f"{PARTNER}/bills", body(clinic), format="json").status_code == 401
    assert Bill.objects.count() == 1
