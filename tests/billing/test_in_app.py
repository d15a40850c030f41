"""Bills in the mini-program: details before paying, what is to be paid, the voucher after; opening a payment."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from apps.billing.models import Bill, CancelCause
from apps.billing.ports import BILLS
from apps.billing.services.cancel import cancel_bill
from apps.billing.services.items import ItemSpec
from apps.identity import his
from apps.identity.models import Hospital
from apps.payments.models import PaymentOrder
from kernel import clock
from tests.billing.support import MINI, NOW, code, deliver, fresh, in_app, issue, minutes, pay, registration
from tests.scheduling.support import bind, make_patient
from tests.support.world import World


def get(world: World, path: str = "", who: str = "patient_a", **query: Any) -> Any:
    return world.client(who).get(f"{MINI}/bills{path}", query)


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def order(world: World, *bills: Bill, who: str = "patient_a", key: str | None = None, **more: Any) -> Any:
    return in_app(world, who, "payment-orders", {"bill_ids": [str(b.pk) for b in bills], **more}, key=key)


@pytest.mark.requirement("PAY-05")
def test_the_details_are_shown_before_paying(clinic: World) -> None:
    bill = issue(clinic)
    shown = get(clinic, f"/{bill.pk}").json()
    assert (shown["status"], shown["is_payable"], shown["amount_fen"], shown["voucher_no"]) == (
        "issued", True, 4_500, "",
    )  # fmt: skip
    first, second = shown["items"]
    assert {name: first[name] for name in ("name", "spec", "unit", "quantity", "unit_price_fen", "amount_fen")} == {
        "name": "阿司匹林肠溶片", "spec": "100mg*30片", "unit": "盒", "quantity": "2", "unit_price_fen": 1_250,
        "amount_fen": 2_500,
    }  # fmt: skip
    assert second["amount_fen"] == 2_000
    assert (shown["hospital_name"], shown["department_name"], shown["patient_name"]) == (
        "第一医院", "心内科", "张三丰",
    )  # fmt: skip


@pytest.mark.requirement("PAY-05")
def test_the_voucher_is_there_once_it_is_paid(clinic: World) -> None:
    bill = issue(clinic)
    assert code(get(clinic, f"/{bill.pk}/voucher")) == (409, "state_conflict")
    pay(bill)
    shown = get(clinic, f"/{bill.pk}/voucher").json()
    assert shown["voucher_no"] == fresh(bill).voucher_no and len(shown["voucher_no"]) == 16
    assert dt.datetime.fromisoformat(shown["paid_at"]) == NOW
    assert (shown["channel"], shown["mrn"], len(shown["items"])) == (
        "wechat_pay", clinic.patients["patient_a"].mrn, 2,
    )  # fmt: skip


@pytest.mark.requirement("PAY-12")
def test_records_are_those_of_the_bound_patients_and_filtered(clinic: World) -> None:
    bill, fee = issue(clinic), registration(clinic)
    foreign = issue(clinic, patient="patient_b")
    pay(fee)
    assert ids(get(clinic)) == [str(fee.pk), str(bill.pk)]
    assert ids(get(clinic, status="paid")) == [str(fee.pk)]
    assert ids(get(clinic, kind="prescription")) == [str(bill.pk)]
    assert ids(get(clinic, binding_id=clinic.bindings["patient_a"].pk)) == [str(fee.pk), str(bill.pk)]
    assert code(get(clinic, binding_id=clinic.bindings["patient_b"].pk)) == (404, "not_found")
    for path in ("", "/voucher"):
        assert code(get(clinic, f"/{foreign.pk}{path}")) == (404, "not_found")
    assert code(get(clinic, state="paid")) == (400, "validation_error")
    assert code(get(clinic, who="patient_none")) == (409, "card_required")
    assert not {"mrn", "external_id", "cancel_reason"} & get(clinic).json()["results"][0].keys()


@pytest.mark.requirement("CARD-05")
def test_without_a_card_nothing_is_listed_or_paid(clinic: World) -> None:
    bill = issue(clinic)
    for path in ("", "/payable"):
        assert code(get(clinic, path, who="patient_none")) == (409, "card_required")
    assert code(order(clinic, bill, who="patient_none")) == (409, "card_required")


@pytest.mark.requirement("PAY-04")
def test_a_poll_that_finds_nothing_new_is_answered_with_304(clinic: World) -> None:
    bill = issue(clinic)
    for path in ("", "/payable"):
        tag = get(clinic, path)["ETag"]
        again = clinic.client("patient_a").get(f"{MINI}/bills{path}", HTTP_IF_NONE_MATCH=tag)
        assert (again.status_code, again.content) == (304, b"")
    tag = get(clinic, "/payable")["ETag"]
    pay(bill)
    changed = clinic.client("patient_a").get(f"{MINI}/bills/payable", HTTP_IF_NONE_MATCH=tag)
    assert (changed.status_code, changed.json()["bills"]) == (200, [])


@pytest.mark.requirement("PAY-04")
def test_what_is_to_be_paid_is_of_one_card_with_the_registration_first(clinic: World) -> None:
    bill, fee = issue(clinic), registration(clinic)
    child = make_patient(clinic.h1, "小明")
    binding = bind(clinic, "patient_a", child)
    found = get(clinic, "/payable").json()
    assert [row["id"] for row in found["bills"]] == [str(fee.pk), str(bill.pk)]
    assert found["is_current"] is True
    assert get(clinic, "/payable", binding_id=binding.pk).json()["bills"] == []
    assert code(get(clinic, "/payable", binding_id=uuid4())) == (404, "not_found")
    assert code(get(clinic, "/payable", patient_id=uuid4())) == (400, "validation_error")


@pytest.mark.requirement("PAY-04")
def test_the_list_says_when_his_does_not_answer(clinic: World, request: pytest.FixtureRequest) -> None:
    class Silent:
        def refresh(self, patients: Any) -> bool:
            return False

    his.register("silent", BILLS, lambda hospital: Silent())
    request.addfinalizer(lambda: his.forget("silent"))
    Hospital.objects.filter(pk=clinic.h1.pk).update(settings={"his.driver": "silent"})
    bill = issue(clinic)
    found = get(clinic, "/payable").json()
    assert (found["is_current"], [row["id"] for row in found["bills"]]) == (False, [str(bill.pk)])


@pytest.mark.requirement("PAY-04")
def test_lists_cost_the_same_queries_at_any_length(clinic: World, django_assert_num_queries: Any) -> None:
    for count in (1, 5):
        bill = [issue(clinic) for _ in range(count)][-1]
        with django_assert_num_queries(3):
            assert get(clinic).json()["count"] >= count
        with django_assert_num_queries(4):
            assert get(clinic, "/payable").status_code == 200
        with django_assert_num_queries(4):
            assert get(clinic, f"/{bill.pk}").status_code == 200


@pytest.mark.requirement("PAY-04")
def test_chosen_bills_are_paid_in_one_order_that_ends_with_the_first_of_them(clinic: World) -> None:
    fee = registration(clinic, expires_at=NOW + minutes(12))
    bill = issue(clinic, registration_bill=fee)
    answer = order(clinic, bill, fee)
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert (shown["state"], shown["scene"], shown["amount_fen"]) == ("pending", "outpatient", 6_000)
    assert dt.datetime.fromisoformat(shown["expires_at"]) == NOW + minutes(12)
    assert {line["subject_id"] for line in shown["lines"]} == {str(fee.pk), str(bill.pk)}
    made = PaymentOrder.objects.get()
    assert (made.account, made.application, str(made.pk)) == (
        clinic.accounts["patient_a"], "miniprogram", shown["id"],
    )  # fmt: skip
    assert order(clinic, bill, fee).json()["id"] == shown["id"]  # another request, the same live order
    assert code(order(clinic, fee)) == (409, "being_paid")


@pytest.mark.requirement("PAY-04")
def test_a_payment_lasts_half_an_hour_or_what_the_hospital_says(clinic: World) -> None:
    first = order(clinic, issue(clinic)).json()
    assert dt.datetime.fromisoformat(first["expires_at"]) == NOW + minutes(30)
    Hospital.objects.filter(pk=clinic.h1.pk).update(settings={"payment.order_minutes": 5})
    second = order(clinic, registration(clinic)).json()
    assert dt.datetime.fromisoformat(second["expires_at"]) == NOW + minutes(5)
    assert (first["scene"], second["scene"]) == ("outpatient", "registration")


@pytest.mark.requirement("PAY-08")
def test_a_repeated_request_opens_one_order(clinic: World) -> None:
    bill, key = issue(clinic), uuid4().hex
    first, again = order(clinic, bill, key=key), order(clinic, bill, key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"] and again["Idempotency-Replayed"] == "true"
    assert PaymentOrder.objects.count() == 1
    other = order(clinic, issue(clinic), key=key)
    assert code(other) == (422, "idempotency_key_reused")


@pytest.mark.requirement("PAY-04")
def test_a_missing_mandatory_bill_is_named(clinic: World) -> None:
    fee = registration(clinic)
    bill = issue(clinic, registration_bill=fee)
    answer = order(clinic, bill)
    assert code(answer) == (409, "mandatory_bill_missing")
    assert answer.json()["bill_ids"] == [str(fee.pk)]
    assert not PaymentOrder.objects.exists()


@pytest.mark.requirement("PAY-04")
def test_what_cannot_be_paid_opens_nothing(clinic: World) -> None:
    mine, gone = issue(clinic), cancel_bill(issue(clinic), cause=CancelCause.STAFF)
    foreign = issue(clinic, patient="patient_b")
    assert code(order(clinic, gone)) == (409, "bill_not_payable")
    assert code(order(clinic, mine, foreign)) == (404, "not_found")
    assert code(order(clinic, mine, binding_id=str(clinic.bindings["patient_b"].pk))) == (404, "not_found")
    assert code(order(clinic)) == (400, "validation_error")
    deposit = issue(clinic, ItemSpec("住院押金", Decimal(1), 100), kind="inpatient_deposit")
    assert code(order(clinic, mine, deposit)) == (409, "bills_not_together")
    dear = issue(clinic, ItemSpec("x", Decimal(1), 5_000_001))
    assert code(order(clinic, dear)) == (400, "amount_not_allowed")
    assert not PaymentOrder.objects.exists()
    assert order(clinic, deposit).json()["scene"] == "inpatient_deposit"


@pytest.mark.requirement("PAY-13")
def test_an_insured_payment_is_refused_with_a_clear_code(clinic: World) -> None:
    bill = issue(clinic)
    assert code(order(clinic, bill, payer_type="resident_insurance")) == (422, "insurance_not_supported")
    assert code(order(clinic, bill, payer_type="gold")) == (400, "validation_error")
    assert not PaymentOrder.objects.exists()
    assert order(clinic, bill, payer_type="self_pay").status_code == 201


@pytest.mark.requirement("PAY-04")
def test_a_bill_of_another_hospital_needs_a_card_of_that_hospital(clinic: World) -> None:
    patient = clinic.add_patient("elsewhere", hospital=clinic.h2, name="张三丰", id_kind="none")
    bill = issue(clinic, patient="elsewhere", department=None, practitioner=None)
    assert patient.hospital == clinic.h2
    assert code(order(clinic, bill)) == (404, "not_found")
    binding = bind(clinic, "patient_a", patient)
    assert order(clinic, bill, binding_id=str(binding.pk)).status_code == 201
    with clock.frozen(NOW + minutes(1)):
        assert ids(get(clinic, binding_id=binding.pk)) == [str(bill.pk)]


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize("end", ["cancelled", "paid_at_his", "other"])
def test_a_payment_of_a_bill_that_ends_otherwise_is_closed(clinic: World, end: str) -> None:
    bill, other = issue(clinic), issue(clinic)
    order(clinic, bill, other)
    if end == "cancelled":
        cancel_bill(bill, cause=CancelCause.STAFF)
    if end == "paid_at_his":
        pay(bill, order_id=None, channel="his")
    deliver()
    made = PaymentOrder.objects.get()
    assert (made.expires_at <= NOW) is (end != "other")
    assert made.close_cause == {"cancelled": "bill_cancelled"}.get(end, end if end != "other" else "")
