"""What hospitals' own sheets say besides patients, and whose a number is: a clerk is told what would be right."""

import io

import pytest

from apps.patients.models import Patient
from apps.patients.services import cards
from kernel.sheets import rows_of
from tests.patients.test_data_entry import (
    _own_media,
    applied,
    checked,
    file_patient,
    found,
    numbered,
    problems,
    text,
)
from tests.patients.test_imports import PATIENTS, URL, download
from tests.support.world import World

__all__ = ["_own_media"]


@pytest.mark.requirement("PAT-02", "PAT-04")
def test_a_number_that_two_names_claim_is_an_error_and_nobody_is_left_out_for_it(world: World) -> None:
    number = numbered("11010119850505001")
    world.add_patient("known", name="曾阿牛", id_kind="resident_id", national_id=number, phone="13700000061")
    cards.issue_card(patient=world.patients["known"], card_number="880001")
    job = checked(
        world,
        text(
            ["姓名", "证件号码", "就诊卡号", "手机号", "出生日期"],
            ["曾阿狗", number, "", "", ""],
            ["占卡人", "", "880001", "13700000062", ""],
            ["曾阿牛", number, "", "", ""],
            ["同卡甲", "", "JZ778899", "13700000063", ""],
            ["同卡乙", "", "jz778899", "13700000064", ""],
            ["王芳", "", "", "13700000065", "1980-01-01"],
            ["王芳", "", "", "13700000065", "1990-01-01"],
            ["清单甲", "", "", "", "1980-01-01"],
            ["清单甲", "", "", "", "1980-01-01"],
        ),
    )
    assert problems(world, job) == [
        (2, "证件号码", "other_person"), (3, "就诊卡号", "other_person"), (4, "证件号码", "duplicate_on_file"),
        (6, "就诊卡号", "other_person_in_file"), (10, "姓名", "duplicate_in_file"),
    ]  # fmt: skip
    shown = world.client("admin1").get(f"{URL}/{job['id']}/problems").json()
    assert shown[0]["reason"] == (
        f"该号码在档案中属于另一位患者(病历号 {world.patients['known'].mrn}),姓名不同,请核对"
    )


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize(
    "typed",
    [
        "合计",
        "小 计",
        "制表人 王小二",
        "第 1 页 共 2 页",
        "以下空白",
        "备注",
        "无",
        "(空)",
        "NULL",
        "None",
        "N/A",
        "nan",
    ],
)
def test_what_stands_below_a_table_is_no_patient(world: World, typed: str) -> None:
    assert problems(world, checked(world, text(["姓名", "地址"], [typed, ""]))) == [(2, "姓名", "no_person")]


@pytest.mark.requirement("PAT-04")
def test_the_example_of_the_template_is_left_out(world: World) -> None:
    template = download(world.client("admin1"), f"{URL}/template")
    job = checked(world, template)
    assert (job["state"], job["good_count"], job["duplicate_count"]) == ("checked", 0, 1)
    assert problems(world, job) == [(2, "姓名", "example_row")]


@pytest.mark.requirement("PAT-04")
def test_nothing_written_as_nothing_and_codes_for_gender_are_understood(world: World) -> None:
    applied(
        world,
        text(
            ["姓名", "性别", "手机号", "地址", "职业", "过敏史", "证件类型"],
            ["代码男", "1", "-", "无", "/", "无", ""],
            ["代码女", "2-女", "", "", "", "", ""],
        ),
    )
    patient = Patient.objects.get(name="代码男")
    assert (patient.gender, patient.phone, patient.address, patient.allergies) == ("male", "", "", "无")
    assert Patient.objects.get(name="代码女").gender == "female"


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize(
    ("column", "written", "code", "words"),
    [
        ("出生日期", "1990-02-30", "no_such_day", "没有这一天"),
        ("出生日期", "2127-01-01", "date_range", "应在 1850-01-01 与今天之间"),
        ("就诊卡号", "7", "bad_card", "应为 4 到 32 位字母或数字"),
        ("性别", "汉子", "unknown_choice", "不是可选的值,可填:男、女、未知"),
    ],
)
def test_a_wrong_cell_says_what_would_be_right(
    world: World, column: str, written: str, code: str, words: str
) -> None:
    job = checked(world, text(["姓名", column], ["甲", written]))
    [problem] = world.client("admin1").get(f"{URL}/{job['id']}/problems").json()
    assert (problem["code"], problem["reason"]) == (code, words)


@pytest.mark.requirement("PAT-01")
def test_a_name_with_a_comma_finds_itself(world: World) -> None:
    file_patient(world, name="Smith, John", id_kind="none")
    for typed in ("Smith, John", "smith,j", "Smith John"):
        assert found(world, typed) == ["Smith, John"], typed


@pytest.mark.requirement("PAT-04")
def test_an_export_says_gender_in_words(world: World) -> None:
    content = download(world.client("admin1"), f"{PATIENTS}/export")
    titles, *rows = [line.cells for line in rows_of(io.BytesIO(content), "xlsx", most_rows=100)]
    assert {row[titles.index("性别")] for row in rows} <= {"男", "女", "未知"}
