"""What hospitals' own sheets say besides patients, and whose a number is: a clerk is told what would be right."""

import io

import openpyxl
import pytest

from apps.patients.models import Patient, PatientCard
from apps.patients.services import cards
from kernel.sheets import rows_of
from tests.patients.test_data_entry import (
    _own_media,
    applied,
    book,
    checked,
    file_patient,
    found,
    numbered,
    problems,
    text,
)
from tests.patients.test_imports import PATIENTS, URL, download, result, upload
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
        "合计125人", "17人", "共计125人次", "本页小计", "合计人数", "全院合计", "男2人女1人", "小计(1人)", "总共1人",
        "统计日期 2026年12月1日", "填报单位 某医院", "操作员 张三", "导出人 王五", "导出完毕", "说明", "负责人签字",
        "数据来源HIS", "以上共1人", "院长: 张三", "注:本表一式两份", "完", "END",
    ],
)  # fmt: skip
def test_what_stands_below_a_table_is_no_patient(world: World, typed: str) -> None:
    assert problems(world, checked(world, text(["姓名", "地址"], [typed, ""]))) == [(2, "姓名", "no_person")]


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize(
    "name", ["完颜洪烈", "共青", "统一", "王计", "时间简", "单位", "男男", "院长风", "注册"]
)
def test_people_whose_names_look_like_it_are_patients(world: World, name: str) -> None:
    assert problems(world, checked(world, text(["姓名", "地址"], [name, ""]))) == []


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
        ("出生日期", "2127-01-01", "date_range", "出生日期不能晚于今天,年龄不能超过 130 岁"),
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


@pytest.mark.requirement("PAT-04")
def test_what_was_refused_in_a_cell_is_refused_again_in_the_sheet_of_results(world: World) -> None:
    rows = [["姓名", "医保号", "就诊卡号"], ["甲甲", 622848001234567000, None], ["乙乙", None, "#N/A"]]
    job = checked(world, book(*rows))
    assert job["bad_count"] == 2
    sheet = result(world, job)
    again = checked(world, sheet)
    assert (again["bad_count"], again["good_count"]) == (2, 0)
    titles = openpyxl.load_workbook(io.BytesIO(sheet)).active
    assert [cell.value for cell in titles[1]] == ["原行号", "检查结果", "原因", "姓名", "医保号", "就诊卡号"]
    twice = result(world, again, "csv").decode("utf-8-sig")
    assert twice.splitlines()[0] == "原行号,检查结果,原因,姓名,医保号,就诊卡号"


@pytest.mark.requirement("PAT-04")
def test_what_systems_write_for_nothing_is_nothing(world: World) -> None:
    titles = "姓名,病历号,就诊卡号,医保号,地址,过敏史,介绍人"
    rows = [
        "甲甲,NULL,NULL,无医保,不详,nan,\\N",
        "乙乙,0,0000,自费,NULL,无,同上",
        "丙丙,NULL,NONE,0,同上,null,",
    ]
    job = applied(world, "\n".join([titles, *rows]).encode())
    assert (job["imported"], problems(world, job)) == (3, [])
    for patient in Patient.objects.filter(name__in=["甲甲", "乙乙", "丙丙"]):
        assert (patient.insurance_no, patient.address, patient.referrer) == ("", "", "")
        assert patient.mrn.startswith("MR")
        assert patient.allergies == ("无" if patient.name == "乙乙" else "")
    assert not PatientCard.objects.filter(patient__name__in=["甲甲", "乙乙", "丙丙"]).exists()


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize(
    ("written", "gender"),
    [("Ｍ", "male"), ("1.男", "male"), ("男(1)", "male"), ("女士", "female"), ("5", "unknown")],
)
def test_a_gender_is_read_however_systems_write_it(world: World, written: str, gender: str) -> None:
    assert applied(world, f"姓名,性别\n甲甲,{written}\n".encode())["imported"] == 1
    assert Patient.objects.get(name="甲甲").gender == gender


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1990-03-07 08:30:00", ""), ("1990-03-07T00:00:00.000Z", ""), ("1990-03-06T16:00:00Z", "bad_date"),
        ("1990-03-07 25:00", "bad_date"),
    ],
)  # fmt: skip
def test_the_time_of_a_birth_does_not_hide_its_day(world: World, written: str, code: str) -> None:
    job = checked(world, f"姓名,出生日期\n甲甲,{written}\n".encode())
    assert [found for _, _, found in problems(world, job)] == ([code] if code else [])


@pytest.mark.requirement("PAT-04")
def test_two_titles_of_one_field_are_told_by_their_own_names(world: World) -> None:
    job = checked(world, "姓名,电话,手机\n甲甲,13700000051,13700000052\n".encode())
    assert job["findings"][0]["code"] == "field_twice"
    assert job["findings"][0]["reason"] == "与列“电话”含义相同,请只保留一列"


@pytest.mark.requirement("PAT-04")
def test_an_old_excel_file_is_refused_in_words_that_help(world: World) -> None:
    answer = upload(world, b"\xd0\xcf\x11\xe0old excel")
    assert (answer.status_code, answer.json()["code"]) == (400, "import_unreadable")
    assert answer.json()["detail"] == "无法读取文件:旧版 Excel 或加密文件,请另存为不加密的 xlsx"


@pytest.mark.requirement("PAT-04")
def test_a_dot_within_an_address_is_no_mask(world: World) -> None:
    assert applied(world, "姓名,地址\n甲甲,北京市朝阳区万科•金域华府3号楼\n".encode())["imported"] == 1
