"""Tags put on many at once; contacts and guardians one by one, verified by who saw the document (PAT-01, rule 23)."""

from typing import Any

import pytest

from apps.patients.models import Patient, PatientTag, RelatedPerson
from tests.support.world import World

TAGS, PATIENTS = "/api/admin/v1/patient-tags", "/api/admin/v1/patients"


@pytest.mark.requirement("PAT-01")
def test_a_tag_is_put_on_many_at_once_and_finds_them(world: World) -> None:
    admin, clerk = world.client("admin1"), world.client("clerk")
    made = admin.post(
        TAGS, {"hospital_id": str(world.h1.pk), "name": "种植意向", "colour": "#ff0000"}, format="json"
    )
    assert made.status_code == 201, made.json()
    again = admin.post(TAGS, {"hospital_id": str(world.h1.pk), "name": "种植意向"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    for bad in ({"name": " "}, {"name": "x" * 41}, {"colour": "red"}, {"hospital_id": str(world.h2.pk)}):
        body = {"hospital_id": str(world.h1.pk), "name": "x", **bad}
        assert admin.post(TAGS, body, format="json").status_code == 400, bad
    url, both = (
        f"{TAGS}/{made.json()['id']}",
        [str(world.patients[name].pk) for name in ("patient_a", "patient_b")],
    )
    foreign = world.add_patient("foreign", name="外院", id_kind="none", hospital=world.h2)
    mixed = clerk.post(f"{url}/put-on", {"patient_ids": [*both, str(foreign.pk)]}, format="json")
    assert mixed.status_code == 404
    assert (
        world.client("boss")
        .post(f"{url}/put-on", {"patient_ids": [str(foreign.pk)]}, format="json")
        .status_code
        == 400
    )
    assert not Patient.objects.filter(tags__contains=["种植意向"]).exists(), "on all of them or on none"
    assert clerk.post(f"{url}/put-on", {"patient_ids": both}, format="json").json() == {"changed": 2}
    assert clerk.post(f"{url}/put-on", {"patient_ids": both}, format="json").json() == {"changed": 0}
    found = clerk.get(f"{PATIENTS}?tag=种植意向").json()["results"]
    assert {row["id"] for row in found} == set(both)
    PatientTag.objects.create(hospital=world.h2, name="他院标签")
    foreign.tags = ["他院标签"]
    foreign.save()
    for nothing in ("种植", "他院标签"):  # whether another hospital has it is not told
        part = clerk.get(f"{PATIENTS}?tag={nothing}").json()["errors"]
        assert [(error["field"], error["code"]) for error in part] == [("tag", "invalid_choice")]
    assert world.client("boss").get(f"{PATIENTS}?tag=他院标签").json()["count"] == 1
    assert clerk.post(f"{url}/take-off", {"patient_ids": both[:1]}, format="json").json() == {"changed": 1}
    assert Patient.objects.get(tags__contains=["种植意向"]).version == 2
    shapes: tuple[dict[str, Any], ...] = (
        {},
        {"patient_ids": []},
        {"patient_ids": ["x"]},
        {"patient_ids": both[0]},
    )
    for wrong in shapes:
        assert clerk.post(f"{url}/put-on", wrong, format="json").status_code == 400
    assert admin.patch(url, {"name": "别的", "version": 1}, format="json").status_code == 400
    assert admin.patch(url, {"is_active": False, "version": 1}, format="json").status_code == 200
    assert (
        admin.patch(url, {"is_active": True, "version": 1}, format="json").json()["code"] == "stale_version"
    )
    off = clerk.post(f"{url}/put-on", {"patient_ids": both}, format="json")
    assert (off.status_code, off.json()["code"]) == (409, "state_conflict")
    assert PatientTag.objects.filter(hospital=world.h1).count() == 1


@pytest.mark.requirement("PAT-01")
def test_a_guardian_is_verified_once_and_again_after_a_change_of_identity(world: World) -> None:
    patient = world.patients["patient_a"]
    url, client = f"{PATIENTS}/{patient.pk}/related-persons", world.client("clerk")

    def post(path: str, body: dict[str, Any] | None = None) -> Any:
        return client.post(path, body, format="json")

    father = {
        "name": "张父", "relation": "parent", "phone": "13900000007", "is_guardian": True,
        "national_id": "110101198801012014", "linked_patient_id": str(world.patients["patient_b"].pk),
    }  # fmt: skip
    made = post(url, father)
    assert made.status_code == 201, made.json()
    assert (made.json()["national_id"], made.json()["verified_at"]) == ("1****************4", None)
    one = f"{url}/{made.json()['id']}"
    for bad in ({"national_id": ""}, {"national_id": "1"}, {"phone": "1"}, {"name": " "}, {"verified_at": "2026-01-01"},
                {"linked_patient_id": str(patient.pk)}):  # fmt: skip
        assert post(url, {**father, **bad}).status_code == 400, bad
    verified = post(f"{one}/verify")
    assert (verified.status_code, verified.json()["verified_by_id"]) == (200, str(world.staff["clerk"].pk))
    assert post(f"{one}/verify").json()["code"] == "state_conflict"
    assert client.patch(one, {"phone": "13900000008"}, format="json").json()["verified_at"] is not None
    changed = client.patch(one, {"national_id": "110101197705053022"}, format="json").json()
    assert (changed["verified_at"], changed["verified_by_id"]) == (None, None)
    friend = post(url, {"name": "朋友", "relation": "other"}).json()
    assert post(f"{url}/{friend['id']}/verify").status_code == 409, "no guardian"
    assert [row["name"] for row in client.get(url).json()] == ["张父", "朋友"]
    other = f"{PATIENTS}/{world.patients['patient_b'].pk}/related-persons/{friend['id']}"
    assert client.delete(other).status_code == 404, "another patient's"
    assert client.delete(f"{url}/{friend['id']}").status_code == 204
    assert RelatedPerson.objects.get().name == "张父"
    assert world.client("doctor_b").get(url).status_code == 404


@pytest.mark.parametrize("name", ["高血压；重点", "a;b", "甲、乙", "一,二", "x|y", "一，二"])
def test_a_tag_holds_nothing_that_parts_tags_in_a_sheet(world: World, name: str) -> None:
    body = {"hospital_id": str(world.h1.pk), "name": name}
    answer = world.client("admin1").post("/api/admin/v1/patient-tags", body, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "name")
    assert "分隔符" in answer.json()["errors"][0]["message"]
    assert not PatientTag.objects.filter(name=name).exists()
