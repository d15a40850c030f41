"""A birth date is one of a living person, and never the day that a system writes for none."""

import datetime as dt
from typing import Any

import pytest

from apps.patients.models import Patient
from kernel import clock
from tests.patients.test_data_entry import checked, problems, text
from tests.patients.test_imports import PATIENTS
from tests.support.world import World

pytestmark = pytest.mark.requirement("PAT-01", "PAT-04")
NOW = dt.datetime(2026, 11, 30, 2, tzinfo=dt.UTC)
PLACEHOLDERS = ["1900-01-01", "1899-12-30", "1899-12-31", "1753-01-01", "0001-01-01", "9999-12-31"]


def file(world: World, **fields: Any) -> Any:
    body = {"hospital_id": str(world.h1.pk), "name": "甲", **fields}
    return world.client("clerk").post(PATIENTS, body, format="json")


@pytest.mark.parametrize("born", PLACEHOLDERS)
def test_the_day_that_means_no_date_is_refused_and_said_to_be_left_empty(world: World, born: str) -> None:
    answer = file(world, birth_date=born)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["field"], error["code"]) == (
        400,
        "birth_date",
        "birth_date_placeholder",
    )
    assert "留空" in error["message"]
    job = checked(world, text(["姓名", "出生日期"], ["甲", born.replace("-", "/")], ["乙", ""]))
    assert problems(world, job) == [(2, "出生日期", "placeholder_date")]
    assert job["good_count"] == 1


@pytest.mark.parametrize(
    ("born", "fine"),
    [("2026-11-30", True), ("2026-12-01", False), ("1896-12-01", True), ("1895-11-30", False)],
)
def test_nobody_is_born_tomorrow_or_older_than_130(world: World, born: str, fine: bool) -> None:
    with clock.frozen(NOW):
        answer = file(world, birth_date=born)
        job = checked(world, text(["姓名", "出生日期"], ["乙", born]))
    assert answer.status_code == (201 if fine else 400), answer.json()
    assert [code for _, _, code in problems(world, job)] == ([] if fine else ["date_range"])
    if not fine:
        assert answer.json()["errors"][0]["code"] == "birth_date_range"


def test_an_archive_that_has_such_a_date_already_can_still_be_edited(world: World) -> None:
    made = file(world).json()
    Patient.objects.filter(pk=made["id"]).update(birth_date="1900-01-01")
    url, client = f"{PATIENTS}/{made['id']}", world.client("clerk")
    same = {"birth_date": "1900-01-01", "allergies": "青霉素", "version": 1}
    assert client.patch(url, same, format="json").status_code == 200
    empty = client.patch(url, {"birth_date": None, "version": 2, "reason": "默认值"}, format="json")
    assert (empty.status_code, empty.json()["birth_date"]) == (200, None)
    back = client.patch(url, {"birth_date": "1900-01-01", "version": 3, "reason": "x"}, format="json")
    assert back.json()["errors"][0]["code"] == "birth_date_placeholder"
