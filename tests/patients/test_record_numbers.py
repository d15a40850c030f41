"""病历号: kept as the hospital writes it, one number whatever its width and cases."""

from typing import Any

import pytest

from apps.patients.models import Patient
from apps.patients.selectors import patient_of_mrn
from tests.patients.test_data_entry import applied, checked, problems, text
from tests.patients.test_imports import PATIENTS
from tests.support.world import World

pytestmark = pytest.mark.requirement("PAT-01", "PAT-04")


def file(world: World, name: str, mrn: str) -> Any:
    body = {"hospital_id": str(world.h1.pk), "name": name, "mrn": mrn}
    return world.client("admin1").post(PATIENTS, body, format="json")


def test_a_hyphen_parts_two_record_numbers(world: World) -> None:
    for name, mrn in (("甲", "A-001"), ("乙", "A001")):
        made = file(world, name, mrn)
        assert (made.status_code, made.json()["mrn"]) == (201, mrn)
    for query in ("search=A-001", "mrn=A-001"):
        rows = world.client("admin1").get(f"{PATIENTS}?{query}").json()["results"]
        assert [row["name"] for row in rows] == ["甲"], query
    job = applied(world, text(["姓名", "病历号"], ["丙", "B-1"], ["丁", "B1"]))
    assert job["imported"] == 2
    assert dict(Patient.objects.filter(name__in="丙丁").values_list("name", "mrn")) == {
        "丙": "B-1",
        "丁": "B1",
    }


@pytest.mark.parametrize("typed", ["ab-001", "ＡＢ－００１", "Ab\u2011001\u200b"])
def test_width_cases_and_what_cannot_be_seen_part_none(world: World, typed: str) -> None:
    assert file(world, "甲", "Ab-001").json()["mrn"] == "Ab-001"
    again = file(world, "乙", typed)
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    job = checked(world, text(["姓名", "病历号"], ["甲", typed], ["丙", "c-1"], ["丙", "C-1"]))
    assert problems(world, job) == [(2, "病历号", "duplicate_on_file"), (4, "病历号", "duplicate_in_file")]
    for query in ({"search": typed}, {"mrn": typed}):
        rows = world.client("admin1").get(PATIENTS, query).json()["results"]
        assert [row["name"] for row in rows] == ["甲"], query
    told = patient_of_mrn(world.h1.pk, typed)
    assert told is not None
    assert told.name == "甲"
