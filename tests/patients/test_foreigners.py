"""People with other documents and with other letters in their names: as patients, contacts and guardians."""

from typing import Any

import pytest

from apps.patients.models import Patient, RelatedPerson
from apps.patients.services.search_keys import refresh
from tests.patients.test_bindings import claim, post
from tests.patients.test_data_entry import applied, file_patient, found, numbered, text
from tests.patients.test_imports import PATIENTS
from tests.support.world import World

APOSTROPHES = ["'", "\u2019", "\u2018", "\u00b4", "`", "\u02bc", "\uff07"]


@pytest.mark.requirement("PAT-01")
@pytest.mark.parametrize(
    ("kind", "number", "stored"),
    [
        ("passport", "e 1234-5678", "E12345678"), ("hk_macao_permit", "H12345678（01）", "H1234567801"),
        ("taiwan_permit", "12345678(B)", "12345678B"),
        ("foreign_permanent_resident", numbered("91184019900101001"), numbered("91184019900101001")),
    ],
)  # fmt: skip
def test_a_guardian_may_have_any_kind_of_document(world: World, kind: str, number: str, stored: str) -> None:
    father = {
        "name": "John Smith",
        "relation": "parent",
        "is_guardian": True,
        "id_kind": kind,
        "national_id": number,
    }
    url = f"{PATIENTS}/{world.patients['patient_a'].pk}"
    made = world.client("clerk").post(f"{url}/related-persons", father, format="json")
    assert made.status_code == 201, made.json()
    assert made.json()["id_kind"] == kind
    filed = file_patient(world, name="小明", contacts=[father]).json()
    assert filed["contacts"][0]["id_kind"] == kind
    assert {(p.id_kind, p.national_id) for p in RelatedPerson.objects.all()} == {(kind, stored)}
    shown = world.client("admin1").get(f"{url}/sensitive").json()["contacts"][0]
    assert (shown["id_kind"], shown["national_id"]) == (kind, stored)


@pytest.mark.requirement("PAT-01")
def test_a_number_of_another_kind_is_refused_and_a_changed_kind_is_verified_anew(world: World) -> None:
    url, client = f"{PATIENTS}/{world.patients['patient_a'].pk}/related-persons", world.client("clerk")
    father: dict[str, Any] = {"name": "张父", "relation": "parent", "is_guardian": True}
    for bad in (
        {"national_id": "E12345678"},
        {"id_kind": "passport", "national_id": "E1"},
        {"id_kind": "none"},
    ):
        assert client.post(url, {**father, **bad}, format="json").status_code == 400, bad
    made = client.post(
        url, {**father, "id_kind": "passport", "national_id": "12345678"}, format="json"
    ).json()
    one = f"{url}/{made['id']}"
    assert client.post(f"{one}/verify", format="json").status_code == 200
    changed = client.patch(one, {"id_kind": "taiwan_permit"}, format="json").json()
    assert (changed["id_kind"], changed["verified_at"]) == ("taiwan_permit", None)
    plain = client.post(url, {**father, "national_id": "110101198801012014"}, format="json")
    assert (plain.status_code, plain.json()["id_kind"]) == (201, "resident_id")


@pytest.mark.requirement("PAT-01", "CARD-02", "PAT-04")
@pytest.mark.parametrize("sign", APOSTROPHES)
def test_an_apostrophe_is_one_however_it_is_typed(world: World, sign: str) -> None:
    world.add_patient(
        "irish", name=f"Conan O{sign}Brien", id_kind="passport", national_id="E12345678", phone="13700000031"
    )
    assert Patient.objects.get(pk=world.patients["irish"].pk).name == "Conan O'Brien"
    for other in APOSTROPHES:
        assert found(world, f"Conan O{other}Brien") == ["Conan O'Brien"], other
    assert found(world, "conanobrien") == ["Conan O'Brien"]
    for other in APOSTROPHES[:4]:
        body = claim(world, "irish", name=f"CONAN O{other}BRIEN", id_kind="passport")
        assert post(world, "patient_none", body).status_code == 201, other
    assert applied(world, text(["姓名", "手机号"], [f"Conan O{sign}Brien", "13700000031"]))["imported"] == 0


@pytest.mark.requirement("PAT-01")
@pytest.mark.parametrize("stored", ["O \u0301Brien", "O\u2019Brien", "O`Brien"])
def test_a_name_that_an_older_version_stored_is_found_too(world: World, stored: str) -> None:
    Patient.objects.filter(pk=world.patients["patient_b"].pk).update(name=stored, name_key="x", pinyin="x x")
    assert sum(count for _, count in refresh()) >= 1
    assert found(world, "O'Brien") == [stored]
