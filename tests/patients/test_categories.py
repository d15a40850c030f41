"""The archive browsed by category (PAT-04)."""

from typing import Any

import pytest

from apps.identity.services.dictionaries import sync_dictionaries
from apps.patients import categories
from apps.patients.models import Patient, PatientTag
from kernel.redis import client as redis
from tests.support.world import World

pytestmark = pytest.mark.requirement("PAT-04")
PATIENTS = "/api/admin/v1/patients"


def browse(world: World, category: str, who: str = "admin1", hospital: Any = None) -> dict[str, int]:
    query = {"hospital_id": str((hospital or world.h1).pk), "category": category}
    answer = world.client(who).get(f"{PATIENTS}/categories", query)
    assert answer.status_code == 200, answer.json()
    return {branch["value"]: branch["count"] for branch in answer.json()}


def names(world: World, who: str = "admin1", **filters: str) -> list[str]:
    rows = world.client(who).get(PATIENTS, {"hospital_id": str(world.h1.pk), **filters}).json()["results"]
    return [row["name"] for row in rows]


@pytest.fixture
def archive(world: World) -> World:
    sync_dictionaries()
    PatientTag.objects.create(hospital=world.h1, name="VIP")
    PatientTag.objects.create(hospital=world.h1, name="空", sort=1)
    Patient.objects.filter(pk=world.patients["patient_a"].pk).update(
        vip_level="gold", source="wechat", tags=["VIP"], gender="male"
    )
    Patient.objects.filter(pk=world.patients["patient_b"].pk).update(vip_level="old-level", gender="unknown")
    return world


def test_each_value_is_named_with_how_many_patients_have_it_and_lists_them(archive: World) -> None:
    answer = archive.client("admin1").get(
        f"{PATIENTS}/categories", {"hospital_id": str(archive.h1.pk), "category": "tag"}
    )
    assert answer.json() == [
        {"value": "VIP", "name": "VIP", "count": 1, "count_capped": False},
        {"value": "空", "name": "空", "count": 0, "count_capped": False},
        {"value": "", "name": "未填写", "count": 1, "count_capped": False},
    ]
    assert names(archive, tag="VIP") == ["张三丰"]
    assert names(archive, without="tag") == ["李四光"]
    levels = browse(archive, "vip_level")
    assert (levels["gold"], levels["old-level"], levels[""]) == (1, 1, 0), (
        "a value of no dictionary is told as it is"
    )
    assert names(archive, vip_level="old-level") == ["李四光"]
    assert browse(archive, "gender") == {"male": 1, "female": 0, "unknown": 1}
    assert names(archive, without="gender") == ["李四光"]
    assert browse(archive, "source")["wechat"] == 1
    assert names(archive, without="source") == ["李四光"]
    english = archive.client("admin1").get(
        f"{PATIENTS}/categories", {"hospital_id": str(archive.h1.pk), "category": "gender"},
        headers={"accept-language": "en"},
    )  # fmt: skip
    assert [branch["name"] for branch in english.json()] == ["Male", "Female", "Unknown"]


def test_only_patients_within_reach_are_counted(archive: World) -> None:
    assert browse(archive, "vip_level", who="doctor_a")["gold"] == 1
    assert browse(archive, "vip_level", who="doctor_b").get("gold", 0) == 0
    assert browse(archive, "vip_level", who="doctor_b").get("old-level", 0) in {0, 1}
    foreign = archive.client("admin2").get(
        f"{PATIENTS}/categories", {"hospital_id": str(archive.h1.pk), "category": "tag"}
    )
    assert (foreign.status_code, foreign.json()["errors"][0]["field"]) == (400, "hospital_id")


@pytest.mark.parametrize("query", [{}, {"category": "tag"}, {"category": "colour"}, {"surprise": "1"}])
def test_a_wrong_question_is_refused_by_its_field(archive: World, query: dict[str, str]) -> None:
    hospital = {} if query == {"category": "tag"} else {"hospital_id": str(archive.h1.pk)}
    answer = archive.client("admin1").get(f"{PATIENTS}/categories", hospital | query)
    assert answer.status_code == 400


def test_a_large_hospital_is_counted_ahead_and_a_part_of_it_says_at_least(
    archive: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(categories, "LIVE", 1)
    categories.keep_counts(archive.h1.pk)
    Patient.objects.filter(hospital=archive.h1).update(vip_level="")
    assert browse(archive, "vip_level")["gold"] == 1, "as it was counted"
    redis().delete(f"patients:categories:{archive.h1.pk}")
    assert browse(archive, "vip_level") == browse(archive, "vip_level") | {"gold": 0, "": 2}, "counted anew"
    rows = [Patient.objects.filter(hospital=archive.h1)]
    found = categories.branches(categories.Category.GENDER, archive.h1.pk, rows, whole=False)
    assert {(branch.value, branch.count_capped) for branch in found if branch.count} <= {
        ("male", True), ("female", True), ("unknown", True),
    }  # fmt: skip
    assert sum(branch.count for branch in found) == 1
