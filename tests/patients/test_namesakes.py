"""The same person filed once more without a number: the desk and the importer are told, nobody else."""

import threading
from typing import Any

import pytest
from django.db import connections

from apps.access.models import ScopeKind, StaffRole
from apps.audit.models import AuditEvent
from apps.identity.services.dictionaries import sync_dictionaries
from apps.patients.models import Patient
from tests.patients.test_data_entry import applied, checked, numbered, text
from tests.patients.test_imports import PATIENTS, URL
from tests.patients.test_twins import codes
from tests.support.world import World

pytestmark = pytest.mark.requirement("PAT-02")
PHONE, BORN = "13700000031", "1990-03-07"


def file(world: World, who: str = "clerk", **fields: Any) -> Any:
    body = {"hospital_id": str(world.h1.pk), "name": "同名", **fields}
    return world.client(who).post(PATIENTS, body, format="json")


@pytest.mark.parametrize(
    ("known", "again"),
    [
        ({"phone": PHONE}, {"phone": "+86 137-0000-0031"}),
        ({"birth_date": BORN}, {"birth_date": BORN}),
        ({"birth_date": BORN}, {"id_kind": "resident_id", "national_id": numbered("11010119900307101")}),
        ({"birth_date": BORN, "phone": PHONE}, {"phone": PHONE, "id_kind": "passport", "national_id": "E12345678"}),
    ],
)  # fmt: skip
def test_the_desk_is_told_whom_it_may_mean_and_goes_on_knowingly(
    world: World, known: dict[str, str], again: dict[str, str]
) -> None:
    first = file(world, name="同　名", **known).json()
    told = file(world, **again)
    body = told.json()
    assert (told.status_code, body["code"], body["errors"][0]["field"]) == (409, "possible_duplicate", "name")
    assert body["candidates"] == [{"id": first["id"], "name": "同*", "mrn": first["mrn"]}]
    assert Patient.objects.filter(name="同名").count() == 1
    made = file(world, confirm_duplicate=True, **again)
    assert made.status_code == 201, made.json()
    assert "confirm_duplicate" not in made.json()
    line = AuditEvent.objects.get(action="file_namesake")
    assert (line.object_id, line.after) == (made.json()["id"], {"others": [first["id"]]})


@pytest.mark.parametrize(
    ("known", "again"),
    [
        ({"phone": PHONE}, {"phone": "13700000032"}),
        ({"phone": PHONE}, {"name": "异名", "phone": PHONE}),
        ({}, {}),
        (
            {"phone": PHONE, "id_kind": "resident_id", "national_id": numbered("11010119800101101")},
            {"phone": PHONE, "id_kind": "resident_id", "national_id": numbered("11010119900202103")},
        ),
    ],
)
def test_who_cannot_be_the_same_is_filed_at_once(
    world: World, known: dict[str, str], again: dict[str, str]
) -> None:
    assert file(world, **known).status_code == 201
    assert file(world, **again).status_code == 201


def test_nobody_learns_of_archives_beyond_his_reach(world: World) -> None:
    assert file(world, phone=PHONE).status_code == 201
    assert file(world, "admin2", hospital_id=str(world.h2.pk), phone=PHONE).status_code == 201
    codes(world, "doctor_c", ScopeKind.HOSPITAL, "patients.patient.add")
    StaffRole.objects.filter(staff=world.staff["doctor_c"], role__code="doctor").delete()
    codes(world, "doctor_c", ScopeKind.OWN, "patients.patient.list")
    assert file(world, "doctor_c", phone=PHONE).status_code == 201


@pytest.mark.requirement("CARD-03")
def test_who_files_himself_learns_of_nobody(world: World) -> None:
    sync_dictionaries()
    world.h1.settings = {"online_filing": True}
    world.h1.save()
    assert file(world, phone=PHONE, birth_date=BORN).status_code == 201
    body = {
        "hospital_id": str(world.h1.pk), "name": "同名", "national_id": "110101195001010017", "phone": PHONE,
        "address": "北京市", "relationship": "self",
    }  # fmt: skip
    made = world.client("patient_none").post("/api/miniprogram/v1/cards/filings", body, format="json")
    assert made.status_code == 201, made.json()
    assert Patient.objects.get(name="同名", is_provisional=True).source == "wechat"


@pytest.mark.django_db(transaction=True)
def test_two_desks_at_once_are_told_of_each_other(world: World) -> None:
    barrier, statuses = threading.Barrier(2), list[int]()
    world.client("clerk"), world.client("admin1")

    def job(who: str) -> None:
        try:
            barrier.wait()
            statuses.append(file(world, who, phone=PHONE).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=job, args=(who,)) for who in ("clerk", "admin1")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 409]


@pytest.mark.requirement("PAT-04")
def test_an_import_remarks_who_may_be_on_file_and_takes_the_row_in(world: World) -> None:
    one, other = numbered("11010119800101101"), numbered("11010119900202103")
    first = text(["姓名", "出生日期", "手机号", "证件号码"], ["同名", BORN, "", ""], ["双名", "", PHONE, one])
    assert applied(world, first)["imported"] == 2
    rows = [
        ["姓名", "出生日期", "手机号", "证件类型", "证件号码"],
        ["同　名", BORN, "13700000099", "", ""],  # the same name and birth date
        ["双名", "", PHONE, "护照", "E12345678"],  # the same name and phone with a document of another kind
        ["双名", "", PHONE, "居民身份证", other],  # somebody else by his document
        ["同名", "1990-03-08", "", "", ""],
    ]
    job = checked(world, text(*rows))
    found = world.client("admin1").get(f"{URL}/{job['id']}/problems").json()
    assert [(p["row"], p["column"], p["code"]) for p in found] == [
        (2, "姓名", "possible_duplicate"), (3, "姓名", "possible_duplicate"),
    ]  # fmt: skip
    assert all("核对" in p["reason"] and "未导入" not in p["reason"] for p in found)
    assert (job["good_count"], job["bad_count"], job["duplicate_count"]) == (4, 0, 0)
    assert applied(world, text(*rows, ["", "", "", "", ""]))["imported"] == 4


@pytest.mark.requirement("ACC-05")
def test_refusals_that_tell_who_is_on_file_are_counted_and_written_down(world: World) -> None:
    world.h1.settings = {"exact_searches_per_minute": 3}
    world.h1.save(update_fields=["settings"])
    taken, known = (
        world.patients["patient_a"].mrn,
        {"id_kind": "resident_id", "national_id": "110101198512240029"},
    )
    assert file(world, mrn=taken, **known).json()["code"] == "patient_duplicate"
    assert file(world, mrn=taken, phone="13700000099", name="无此人").json()["code"] == "duplicate"
    row = world.client("clerk").get(f"{PATIENTS}/{world.patients['patient_a'].pk}").json()
    stale = world.client("clerk").patch(
        f"{PATIENTS}/{row['id']}", {"version": row["version"] + 1, **known, "reason": "x"}, format="json"
    )
    assert stale.json()["code"] == "stale_version", "nobody is looked up for an edit that can't be"
    cards = f"{PATIENTS}/{row['id']}/cards"
    number = {"card_number": world.cards["patient_b"].card_number}
    assert world.client("clerk").post(cards, number, format="json").json()["code"] == "duplicate"
    refused = file(world, mrn=taken, **known)
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    lines = AuditEvent.objects.filter(action__in=["search", "search_refused"]).order_by("id")
    assert [line.action for line in lines] == ["search"] * 3 + ["search_refused"]
    assert "110101198512240029" not in str([line.after for line in lines])
