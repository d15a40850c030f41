"""Which documents are one, by every door: the kind and the whole number say so, however it is typed."""

from typing import Any

import pytest

from apps.patients.id_kinds import document_key
from apps.patients.models import ImportRow, Patient, RelatedPerson
from apps.patients.services.duplicates import scan
from apps.patients.services.search_keys import refresh, refresh_contacts, refresh_staged
from kernel.crypto import blind_index
from tests.patients.test_bindings import claim, post
from tests.patients.test_data_entry import checked, numbered, problems, text
from tests.patients.test_imports import PATIENTS
from tests.support.world import World

FOREIGNER = numbered("91184019900101001")
WORDS = {
    "resident_id": "居民身份证", "hk_macao_permit": "港澳居民来往内地通行证", "passport": "护照",
    "taiwan_permit": "台湾居民来往大陆通行证", "foreign_permanent_resident": "外国人永久居留身份证",
}  # fmt: skip
#: Pairs that are two documents.
TWO = [
    (("passport", "12345679A"), ("passport", "12345679B")),
    (("passport", "H1234567801"), ("passport", "H12345678")),
    (("passport", "H12345678"), ("hk_macao_permit", "H12345678")),
    (("passport", "12345678"), ("taiwan_permit", "12345678")),
]
#: Pairs that are one.
ONE = [
    (("hk_macao_permit", "H12345678"), ("hk_macao_permit", "h12345678（01）")),
    (("taiwan_permit", "12345678"), ("taiwan_permit", "12345678(B)")),
    (("passport", "E12345678"), ("passport", "e-1234 5678")),
    (("resident_id", FOREIGNER), ("foreign_permanent_resident", FOREIGNER)),
    (("foreign_permanent_resident", "USA110012345678"), ("passport", "USA 1100 12345678")),
    (("resident_id", numbered("81000019900101001")), ("hk_macao_permit", numbered("81000019900101001"))),
    (("resident_id", numbered("83000019900101001")), ("taiwan_permit", numbered("83000019900101001"))),
]  # fmt: skip
Pair = tuple[tuple[str, str], tuple[str, str]]


def file(world: World, name: str, document: tuple[str, str]) -> Any:
    body = {"hospital_id": str(world.h1.pk), "name": name, "id_kind": document[0], "national_id": document[1]}
    return world.client("admin1").post(PATIENTS, body, format="json")


def sheet(*rows: tuple[str, tuple[str, str]]) -> bytes:
    cells = [[name, WORDS[kind], number] for name, (kind, number) in rows]
    return text(["姓名", "证件类型", "证件号码"], *cells)


@pytest.mark.requirement("PAT-01", "PAT-02", "PAT-04")
@pytest.mark.parametrize(("first", "second"), TWO)
def test_two_documents_are_two_people(world: World, first: tuple[str, str], second: tuple[str, str]) -> None:
    assert document_key(*first) != document_key(*second)
    assert file(world, "甲", first).status_code == 201
    job = checked(world, sheet(("乙", second), ("甲", first)))
    assert [(row, code) for row, _, code in problems(world, job)] == [(3, "duplicate_on_file")]
    in_file = checked(world, sheet(("丙", (first[0], "Z" + first[1])), ("丁", second)))
    assert in_file["good_count"] == 2
    assert file(world, "乙", second).status_code == 201
    assert scan(world.h1.pk) == 0


@pytest.mark.requirement("PAT-01", "PAT-02", "PAT-04", "CARD-02")
@pytest.mark.parametrize(("first", "second"), ONE)
def test_one_document_is_one_person_under_both_its_names(
    world: World, first: tuple[str, str], second: tuple[str, str]
) -> None:
    world.add_patient("one", name="甲", id_kind=first[0], national_id=first[1], phone="13700000031")
    again = file(world, "乙", second)
    assert (again.status_code, again.json()["code"]) == (409, "patient_duplicate")
    job = checked(world, sheet(("甲", second)))
    assert [(row, code) for row, _, code in problems(world, job)] == [(2, "duplicate_on_file")]
    body = claim(world, "one", id_kind=second[0], national_id=second[1])
    assert post(world, "patient_none", body).status_code == 201
    world.h1.settings = {"online_filing": True}
    world.h1.save()
    del body["card_number"]
    online = world.client("patient_none").post(
        "/api/miniprogram/v1/cards/filings", {**body, "name": "乙"}, format="json"
    )
    assert (online.status_code, online.json()["code"]) == (409, "binding_mismatch")


@pytest.mark.requirement("CARD-02")
def test_another_kind_of_document_with_the_same_number_binds_nothing(world: World) -> None:
    world.add_patient("one", name="甲", id_kind="passport", national_id="12345678", phone="13700000031")
    body = claim(world, "one", id_kind="taiwan_permit", national_id="12345678")
    answer = post(world, "patient_none", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "binding_mismatch")


@pytest.mark.requirement("PAT-01")
def test_a_number_finds_the_documents_of_every_kind_that_have_it(world: World) -> None:
    for name, document in (("甲", ("passport", "12345679A")), ("乙", ("passport", "12345679B")),
                           ("丙", ("taiwan_permit", "12345679")), ("丁", ("passport", "12345679"))):  # fmt: skip
        assert file(world, name, document).status_code == 201
    found = {
        query: {row["name"] for row in world.client("admin1").get(f"{PATIENTS}?{query}").json()["results"]}
        for query in ("search=12345679a", "national_id=12345679B", "national_id=12345679", "search=12345679")
    }
    assert found == {
        "search=12345679a": {"甲", "丙"}, "national_id=12345679B": {"乙", "丙"},
        "national_id=12345679": {"丙", "丁"}, "search=12345679": {"丙", "丁"},
    }  # fmt: skip


@pytest.mark.requirement("PAT-01")
def test_a_changed_kind_alone_is_found_by_its_new_key(world: World) -> None:
    made = file(world, "甲", ("passport", "12345678")).json()
    changed = world.client("admin1").patch(
        f"{PATIENTS}/{made['id']}",
        {"id_kind": "taiwan_permit", "version": 1, "reason": "选错"},
        format="json",
    )
    assert changed.status_code == 200, changed.json()
    assert file(world, "乙", ("taiwan_permit", "12345678(C)")).json()["code"] == "patient_duplicate"
    assert file(world, "丙", ("passport", "12345678")).status_code == 201


@pytest.mark.requirement("PAT-01")
def test_keys_of_an_older_version_are_derived_anew_in_archives_contacts_and_open_imports(
    world: World,
) -> None:
    made = file(world, "甲", ("passport", "12345679A")).json()
    RelatedPerson.objects.create(
        hospital=world.h1,
        patient_id=made["id"],
        name="乙",
        relation="parent",
        national_id="110101199003070134",
    )
    checked(world, sheet(("丙", ("passport", "12345679B"))))
    right = {
        model: set(
            model._default_manager.exclude(national_id_index=None).values_list("pk", "national_id_index")
        )
        for model in (Patient, RelatedPerson, ImportRow)
    }
    old = blind_index("12345679", "national_id")
    for model in right:
        model._default_manager.exclude(national_id_index=None).update(national_id_index=old)
    counts = sum(count for _, count in refresh()), refresh_contacts(), refresh_staged()
    assert counts == tuple(map(len, right.values()))
    assert (sum(count for _, count in refresh()), refresh_contacts(), refresh_staged()) == (0, 0, 0)
    for model, rows in right.items():
        now = set(
            model._default_manager.exclude(national_id_index=None).values_list("pk", "national_id_index")
        )
        assert {(pk, bytes(index)) for pk, index in now} == {(pk, bytes(index)) for pk, index in rows}
