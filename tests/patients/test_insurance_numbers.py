"""Insurance numbers by hand and from a sheet, and uploads of which a part stands twice."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.patients.models import Patient
from tests.patients.test_data_entry import applied, checked, file_patient, problems, text
from tests.patients.test_imports import URL
from tests.support.world import World


@pytest.mark.requirement("PAT-01", "PAT-04")
@pytest.mark.parametrize("written", ["1.23457E+17", "6.2E17", "中文a/b", "a_b", "😀", "123"])
def test_what_is_no_insurance_number_is_refused_by_hand_and_from_a_sheet(world: World, written: str) -> None:
    answer = file_patient(world, name="甲", insurance_no=written)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (
        400,
        ["insurance_no"],
    )
    job = checked(world, text(["姓名", "医保号"], ["甲", written]))
    assert [(row, column) for row, column, _ in problems(world, job)] == [(2, "医保号")]
    assert not Patient.objects.filter(name="甲").exists()


@pytest.mark.requirement("PAT-01", "PAT-04")
@pytest.mark.parametrize("typed", ["ＹＢ１２３４５６", "yb 1234-56", "'YB123456"])
def test_an_insurance_number_is_stored_alike_by_hand_and_from_a_sheet(world: World, typed: str) -> None:
    assert file_patient(world, name="甲", insurance_no=typed).status_code == 201
    assert applied(world, text(["姓名", "医保号"], ["乙", typed]))["imported"] == 1
    found = Patient.objects.filter(name__in=["甲", "乙"])
    assert [patient.insurance_no for patient in found] == ["YB123456", "YB123456"]


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize("part", ["hospital_id", "file", "encoding"])
def test_a_part_of_an_upload_that_stands_twice_is_refused_by_name(world: World, part: str) -> None:
    def sheet(name: str) -> SimpleUploadedFile:
        return SimpleUploadedFile(name, text(["姓名"], ["甲"]))

    body: dict[str, Any] = {"hospital_id": str(world.h1.pk), "file": sheet("a.csv")}
    twice = {
        "hospital_id": [str(world.h1.pk), str(world.h2.pk)], "file": [sheet("a.csv"), sheet("b.csv")],
        "encoding": ["utf-8", "gb18030"],
    }  # fmt: skip
    answer = world.client("admin1").post(URL, body | {part: twice[part]}, format="multipart")
    assert answer.status_code == 400
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [
        (part, "repeated_parameter" if part != "encoding" else "unknown_field")
    ]
