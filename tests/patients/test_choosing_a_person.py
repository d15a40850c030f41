"""One word chooses a person in the mini-program, in every list and every body."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.billing.selectors.bills import bills_of
from apps.billing.selectors.refund_requests import requests_of
from apps.billing.selectors.top_ups import top_ups_of
from apps.inpatient.selectors.admissions import admissions_of, payable_by
from apps.inpatient.selectors.deposits import deposits_of
from apps.payments.selectors.orders import orders_of, refunds_of
from apps.scheduling.selectors.appointments import appointments_of
from apps.scheduling.selectors.suspensions import suspensions_of
from apps.scheduling.selectors.waitlist import entries_of
from tests.scheduling.support import MINI
from tests.support.world import World

pytestmark = pytest.mark.requirement("CARD-02", "INT-04")

LISTS = (
    "appointments", "waitlist-entries", "booking-suspensions", "bills", "card-top-ups", "refund-requests",
    "payment-orders", "refunds", "admissions", "inpatient-deposits", "messages",
)  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_every_list_takes_the_binding_and_answers_not_found_for_a_foreign_one(
    world: World, path: str
) -> None:
    client = world.client("patient_a")
    own, foreign = (str(world.bindings[name].pk) for name in ("patient_a", "patient_b"))
    assert client.get(f"{MINI}/{path}", {"binding_id": own}).status_code == 200
    for unknown in (foreign, str(uuid4())):
        answer = client.get(f"{MINI}/{path}", {"binding_id": unknown})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert client.get(f"{MINI}/{path}", {"binding_id": "x"}).status_code == 400


@pytest.mark.parametrize("path", LISTS)
def test_no_list_takes_the_patient_instead(world: World, path: str) -> None:
    asked = {"patient_id": str(world.patients["patient_a"].pk)}
    answer = world.client("patient_a").get(f"{MINI}/{path}", asked)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "unknown_parameter"


def test_the_bound_cards_show_whose_they_are(world: World) -> None:
    [shown] = world.client("patient_a").get(f"{MINI}/cards/bindings").json()
    binding = world.bindings["patient_a"]
    assert (shown["id"], shown["patient_id"]) == (str(binding.pk), str(binding.patient_id))


def test_personal_files_are_one_read_with_cards_profiles_and_consents_and_nobody_elses(world: World) -> None:
    patient = world.patients["patient_a"]
    patient.consents, patient.allergies = {"privacy": "2026-01-02T03:04:05+08:00", "photo": None}, "青霉素"
    patient.save()
    patient.related_persons.create(hospital=world.h1, name="张妈妈", relation="mother", phone="13900000001")
    patient.related_persons.create(
        hospital=world.h1, name="监护人", relation="father", phone="13900000002", is_guardian=True
    )
    with CaptureQueriesContext(connection) as asked:
        [shown] = world.client("patient_a").get(f"{MINI}/cards/profiles").json()
    assert shown["id"] == str(world.bindings["patient_a"].pk) and shown["is_default"]
    profile = shown["profile"]
    assert profile["consents"] == {"privacy": "2026-01-02T03:04:05+08:00", "photo": None}
    assert profile["allergies"] == "青霉素" and profile["version"] == patient.version
    assert [(each["name"], each["phone"]) for each in profile["contacts"]] == [("张妈妈", "139****0001")]
    assert patient.phone not in str(shown) and patient.national_id not in str(shown)
    assert len([query for query in asked if "patients_" in query["sql"]]) == 2


def test_the_document_knows_no_other_word() -> None:
    document: dict[str, Any] = yaml.safe_load(Path("openapi/miniprogram.yaml").read_text())
    for path, methods in document["paths"].items():
        for operation in methods.values():
            named = {
                found.get("name") for found in operation.get("parameters", ()) if isinstance(found, dict)
            }
            assert not named & {"patient", "patient_id", "binding"}, path
    for name, schema in document["components"]["schemas"].items():
        words = set(schema.get("properties", ()))
        assert not words & {"patient", "binding"}, name


@pytest.mark.requirement("CARD-02", "BOOK-09")
@pytest.mark.parametrize(
    "own",
    [
        appointments_of, entries_of, suspensions_of, admissions_of, payable_by, deposits_of, top_ups_of, requests_of,
        orders_of, refunds_of, bills_of,
    ],
)  # fmt: skip
def test_own_rows_are_looked_up_by_the_ids_of_the_bound_patients_themselves(world: World, own: Any) -> None:
    """A subquery would let the planner walk the whole table."""
    assert "patients_cardbinding" not in str(own(world.accounts["patient_a"]).query)
