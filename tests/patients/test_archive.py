"""患者档案 over the admin API: filed, found, changed, deactivated."""

from typing import Any

import pytest
from django.db import connection

from apps.identity.services.dictionaries import sync_dictionaries
from apps.patients.models import Patient, PatientTag
from apps.patients.services.archive import MRN
from kernel import clock
from tests.support.world import World

URL = "/api/admin/v1/patients"
NEW = {
    "name": "赵 六六",
    "id_kind": "resident_id",
    "national_id": "310101199511111155",
    "phone": "+86 139-0000-0001",
}


BARE = {"id_kind": "none", "national_id": "", "phone": ""}


def file(world: World, who: str = "clerk", **changed: Any) -> Any:
    body = {"hospital_id": str(world.h1.pk), **NEW, **changed}
    return world.client(who).post(URL, body, format="json")


@pytest.mark.requirement("PAT-01")
def test_a_patient_is_filed_with_number_pinyin_and_what_the_document_says(world: World) -> None:
    PatientTag.objects.create(hospital=world.h1, name="VIP")
    answer = file(
        world,
        contacts=[{"name": "赵父", "relation": "father", "phone": "13900000002", "is_guardian": True,
                   "national_id": "110101199003070134"}],
        tags=["VIP"], consents={"marketing": "2026-11-22T10:00:00+08:00"}, allergies="青霉素", occupation="teacher",
    )  # fmt: skip
    assert answer.status_code == 201, answer.json()
    data = answer.json()
    assert (data["gender"], data["birth_date"]) == ("male", "1995-11-11")
    assert data["mrn"].startswith("MR")
    assert (data["phone"], data["national_id"]) == ("139****0001", "3****************5")
    assert data["contacts"][0]["national_id"] == "1****************4"
    assert data["registered_at"]
    patient = Patient.objects.get(pk=data["id"])
    assert (patient.pinyin, patient.phone) == ("zll zhaoliuliu", "13900000001")
    other = file(world, id_kind="passport", national_id="E12345678", confirm_duplicate=True)
    assert other.json()["mrn"] != data["mrn"]


@pytest.mark.requirement("PAT-01")
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"national_id": "310101199511111156"}, "national_id"),
        ({"national_id": ""}, "national_id"),
        ({"gender": "female"}, "gender"),
        ({"birth_date": "1995-11-12"}, "birth_date"),
        ({"phone": "12345678901"}, "phone"),
        ({"phone": 13}, "phone"),
        ({"name": "   "}, "name"),
        ({"name": "名" * 81}, "name"),
        ({"id_kind": "library_card"}, "id_kind"),
        ({"id_kind": "none", "national_id": "", "birth_date": "1700-01-01"}, "birth_date"),
        ({"tags": "VIP"}, "tags"),
        ({"consents": {"marketing": "yes"}}, "consents.marketing"),
        ({"contacts": [{"name": "x", "relation": "y", "phone": "1"}]}, "contacts.0.phone"),
        ({"hospital_id": "01890000-0000-7000-8000-000000000000"}, "hospital_id"),
        ({"surprise": True}, "surprise"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named_and_nothing_is_filed(
    world: World, changed: dict[str, Any], field: str
) -> None:
    before = Patient.objects.count()
    answer = file(world, **changed)
    assert answer.status_code == 400, answer.json()
    assert answer.json()["errors"][0]["field"] == field
    assert Patient.objects.count() == before


@pytest.mark.requirement("PAT-01")
def test_a_provisional_archive_is_promoted_later_and_once(world: World) -> None:
    data = file(world, is_provisional=True, id_kind="none", national_id="").json()
    assert (data["is_provisional"], data["registered_at"]) == (True, None)
    url, client = f"{URL}/{data['id']}", world.client("clerk")
    refused = client.post(f"{url}/promote", {"version": 1}, format="json")
    [error] = refused.json()["errors"]
    assert (refused.status_code, error["field"], error["code"]) == (400, "national_id", "required")
    document = {"id_kind": "resident_id", "national_id": NEW["national_id"]}
    assert client.patch(url, {**document, "version": 1}, format="json").json()["gender"] == "male"
    assert client.post(f"{url}/promote", {"version": 1}, format="json").json()["code"] == "stale_version"
    promoted = client.post(f"{url}/promote", {"version": 2}, format="json").json()
    assert (promoted["is_provisional"], promoted["registered_at"] is not None) == (False, True)
    assert client.post(f"{url}/promote", {"version": 3}, format="json").json()["code"] == "state_conflict"


@pytest.mark.requirement("PAT-01")
def test_an_edit_names_the_version_and_keeps_search_true(world: World) -> None:
    patient, client = world.patients["patient_a"], world.client("clerk")
    url = f"{URL}/{patient.pk}"
    assert client.patch(url, {"phone": "13700000000"}, format="json").status_code == 400
    assert (
        client.patch(
            url, {"phone": "13700000000", "name": "张君宝", "version": 1, "reason": "更名"}, format="json"
        ).status_code
        == 200
    )
    assert (
        client.patch(url, {"phone": "13600000000", "version": 1, "reason": "换号"}, format="json").status_code
        == 409
    )
    for query, found in (
        ("phone=13700000000", 1),
        ("phone=13800138001", 0),
        ("search=zjb", 1),
        ("search=zsf", 0),
    ):
        assert client.get(f"{URL}?{query}").json()["count"] == found, query
    assert client.patch(url, {"mrn": "X", "version": 2}, format="json").status_code == 400


@pytest.mark.requirement("PAT-01")
def test_only_an_archive_to_which_nothing_happened_is_deleted(world: World) -> None:
    client = world.client("admin1")
    untouched = file(world).json()["id"]
    assert client.delete(f"{URL}/{untouched}").status_code == 204
    for key in ("patient_a", "patient_b"):
        answer = client.delete(f"{URL}/{world.patients[key].pk}")
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
    assert Patient.objects.filter(pk__in=[p.pk for p in world.patients.values()]).count() == 2
    url = f"{URL}/{world.patients['patient_b'].pk}"
    assert (
        client.patch(url, {"is_active": False, "version": 1, "reason": "重复建档"}, format="json").status_code
        == 200
    )
    assert world.client("patient_b").get("/api/miniprogram/v1/cards/bindings").json() == []


@pytest.mark.requirement("PAT-01", "ACC-05")
@pytest.mark.parametrize(
    "query",
    [
        "search=13800138001", "search=%2B86 138-0013-8001", "search=110101199003070134", "search=110101 19900307 0134",
        "search=6222000000000001", "search=张三", "search=zs", "search=zhangsan", "search=ZhangSanFeng",
        "phone=13800138001", "national_id=110101199003070134", "card_number=6222 0000 0000 0001", "name=张",
    ],
)  # fmt: skip
def test_a_patient_is_found_by_whole_numbers_and_by_how_the_name_begins(world: World, query: str) -> None:
    for who in ("doctor_a", "head", "clerk", "boss"):
        rows = world.client(who).get(f"{URL}?{query}").json()["results"]
        assert [row["id"] for row in rows] == [str(world.patients["patient_a"].pk)], who
    assert world.client("admin2").get(f"{URL}?{query}").json()["results"] == []


@pytest.mark.requirement("PAT-01")
def test_a_record_number_is_found_and_a_part_of_a_secret_is_not(world: World) -> None:
    client, patient = world.client("clerk"), world.patients["patient_a"]
    for query in (f"mrn={patient.mrn}", f"search={patient.mrn.lower()}"):
        assert client.get(f"{URL}?{query}").json()["count"] == 1
    for query in ("search=1380013", "phone=1380013800", "national_id=110101", "name=%25", "search=_"):
        assert client.get(f"{URL}?{query}").json()["count"] == 0, query
    for query in ("address=x", "page=0", "ordering=phone", "page_size=1000", f"search={'x' * 65}"):
        assert client.get(f"{URL}?{query}").status_code == 400, query


@pytest.mark.requirement("ACC-05")
def test_lists_and_details_are_masked_and_unmasking_needs_the_right_and_is_recorded(world: World) -> None:
    patient = world.patients["patient_a"]
    url = f"{URL}/{patient.pk}"
    secrets = {patient.national_id, patient.phone, world.cards["patient_a"].card_number}
    for who in ("doctor_a", "head", "clerk", "admin1", "boss"):
        for path in (URL, url, f"{url}/cards", f"{url}/care-team"):
            body = world.client(who).get(path).content.decode()
            assert not [secret for secret in secrets if secret in body], (who, path)
    for who in ("doctor_a", "head", "clerk"):
        assert world.client(who).get(f"{url}/sensitive").status_code == 403
    assert world.client("admin2").get(f"{url}/sensitive").status_code == 404
    assert unmaskings(patient) == []
    data = world.client("admin1").get(f"{url}/sensitive").json()
    assert {data["national_id"], data["phone"], *data["card_numbers"]} == secrets
    assert unmaskings(patient) == [("admin1", world.h1.pk)]


def unmaskings(patient: Patient) -> list[tuple[Any, ...]]:
    """Who read the unmasked values, as the operation log says."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT actor, hospital_id FROM audit_auditevent WHERE action = 'unmask' AND object_id = %s",
            [str(patient.pk)],
        )
        return [tuple(row) for row in cursor.fetchall()]


@pytest.mark.requirement("PAT-01")
def test_a_number_that_somebody_typed_stops_nobody_from_being_filed(world: World) -> None:
    today = clock.today()
    front = MRN.day_of(today)
    MRN.forget()
    typed = [f"{front}{serial:06d}" for serial in (30, 31, 45, 61, 400)] + [f"{front}{'9' * 20}"]
    for number, mrn in enumerate(typed):
        assert file(world, name=f"手写{number}", mrn=mrn, **BARE).status_code == 201
    made = [file(world, name=f"自动{number}", **BARE).json()["mrn"] for number in range(25)]
    assert len(set(made)) == 25 and not set(made) & set(typed)


@pytest.mark.requirement("PAT-01")
def test_words_of_a_dictionary_are_its_own_and_old_ones_may_stay(world: World) -> None:
    sync_dictionaries()
    refused = file(world, **BARE, name="乱填", source="no-such", vip_level="nonsense")
    assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [("source", "no_choice")]
    made = file(world, **BARE, name="正常", source="wechat").json()
    Patient.objects.filter(pk=made["id"]).update(source="long_gone")
    url = f"{URL}/{made['id']}"
    admin = world.client("admin1")
    kept = admin.patch(url, {"source": "long_gone", "allergies": "无", "version": 1}, format="json")
    assert kept.status_code == 200, kept.json()
    assert admin.patch(url, {"source": "nonsense", "version": 2}, format="json").status_code == 400


@pytest.mark.requirement("PAT-03")
def test_tags_are_put_on_by_whoever_may_by_whatever_door(world: World) -> None:
    patient = world.patients["patient_a"]
    PatientTag.objects.create(hospital=world.h1, name="重点")
    url, doctor = f"{URL}/{patient.pk}", world.client("doctor_a")
    refused = doctor.patch(url, {"version": patient.version, "tags": ["重点"]}, format="json")
    assert refused.status_code == 403
    same = doctor.patch(url, {"version": patient.version, "tags": [], "allergies": "青霉素"}, format="json")
    assert same.status_code == 200
    by_clerk = world.client("clerk").patch(
        url, {"version": same.json()["version"], "tags": ["重点"]}, format="json"
    )
    assert (by_clerk.status_code, by_clerk.json()["tags"]) == (200, ["重点"])
