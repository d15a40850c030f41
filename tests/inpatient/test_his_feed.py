"""HIS pushes its stays and charges: as often and as late as it likes, by its own keys."""

import datetime as dt
from typing import Any

import pytest

from apps.inpatient.models import Admission, InpatientCharge
from apps.inpatient.selectors.statement import statement_of
from apps.patients.services.merge import merge
from kernel.models import OutboxEvent
from tests.inpatient.support import NOW, TODAY, admit, code, get, his_stay, paid, put
from tests.support.world import World

pytestmark = pytest.mark.requirement("INP-02")
WHEN = NOW - dt.timedelta(hours=5)


def body_of(world: World, **facts: Any) -> dict[str, Any]:
    values = {
        "external_id": "HA1", "admission_no": "0012345", "mrn": world.patients["patient_a"].mrn,
        "department_code": "cardiology", "employee_no": "doctor_a", "ward": "一病区", "bed": "3", "diagnosis": "冠心病",
        "admitted_at": (NOW - dt.timedelta(days=2)).isoformat(), "as_of": WHEN.isoformat(),
    }  # fmt: skip
    return values | facts


def push(world: World, **facts: Any) -> Any:
    return put(world, "partner", "admissions", body_of(world, **facts))


def item(key: str, **facts: Any) -> dict[str, Any]:
    values = {
        "external_id": key, "admission_external_id": "HA1", "day": TODAY.isoformat(), "category": "bed",
        "name": "床位费", "unit": "日", "quantity": "1", "unit_price_fen": 4_000,
    }  # fmt: skip
    return values | facts


def back(key: str, of: str, **facts: Any) -> dict[str, Any]:
    return {"external_id": key, "reverses_external_id": of, "day": TODAY.isoformat(), **facts}


def send(world: World, *charges: dict[str, Any], reversals: list[dict[str, Any]] | None = None) -> Any:
    body: dict[str, Any] = {"charges": list(charges)}
    return put(world, "partner", "inpatient-charges", body | ({"reversals": reversals} if reversals else {}))


def field(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["field"]


def topics() -> list[str]:
    found = OutboxEvent.objects.filter(topic__startswith="inpatient.").order_by("id")
    return list(found.values_list("topic", flat=True))


def test_a_stay_is_new_once_and_repeating_changes_nothing(ward: World) -> None:
    first, again = push(ward), push(ward)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    stay = Admission.objects.get()
    assert (stay.source, stay.department.code, stay.version, stay.status) == (
        "his",
        "cardiology",
        1,
        "admitted",
    )
    assert stay.practitioner == ward.staff["doctor_a"]
    assert topics() == ["inpatient.patient_admitted"]
    assert get(ward, "patient_a", f"admissions/{stay.pk}").json()["admission_no"] == "0012345"


def test_his_changes_discharges_and_recalls(ward: World) -> None:
    push(ward)
    moved = push(ward, bed="9", department_code="surgery", employee_no="", as_of=NOW.isoformat())
    assert moved.status_code == 200
    stay = Admission.objects.get()
    assert (stay.bed, stay.department.code, stay.practitioner) == ("9", "surgery", None)
    left = push(ward, discharged_at=NOW.isoformat(), as_of=NOW.isoformat())
    assert left.json()["status"] == "discharged"
    assert push(ward, as_of=NOW.isoformat()).json()["status"] == "admitted", "the same moment: the later push"
    assert topics() == [
        "inpatient.patient_admitted", "inpatient.patient_discharged", "inpatient.patient_admitted",
    ]  # fmt: skip


def test_a_push_that_was_overtaken_changes_nothing(ward: World) -> None:
    push(ward, discharged_at=NOW.isoformat(), as_of=NOW.isoformat())
    late = push(ward, bed="99")
    assert (late.status_code, late.json()["status"]) == (200, "discharged")
    assert Admission.objects.get().bed == "3"


def test_what_his_may_not_say_is_named(ward: World) -> None:
    tomorrow = (NOW + dt.timedelta(days=1)).isoformat()
    for wrong, name in (
        ({"mrn": "?"}, "mrn"), ({"department_code": "dental"}, "department_code"),
        ({"employee_no": "x"}, "employee_no"),
        ({"admitted_at": tomorrow}, "admitted_at"), ({"as_of": tomorrow}, "as_of"),
        ({"discharged_at": (NOW - dt.timedelta(days=9)).isoformat()}, "discharged_at"),
        ({"external_id": "a b"}, "external_id"), ({"external_id": " HA1"}, "external_id"),
        ({"admission_no": "x" * 33}, "admission_no"), ({"admitted_at": "0001-01-01T00:00:00Z"}, "admitted_at"),
        ({"colour": 1}, "colour"), ({"ward": "x" * 41}, "ward"), ({"as_of": None}, "as_of"),
    ):  # fmt: skip
        assert field(push(ward, **wrong)) == (400, name), wrong
    assert not Admission.objects.exists()


def test_a_number_is_of_one_stay(ward: World) -> None:
    push(ward)
    own = admit(ward, "patient_b")
    other = {"external_id": "HA2", "mrn": ward.patients["patient_b"].mrn}
    assert code(push(ward, **other)) == (409, "duplicate")
    assert code(push(ward, **other, admission_no=own.admission_no)) == (409, "duplicate")
    assert push(ward, **other, admission_no="2").status_code == 201
    renamed = push(ward, **other, admission_no="0012345", as_of=NOW.isoformat())
    assert code(renamed) == (409, "duplicate")


def test_a_patient_may_be_corrected_until_something_was_charged_or_paid(ward: World) -> None:
    push(ward)
    other = {"mrn": ward.patients["patient_b"].mrn}
    assert push(ward, **other).status_code == 200
    stay = Admission.objects.get()
    assert stay.patient == ward.patients["patient_b"]
    send(ward, item("C1"))
    assert field(push(ward)) == (400, "mrn")
    stay.refresh_from_db()
    assert stay.patient == ward.patients["patient_b"]


def test_a_merged_archive_is_known_by_both_numbers(ward: World) -> None:
    survivor, merged = ward.patients["patient_a"], ward.patients["patient_b"]
    merge(survivor_id=survivor.pk, version=1, merged_id=merged.pk, merged_version=1)
    push(ward, mrn=merged.mrn)
    send(ward, item("C1"))
    assert push(ward).status_code == 200
    assert Admission.objects.get().patient == survivor


def test_his_may_ask_what_we_know(ward: World) -> None:
    stay = his_stay(ward)
    send(ward, item("C1"))
    paid(ward, stay, 10_000)
    known = get(ward, "partner", "admissions/HA1").json()
    assert (known["id"], known["charged_fen"], known["deposit_fen"]) == (str(stay.pk), 4_000, 10_000)
    for unknown in ("HA2", "%00", "a b", "x" * 80):
        assert get(ward, "partner", f"admissions/{unknown}").status_code == 404, unknown


def test_charges_are_taken_once_by_key_in_any_mixture(ward: World) -> None:
    push(ward)
    assert send(ward, item("C1"), item("C2", amount_fen=3_999)).json() == {"created": 2, "known": 0}
    assert send(ward, item("C2", amount_fen=3_999), item("C3")).json() == {"created": 1, "known": 1}
    refused = send(ward, item("C4"), item("C1", quantity="2"))
    assert (code(refused), refused.json()["external_ids"]) == ((409, "charge_differs"), ["C1"])
    stay = Admission.objects.get()
    assert statement_of(stay).charged_fen == 4_000 + 3_999 + 4_000


def test_a_reversal_may_come_with_its_charge_and_again(ward: World) -> None:
    push(ward)
    reversals = [back("R1", "C1", quantity="1", note="退药"), back("R2", "C2")]
    for created, known in ((4, 0), (0, 4)):
        answer = send(ward, item("C1", quantity="3"), item("C2"), reversals=reversals)
        assert answer.json() == {"created": created, "known": known}
    assert statement_of(Admission.objects.get()).charged_fen == 8_000
    assert send(ward, reversals=[back("R3", "C1", quantity="2", amount_fen=8_000)]).json()["created"] == 1
    assert code(send(ward, reversals=[back("R4", "C1")])) == (409, "reversal_exceeds_charge")
    assert code(send(ward, reversals=[back("R1", "C1", quantity="2")])) == (409, "charge_differs")
    assert code(send(ward, reversals=[back("R5", "R1")])) == (409, "reversal_of_reversal")
    assert InpatientCharge.objects.count() == 5


def test_all_of_a_push_or_nothing(ward: World) -> None:
    push(ward)
    for charges, reversals, name in (
        ([item("C1"), item("C2", admission_external_id="?")], [], "charges.1.admission_external_id"),
        ([item("C1"), item("C2", admission_external_id="HA9")], [], "charges.1.admission_external_id"),
        ([item("C1")], [back("R1", "C1"), back("R2", "C9")], "reversals.1.reverses_external_id"),
        ([item("C1")], [back("R1", "C1", quantity="0")], "reversals.0.quantity"),
        ([item("C1")], [back("R1", "C1", day="9999-12-31")], "reversals.0.day"),
        ([item("C1"), item("C2", day=(TODAY + dt.timedelta(days=1)).isoformat())], [], "charges.1.day"),
        ([item("C1"), item("C1")], [], "charges.1.external_id"),
        ([item("C1")], [back("R1", "C1", quantity="0.5"), back("R1", "C1", quantity="0.5")], "reversals.1.external_id"),
    ):  # fmt: skip
        assert field(send(ward, *charges, reversals=reversals)) == (400, name)
    assert send(ward, *(item(f"C{n}") for n in range(501))).status_code == 400
    assert not InpatientCharge.objects.exists()
    assert send(ward).json() == {"created": 0, "known": 0}


def test_own_stays_and_stays_of_another_hospital_are_not_the_partners(ward: World) -> None:
    own = admit(ward)
    Admission.objects.filter(pk=own.pk).update(external_id="HA1")
    assert field(send(ward, item("C1"))) == (400, "charges.0.admission_external_id")


def test_a_partner_without_the_scope_gets_nothing(ward: World) -> None:
    assert ward.partner_application is not None
    ward.partner_application.allowed_scopes = ["bills:write"]
    ward.partner_application.save()
    assert push(ward).status_code == 403
    assert send(ward, item("C1")).status_code == 403
    assert not Admission.objects.exists()
