"""Bills for staff: who sees, issues and cancels which; what is handed out; the money at the window."""

import datetime as dt
from typing import Any

import pytest

from apps.billing.models import Bill, CancelCause
from apps.billing.services.cancel import cancel_bill
from apps.billing.services.settle import mark_refunded
from apps.payments.models import PaymentOrder
from kernel import clock
from kernel.money import MAX_FEN
from tests.billing.support import ADMIN, NOW, at_desk, code, fresh, issue, minutes, pay, registration
from tests.support.world import World

ITEM = {"name": "胸部CT", "quantity": "1", "unit_price_fen": 26_000, "category": "examination", "unit": "次"}


def get(world: World, who: str = "clerk", path: str = "", **query: Any) -> Any:
    return world.client(who).get(f"{ADMIN}/bills{path}", query)


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def wanted(world: World, patient: str = "patient_a", **more: Any) -> dict[str, Any]:
    return {"patient_id": str(world.patients[patient].pk), "kind": "examination", "items": [ITEM], **more}


@pytest.mark.requirement("PAY-04", "ACC-03")
def test_everybody_sees_the_bills_within_reach(clinic: World) -> None:
    bill = issue(clinic)
    surgery = issue(
        clinic,
        patient="patient_b",
        department=clinic.departments["surgery"],
        practitioner=clinic.staff["doctor_c"],
    )
    for who in ("clerk", "admin1", "boss"):
        assert ids(get(clinic, who)) == [str(surgery.pk), str(bill.pk)], who
    for who in ("doctor_a", "head"):
        assert ids(get(clinic, who)) == [str(bill.pk)], who
    assert ids(get(clinic, "doctor_c")) == [str(surgery.pk)]
    for who in ("doctor_b", "admin2", "doctor_h2"):
        assert ids(get(clinic, who)) == []
        assert code(get(clinic, who, f"/{bill.pk}")) == (404, "not_found")
    shown = get(clinic, "doctor_a", f"/{bill.pk}").json()
    assert (shown["mrn"], len(shown["items"])) == (clinic.patients["patient_a"].mrn, 2)


@pytest.mark.requirement("PAY-12")
def test_bills_are_filtered_and_found_by_their_number(clinic: World) -> None:
    bill, fee = issue(clinic), registration(clinic, patient="patient_b")
    (paid,) = pay(fee, order_id=None)
    with clock.frozen(NOW + dt.timedelta(days=1)):
        later = issue(clinic)
    for query, found in (
        ({"status": "paid"}, [fee]),
        ({"status": ["paid", "issued"], "kind": "registration"}, [fee]),
        ({"patient_id": clinic.patients["patient_b"].pk}, [fee]),
        ({"department_id": clinic.departments["surgery"].pk}, []),
        ({"search": bill.bill_no}, [bill]),
        ({"search": paid.voucher_no}, [fee]),
        ({"search": bill.bill_no[:-1]}, []),
        ({"issued_from": "2026-11-24"}, [later]),
        ({"issued_to": "2026-11-23"}, [fee, bill]),
        ({"issued_to": "9999-12-31", "issued_from": "0001-01-01"}, [later, fee, bill]),
        ({"paid_from": "2026-11-23", "paid_to": "2026-11-23"}, [fee]),
    ):
        assert ids(get(clinic, **query)) == [str(b.pk) for b in found], query
    for query in ({"issued_from": "23.11."}, {"bill_no": "x"}, {"search": "x" * 33}, {"status": "open"}):
        assert code(get(clinic, **query)) == (400, "validation_error")


@pytest.mark.requirement("PAY-04")
def test_lists_cost_the_same_queries_at_any_length(clinic: World, django_assert_num_queries: Any) -> None:
    for who in ("clerk", "doctor_a", "boss"):
        for count in (1, 4):
            for _ in range(count):
                issue(clinic)
            get(clinic, who)  # whose rights are known now
            with django_assert_num_queries(3 if who == "boss" else 4):
                assert get(clinic, who).json()["count"] >= count


@pytest.mark.requirement("PAY-04", "ACC-04")
def test_a_doctor_issues_bills_for_own_patients_alone(clinic: World) -> None:
    answer = at_desk(clinic, "doctor_a", "bills", wanted(clinic))
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert (shown["amount_fen"], shown["title"], shown["status"]) == (26_000, "胸部CT", "issued")
    assert (shown["practitioner_name"], shown["department_name"]) == ("doctor_a", "心内科")
    for who, body in (
        ("doctor_a", wanted(clinic, "patient_b")),
        ("doctor_b", wanted(clinic)),
        ("doctor_a", wanted(clinic, practitioner_id=str(clinic.staff["doctor_b"].pk))),
    ):
        refused = at_desk(clinic, who, "bills", body)
        assert code(refused) == (400, "validation_error"), refused.content
    assert at_desk(clinic, "clerk", "bills", wanted(clinic, "patient_b")).status_code == 201
    assert Bill.objects.count() == 2


@pytest.mark.requirement("PAY-04")
def test_a_bill_follows_its_registration_to_the_department(clinic: World) -> None:
    fee = registration(clinic)
    shown = at_desk(clinic, "clerk", "bills", wanted(clinic, registration_bill_id=str(fee.pk))).json()
    assert (shown["registration_bill_id"], shown["department_id"]) == (str(fee.pk), str(fee.department_id))
    foreign = registration(clinic, patient="patient_b")
    refused = at_desk(clinic, "clerk", "bills", wanted(clinic, registration_bill_id=str(foreign.pk)))
    assert code(refused) == (400, "validation_error")


@pytest.mark.requirement("PAY-05", "INT-04")
@pytest.mark.parametrize(
    "change",
    [
        {"items": []},
        {"items": [ITEM | {"quantity": "0"}]},
        {"items": [ITEM | {"quantity": "-1"}]},
        {"items": [ITEM | {"quantity": 1}]},
        {"items": [ITEM | {"quantity": "1.0001"}]},
        {"items": [ITEM | {"quantity": "1e3"}]},
        {"items": [ITEM | {"quantity": "NaN"}]},
        {"items": [ITEM | {"quantity": "１"}]},
        {"items": [ITEM | {"quantity": "9" * 400}]},
        {"items": [ITEM | {"unit_price_fen": 0}]},
        {"items": [ITEM | {"unit_price_fen": -1}]},
        {"items": [ITEM | {"unit_price_fen": 10.5}]},
        {"items": [ITEM | {"unit_price_fen": MAX_FEN + 1}]},
        {"items": [ITEM | {"unit_price_fen": 10**30}]},
        {"items": [ITEM | {"unit_price_fen": MAX_FEN, "quantity": "2"}]},
        {"items": [ITEM | {"unit_price_fen": MAX_FEN}] * 2},
        {"items": [ITEM | {"currency": "USD"}]},
        {"items": [ITEM | {"amount_fen": 1}]},
        {"currency": "USD"},
        {"kind": "card_top_up"},
        {"kind": "registration"},
        {"expires_at": "2026-11-22T00:00:00+08:00"},
        {"expires_at": "0001-01-01T00:00:00Z"},
        {"due_at": "0001-01-01T00:00:00+08:00"},
        {"due_at": "9999-12-31T00:00:00+08:00"},
        {"expires_at": "9999-12-31T23:59:59Z"},
        {"title": "x" * 121},
    ],
)
def test_what_is_no_amount_is_refused_and_nothing_is_issued(clinic: World, change: dict[str, Any]) -> None:
    answer = at_desk(clinic, "clerk", "bills", wanted(clinic, **change))
    assert answer.status_code == 400 and answer.json()["errors"], answer.content
    assert not Bill.objects.exists()


@pytest.mark.requirement("PAY-13")
def test_an_insured_bill_is_refused_with_a_clear_code(clinic: World) -> None:
    answer = at_desk(clinic, "clerk", "bills", wanted(clinic, payer_type="employee_insurance"))
    assert code(answer) == (422, "insurance_not_supported")
    bill = issue(clinic)
    body = {
        "patient_id": str(bill.patient_id), "bill_ids": [str(bill.pk)], "payer_type": "commercial_insurance",
    }  # fmt: skip
    assert code(at_desk(clinic, "clerk", "payment-orders", body)) == (422, "insurance_not_supported")
    assert Bill.objects.count() == 1 and not PaymentOrder.objects.exists()


@pytest.mark.requirement("PAY-04")
def test_a_bill_is_cancelled_with_a_reason_until_it_is_paid(clinic: World) -> None:
    bill, paid = issue(clinic), issue(clinic)
    pay(paid)
    assert code(at_desk(clinic, "clerk", f"bills/{bill.pk}/cancel", {})) == (400, "validation_error")
    shown = at_desk(clinic, "clerk", f"bills/{bill.pk}/cancel", {"reason": "开错了"}).json()
    assert (shown["status"], shown["cancel_reason"], shown["cancel_cause"]) == (
        "cancelled",
        "开错了",
        "staff",
    )
    assert fresh(bill).cancelled_by == clinic.staff["clerk"]
    again = at_desk(clinic, "clerk", f"bills/{bill.pk}/cancel", {"reason": "x"})
    assert code(again) == (409, "state_conflict")
    assert code(at_desk(clinic, "clerk", f"bills/{paid.pk}/cancel", {"reason": "x"})) == (
        409, "bill_already_paid",
    )  # fmt: skip
    assert code(at_desk(clinic, "doctor_b", f"bills/{paid.pk}/cancel", {"reason": "x"})) == (404, "not_found")


@pytest.mark.requirement("PAY-04")
def test_a_bill_is_issued_again_with_other_items(clinic: World) -> None:
    bill = issue(clinic)
    body = {"reason": "改药", "items": [ITEM]}
    answer = at_desk(clinic, "doctor_a", f"bills/{bill.pk}/reissue", body)
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert (shown["replaces_id"], shown["amount_fen"], shown["kind"]) == (
        str(bill.pk),
        26_000,
        "prescription",
    )
    assert fresh(bill).cancel_reason == "改药"
    assert code(at_desk(clinic, "doctor_a", f"bills/{bill.pk}/reissue", body)) == (409, "state_conflict")
    fee = registration(clinic)
    assert code(at_desk(clinic, "clerk", f"bills/{fee.pk}/reissue", body)) == (409, "state_conflict")


@pytest.mark.requirement("PAY-05")
def test_items_are_marked_as_performed_with_who_and_when(clinic: World) -> None:
    bill = issue(clinic)
    item = bill.items.order_by("position")[0]
    url = f"bill-items/{item.pk}"
    assert code(at_desk(clinic, "clerk", f"{url}/perform")) == (409, "item_not_paid")
    pay(bill)
    assert code(at_desk(clinic, "doctor_b", f"{url}/perform")) == (404, "not_found")
    shown = at_desk(clinic, "clerk", f"{url}/perform").json()["items"][0]
    assert (shown["performed_by_name"], dt.datetime.fromisoformat(shown["performed_at"])) == ("clerk", NOW)
    assert code(at_desk(clinic, "clerk", f"{url}/perform")) == (409, "item_performed")
    assert code(at_desk(clinic, "doctor_a", f"{url}/undo-perform")) == (403, "permission_denied")
    undone = at_desk(clinic, "clerk", f"{url}/undo-perform").json()["items"][0]
    assert undone["performed_at"] is None
    at_desk(clinic, "clerk", f"{url}/perform")
    mark_refunded(bill_id=bill.pk, amount_fen=2_000)
    assert code(at_desk(clinic, "clerk", f"{url}/undo-perform")) == (409, "item_refunded")


@pytest.mark.requirement("PAY-04", "BOOK-10")
def test_the_window_opens_a_payment_of_a_patients_bills(clinic: World) -> None:
    fee = registration(clinic, expires_at=NOW + minutes(15))
    bill = issue(clinic, registration_bill=fee)
    patient = str(bill.patient_id)
    due = get(clinic, "clerk", "/payable", patient_id=patient).json()
    assert ([row["id"] for row in due["bills"]], due["is_current"]) == ([str(fee.pk), str(bill.pk)], True)
    body = {"patient_id": patient, "bill_ids": [str(bill.pk)]}
    assert code(at_desk(clinic, "clerk", "payment-orders", body)) == (409, "mandatory_bill_missing")
    body["bill_ids"].append(str(fee.pk))
    answer = at_desk(clinic, "clerk", "payment-orders", body, key="once")
    assert answer.status_code == 201, answer.content
    made = PaymentOrder.objects.get()
    assert (made.application, made.opened_by, made.amount_fen) == ("window", clinic.staff["clerk"], 6_000)
    again = at_desk(clinic, "clerk", "payment-orders", body, key="once")
    assert (again.status_code, again.json()["id"]) == (201, str(made.pk))
    assert code(at_desk(clinic, "doctor_a", "payment-orders", body)) == (403, "permission_denied")
    foreign = body | {"patient_id": str(clinic.patients["patient_b"].pk)}
    assert code(at_desk(clinic, "clerk", "payment-orders", foreign)) == (404, "not_found")
    cancel_bill(bill, cause=CancelCause.STAFF)
    assert code(at_desk(clinic, "clerk", "payment-orders", body)) == (409, "bill_not_payable")
    assert (
        clinic.client("clerk").get(f"{ADMIN}/payment-orders").status_code == 200
    )  # the same path, another app
