"""A filter takes a value that a dictionary has or had, or that somebody has; any other is an error, no empty list."""

from typing import Any

import pytest

from apps.identity.models import DictionaryItem
from apps.identity.services.dictionaries import sync_dictionaries
from apps.patients.models import Patient, PatientTag
from tests.patients.test_imports import PATIENTS
from tests.support.world import World

pytestmark = pytest.mark.requirement("PAT-01", "PAT-04")


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("source", "patient_source"), ("vip_level", "vip_level"), ("occupation", "occupation"),
        ("industry", "industry"),
    ],
)  # fmt: skip
def test_a_value_of_no_dictionary_is_an_error_and_a_retired_one_is_not(
    world: World, field: str, code: str
) -> None:
    sync_dictionaries()
    item = DictionaryItem.objects.filter(dictionary__code=code).order_by("-sort").first()
    assert item is not None
    client = world.client("admin1")
    for method, refused in (
        ("get", client.get(PATIENTS, {field: "no-such"})),
        ("search", client.post(f"{PATIENTS}/search", {field: "no-such"}, format="json")),
        ("export", client.get(f"{PATIENTS}/export", {field: "no-such"})),
    ):
        [error] = refused.json()["errors"]
        assert (refused.status_code, error["field"], error["code"]) == (400, field, "invalid_choice"), method
        assert "可选" in error["message"]
    Patient.objects.filter(pk=world.patients["patient_a"].pk).update(**{field: item.value})
    DictionaryItem.objects.filter(pk=item.pk).update(is_active=False)
    retired = client.get(PATIENTS, {field: item.value}).json()
    assert [row["id"] for row in retired["results"]] == [str(world.patients["patient_a"].pk)]
    Patient.objects.filter(pk=world.patients["patient_a"].pk).update(**{field: "of-old"})
    assert client.get(PATIENTS, {field: item.value}).json()["count"] == 0
    assert client.get(PATIENTS, {field: "of-old"}).json()["count"] == 1, "no dictionary, but somebody has it"


def test_a_tag_that_no_hospital_has_is_an_error(world: World) -> None:
    PatientTag.objects.create(hospital=world.h1, name="在用")
    PatientTag.objects.create(hospital=world.h1, name="停用", is_active=False)
    client = world.client("admin1")
    refused = client.get(PATIENTS, {"tag": "乱写"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "tag")
    assert "在用" not in refused.json()["errors"][0]["message"], "nor another hospital's"
    assert client.get(PATIENTS, {"tag": "停用"}).json()["count"] == 0


@pytest.mark.requirement("PAT-03")
def test_a_tag_is_put_on_through_the_archive_only_if_the_hospital_has_it(world: World) -> None:
    PatientTag.objects.create(hospital=world.h1, name="Vip")
    old = PatientTag.objects.create(hospital=world.h1, name="停用")
    PatientTag.objects.create(hospital=world.h2, name="外院")
    admin = world.client("admin1")

    def file(*tags: str) -> Any:
        body = {"hospital_id": str(world.h1.pk), "name": "甲", "tags": list(tags)}
        return admin.post(PATIENTS, body, format="json")

    for bad in ("乱写", "外院"):
        refused = file("Vip", bad)
        [error] = refused.json()["errors"]
        assert (refused.status_code, error["field"], error["code"]) == (400, "tags", "no_tag")
        assert "Vip" in error["message"]
    made = file("VIP", "Vip", "停用")
    assert (made.status_code, made.json()["tags"]) == (201, ["Vip", "停用"])
    PatientTag.objects.filter(pk=old.pk).update(is_active=False)
    url = f"{PATIENTS}/{made.json()['id']}"
    kept = admin.patch(url, {"tags": ["停用"], "version": 1}, format="json")
    assert (kept.status_code, kept.json()["tags"]) == (200, ["停用"])
    assert admin.patch(url, {"tags": [], "version": 2}, format="json").status_code == 200
    assert admin.patch(url, {"tags": ["停用"], "version": 3}, format="json").status_code == 400
