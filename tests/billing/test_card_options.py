"""Cards to choose from: masked, found by the whole number so often and no more."""

from typing import Any

import pytest

from apps.audit.models import AuditEvent
from tests.permissions.objects import estate_of
from tests.support.world import World

pytestmark = pytest.mark.requirement("INT-04")
URL = "/api/admin/v1/patient-cards/options"


def offered(world: World, **query: Any) -> Any:
    answer = world.client("clerk").get(URL, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.requirement("ACC-05")
def test_a_card_is_found_by_its_whole_number_which_is_shown_masked(world: World) -> None:
    card = world.cards["patient_a"]
    (row,) = offered(world, search=card.card_number)
    assert row["id"] == str(card.pk) and "*" in row["label"] and card.card_number not in str(row)
    assert offered(world, search=card.card_number[:-1]) == []
    assert offered(world, patient_id=str(card.patient_id)) == [row]
    wide = card.card_number.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    assert offered(world, search=f" {wide} ") == [row]
    assert row in offered(world) and row in offered(world, hospital_id=str(card.hospital_id))


@pytest.mark.requirement("ACC-05")
def test_looking_for_numbers_is_written_down_and_limited(world: World) -> None:
    card = world.cards["patient_a"]
    before = AuditEvent.objects.filter(action="search").count()
    offered(world)
    offered(world, search=" ")
    assert AuditEvent.objects.filter(action="search").count() == before
    answers = [world.client("clerk").get(URL, {"search": card.card_number}).status_code for _ in range(40)]
    assert answers[0] == 200 and answers[-1] == 429
    assert AuditEvent.objects.filter(action="search").count() == before + answers.count(200)
    assert AuditEvent.objects.filter(action="search_refused").exists()


#: Lists of rows that have a patient → the objects of the estate, and the column of their number.
SEARCHED = {
    "bills": ("bill", "bill_no"),
    "payment-orders": ("payment_order", "order_no"),
    "admissions": ("admission", "admission_no"),
    "encounters": ("encounter", "encounter_no"),
    "appointments": ("appointment", "appointment_no"),
    "invoices": ("invoice", "invoice_no"),
}


@pytest.mark.parametrize("path", SEARCHED)
def test_rows_of_a_patient_are_found_by_number_name_and_pinyin(world: World, path: str) -> None:
    kind, column = SEARCHED[path]
    row = estate_of(world).get(kind)
    row.refresh_from_db()
    patient = row.patient

    def found(text: str) -> list[str]:
        answer = world.client("admin1").get(f"/api/admin/v1/{path}", {"search": text})
        assert answer.status_code == 200, answer.content
        return [each["id"] for each in answer.json()["results"]]

    for text in (getattr(row, column), patient.name, patient.name[0], patient.pinyin[:2]):
        assert str(row.pk) in found(text), text
    assert found("没有这个人") == [] == found("9" * 20)
