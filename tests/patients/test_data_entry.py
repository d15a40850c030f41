"""What people really type, paste and upload about patients, and what has to become of it."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from stdnum.cn import ric

from apps.imports.services import jobs
from apps.patients.id_kinds import document_key
from apps.patients.models import ImportRow, Patient, PatientCard, PatientImport
from apps.patients.services.search_keys import refresh
from kernel.sheets import rows_of
from tests.patients.test_bindings import claim, post
from tests.patients.test_imports import PATIENTS, URL, download, result, upload
from tests.support.world import World


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def numbered(digits: str) -> str:
    """17 digits and their check digit."""
    return digits + ric.calc_check_digit(digits + "0")


def text(*rows: Iterable[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def book(*rows: list[Any]) -> bytes:
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target)
    sheet = made.add_worksheet()
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value == "#N/A":
                sheet.write_formula(number, column, "=NA()", None, "#N/A")
            elif value is not None:
                sheet.write(number, column, value)
    made.close()
    return target.getvalue()


def checked(world: World, content: bytes, **more: Any) -> dict[str, Any]:
    made = upload(world, content, **more)
    assert made.status_code == 201, made.json()
    jobs.check(made.json()["id"])
    found: dict[str, Any] = world.client("admin1").get(f"{URL}/{made.json()['id']}").json()
    return found


def problems(world: World, job: dict[str, Any]) -> list[tuple[int, str, str]]:
    found = world.client("admin1").get(f"{URL}/{job['id']}/problems").json()
    return [(problem["row"], problem["column"], problem["code"]) for problem in found]


def applied(world: World, content: bytes, **more: Any) -> dict[str, Any]:
    job = checked(world, content, **more)
    world.client("admin1").post(f"{URL}/{job['id']}/apply", {"skip_bad_rows": True}, format="json")
    jobs.apply(job["id"])
    return dict(job, imported=PatientImport.objects.get(pk=job["id"]).imported_count)


def found(world: World, search: str) -> list[str]:
    rows = world.client("admin1").get(PATIENTS, {"search": search}).json()["results"]
    return [row["name"] for row in rows]


def file_patient(world: World, **fields: Any) -> Any:
    body = {"hospital_id": str(world.h1.pk), **fields}
    return world.client("admin1").post(PATIENTS, body, format="json")


@pytest.mark.requirement("PAT-04")
def test_a_long_number_in_a_number_cell_is_refused_and_nobody_is_a_duplicate(world: World) -> None:
    job = checked(
        world,
        book(
            ["姓名", "手机号", "证件号码", "就诊卡号"],
            ["甲", "13700000001", 110101196001019000, None],
            ["乙", "13700000002", 110101196001019000, None],
            ["丙", "13700000003", None, 622848001234567000],
            ["丁", "13700000004", None, 8801000000001],
        ),
    )
    assert problems(world, job) == [
        (2, "证件号码", "number_lost"), (3, "证件号码", "number_lost"), (4, "就诊卡号", "number_lost"),
    ]  # fmt: skip
    assert (job["bad_count"], job["duplicate_count"], job["good_count"]) == (3, 0, 1)
    shown = world.client("admin1").get(f"{URL}/{job['id']}/problems").json()
    assert all("文本" in problem["reason"] for problem in shown)
    world.client("admin1").post(f"{URL}/{job['id']}/apply", {"skip_bad_rows": True}, format="json")
    jobs.apply(job["id"])
    assert PatientCard.objects.get(patient__name="丁").card_number == "8801000000001"


@pytest.mark.requirement("ACC-05")
def test_a_mask_is_never_taken_for_the_value(world: World) -> None:
    secrets = {
        "address": "北京市东城区东长安街1号院2单元301", "phone": "13700000031", "insurance_no": "YB12345678",
        "national_id": numbered("11010119800101101"),
    }  # fmt: skip
    made = file_patient(world, name="甲", id_kind="resident_id", **secrets).json()
    client, url = world.client("admin1"), f"{PATIENTS}/{made['id']}"
    for name in secrets:
        shown = client.get(url).json()
        answer = client.patch(url, {name: shown[name], "version": shown["version"]}, format="json")
        assert answer.status_code == 200, (name, answer.json())
        other = client.patch(url, {name: "1****9", "version": answer.json()["version"]}, format="json")
        assert (other.status_code, other.json()["errors"][0]["code"]) == (400, "masked_value"), name
    patient = Patient.objects.get(pk=made["id"])
    assert {name: getattr(patient, name) for name in secrets} == secrets


@pytest.mark.requirement("PAT-02", "PAT-04")
@pytest.mark.parametrize("policy", ["skip", "error"])
def test_two_people_may_share_name_and_phone(world: World, policy: str) -> None:
    one, two = numbered("11010119800101101"), numbered("11010119900202103")
    rows = [["姓名", "手机号", "证件号码"], ["同名", "13700000031", one], ["同名", "13700000031", two]]
    assert applied(world, text(*rows), duplicates=policy)["imported"] == 2
    again = checked(world, text(*rows, ["同名", "13700000031", ""]), duplicates="skip")
    assert (again["good_count"], again["duplicate_count"]) == (0, 3)


@pytest.mark.requirement("PAT-04")
def test_of_rows_without_numbers_the_first_counts(world: World) -> None:
    rows = [["姓名", "手机号", "证件号码"], ["同名", "13700000031", ""], ["同名", "13700000031", ""]]
    rows.append(["同名", "13700000031", numbered("11010119900202103")])
    job = checked(world, text(*rows))
    assert (job["good_count"], problems(world, job)) == (
        1, [(3, "手机号", "duplicate_in_file"), (4, "手机号", "duplicate_in_file")],
    )  # fmt: skip


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize(
    "written",
    [
        "1990/1/1 0:00",
        "1990/1/1 0:00:00",
        "1990-01-01T00:00:00",
        "1990年1月1日",
        "1990.1.1",
        "19900101",
        "１９９０-1-1",
    ],
)
def test_a_date_is_read_with_an_empty_time(world: World, written: str) -> None:
    assert applied(world, text(["姓名", "出生日期"], ["甲", written]))["imported"] == 1
    assert str(Patient.objects.get(name="甲").birth_date) == "1990-01-01"


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize(
    "written",
    ["199011", "1990", "1990-1", "1990年1月", "1990/1-1", "90-1-1", "1990-1-1 8:30"],
)
def test_half_a_date_is_no_date(world: World, written: str) -> None:
    job = checked(world, text(["姓名", "出生日期"], ["甲", written]))
    assert problems(world, job) == [(2, "出生日期", "bad_date")]


@pytest.mark.requirement("PAT-01")
@pytest.mark.parametrize("typed", ["张　三", "张 三", "张三\u200b", "\u202e张三\u202c", " 张三 "])
def test_padding_and_invisible_characters_never_reach_a_name(world: World, typed: str) -> None:
    made = file_patient(world, name=typed, phone="\u202d138 0013 7000\u202c")
    assert (made.status_code, made.json()["name"]) == (201, "张三")
    patient = Patient.objects.get(pk=made.json()["id"])
    assert (patient.name, patient.phone) == ("张三", "13800137000")
    assert "张三" in found(world, "张 三")
    assert applied(world, text(["姓名", "手机号"], [typed, "13800137001"]))["imported"] == 1
    assert Patient.objects.filter(name="张三").count() == 2
    contact = {"name": typed, "relation": "spouse", "phone": "138 0013 7002"}
    body = {"contacts": [contact], "version": patient.version}
    changed = world.client("admin1").patch(f"{PATIENTS}/{patient.pk}", body, format="json")
    assert changed.json()["contacts"][0]["name"] == "张三"


@pytest.mark.requirement("PAT-01")
@pytest.mark.parametrize("typed", ["李😀", "张*", "<b>", "+张三"])
def test_what_no_name_can_have_is_refused_with_what_is_expected(world: World, typed: str) -> None:
    answer = file_patient(world, name=typed)
    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        [
            {
                "field": "name",
                "code": "name_format",
                "message": "姓名只能包含文字、数字、间隔号、连字符、括号和空格,不能以符号开头",
            }
        ],
    )
    job = checked(world, text(["姓名"], [typed]))
    assert problems(world, job)[0][1] == "姓名"


@pytest.mark.requirement("CARD-02")
@pytest.mark.parametrize("on_file", ["张　三", "張三", "张三"])
@pytest.mark.parametrize("typed", ["张 三", "張三", "张三\u200b"])
def test_a_name_binds_however_either_side_wrote_it(world: World, on_file: str, typed: str) -> None:
    Patient.objects.filter(pk=world.patients["patient_b"].pk).update(name=on_file)
    body = claim(world, "patient_b", name=typed, phone="\u202d13800138002\u202c")
    assert post(world, "patient_none", body).status_code == 201


@pytest.mark.requirement("CARD-02", "PAT-01")
@pytest.mark.parametrize(("on_file", "typed"), [("·", "•"), ("•", "·"), ("‧", "・"), ("·", ".")])
def test_the_dot_in_a_name_is_one_dot(world: World, on_file: str, typed: str) -> None:
    Patient.objects.filter(pk=world.patients["patient_b"].pk).update(name=f"古丽米热{on_file}艾比布力")
    for _ in refresh():
        pass
    body = claim(world, "patient_b", name=f"古丽米热{typed}艾比布力")
    assert post(world, "patient_none", body).status_code == 201
    for search in ("glmrabbl", "gulimireaibibuli", f"古丽米热{typed}艾"):
        assert len(found(world, search)) == 1, search


@pytest.mark.requirement("PAT-01", "PAT-04")
def test_surnames_are_found_by_each_of_their_readings_in_old_archives_too(world: World) -> None:
    names = ["曾小红", "单雄信", "解小东", "翟小临", "仇小英"]
    applied(world, text(["姓名"], *[[name] for name in names]))
    readings = {
        "曾小红": ("zeng", "zxh", "ceng", "cxh"), "单雄信": ("shan", "sxx", "dan", "dxx", "shanxiong"),
        "解小东": ("xie", "xxd", "jie"), "翟小临": ("zhai", "zxl", "di"), "仇小英": ("qiu", "qxy", "chou"),
    }  # fmt: skip

    def all_found() -> None:
        for name, searches in readings.items():
            for search in searches:
                assert name in found(world, search), (name, search)

    all_found()
    Patient.objects.filter(name__in=names).update(pinyin="x x", pinyin_other="", name_key="x")
    assert sum(count for _, count in refresh()) >= len(names)
    assert sum(count for _, count in refresh()) == 0
    all_found()


@pytest.mark.requirement("PAT-01")
def test_traditional_characters_find_simplified_ones_and_the_other_way_round(world: World) -> None:
    file_patient(world, name="張三豐")
    file_patient(world, name="刘小东")
    assert found(world, "张三丰")[0] == "張三豐"
    assert found(world, "劉小東") == ["刘小东"]


@pytest.mark.requirement("PAT-01")
def test_residence_permits_are_taken_alike_wherever_their_holder_comes_from(world: World) -> None:
    answers = {
        file_patient(
            world, name="甲", id_kind="resident_id", national_id=numbered(f"{region}0000199001010{order}")
        ).status_code
        for order, region in enumerate(("81", "82", "83"), start=10)
    }
    assert answers == {201}


@pytest.mark.requirement("CARD-02", "PAT-02")
@pytest.mark.parametrize(
    ("kind", "short", "long"),
    [("hk_macao_permit", "H87654321", "H8765432102"), ("taiwan_permit", "12345678", "12345678(B)")],
)
def test_the_short_and_the_long_form_are_one_permit(world: World, kind: str, short: str, long: str) -> None:
    world.add_patient("permit", name="陈大文", id_kind=kind, national_id=short, phone="13700000031")
    body = claim(world, "permit", national_id=long, id_kind=kind)
    assert post(world, "patient_none", body).status_code == 201
    words = {"hk_macao_permit": "港澳居民来往内地通行证", "taiwan_permit": "台湾居民来往大陆通行证"}
    rows = [["姓名", "证件类型", "证件号码"], ["陈大文", words[kind], short], ["陈大文", words[kind], long]]
    job = checked(world, text(*rows))
    assert problems(world, job) == [
        (2, "证件号码", "duplicate_on_file"),
        (3, "证件号码", "duplicate_on_file"),
    ]
    assert document_key(kind, short) == document_key(kind, long)


@pytest.mark.requirement("PAT-04")
def test_empty_columns_at_the_right_are_no_columns(world: World) -> None:
    job = checked(world, "姓名,手机号,,\n甲,13700000021,,\n".encode())
    assert (job["state"], job["row_count"], job["good_count"]) == ("checked", 1, 1)


@pytest.mark.requirement("PAT-04")
def test_titles_are_known_as_people_write_them_below_a_letterhead(world: World) -> None:
    job = applied(
        world,
        book(
            ["某某医院患者登记表"],
            [],
            ["姓  名", "手机\n号", "身份证号（必填）"],
            ["甲", "13700000021", numbered("11010119800101101")],
        ),
    )
    assert job["imported"] == 1
    assert Patient.objects.get(name="甲").national_id == numbered("11010119800101101")


@pytest.mark.requirement("PAT-04")
def test_all_unknown_titles_are_named_in_one_answer(world: World) -> None:
    titles = ["星座", "血型", "身高", "体重", "鞋码"]
    job = checked(world, text(["姓名", *titles], ["甲"]))
    assert job["state"] == "rejected"
    assert [finding["column"] for finding in job["findings"]] == titles
    assert all(title in job["failure"] for title in titles)


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize("guarded", ["'{}", "’{}", '="{}"', "\t{}", "{}.0", " {} "])
def test_a_guarded_number_is_the_number(world: World, guarded: str) -> None:
    number = numbered("11010119800101101")
    job = applied(
        world,
        text(["姓名", "证件号码", "就诊卡号"], ["甲", guarded.format(number), guarded.format("88010001")]),
    )
    assert job["imported"] == 1
    patient = Patient.objects.get(name="甲")
    assert (patient.national_id, PatientCard.objects.get(patient=patient).card_number) == (number, "88010001")


@pytest.mark.requirement("PAT-04")
def test_an_export_keeps_every_digit_by_default(world: World) -> None:
    content = download(world.client("admin1"), f"{PATIENTS}/export?unmasked=true")
    rows = [line.cells for line in rows_of(io.BytesIO(content), "xlsx", most_rows=100)]
    assert world.patients["patient_a"].national_id in [cell for row in rows for cell in row]
    template = download(world.client("admin1"), f"{URL}/template")
    assert template.startswith(b"PK")


@pytest.mark.requirement("PAT-04")
def test_a_row_of_error_cells_is_a_bad_row_with_its_number(world: World) -> None:
    job = checked(
        world,
        book(
            ["姓名", "手机号"], ["甲", "13700000021"], ["#N/A", "#N/A"], ["乙", "13700000022"], ["#N/A", None]
        ),
    )
    assert (job["row_count"], job["bad_count"]) == (4, 2)
    assert {(row, code) for row, _, code in problems(world, job)} == {(3, "error_cell"), (5, "error_cell")}


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize("column", ["医保号", "证件号码", "就诊卡号", "手机号", "病历号"])
@pytest.mark.parametrize("written", ["1.23457E+17", "1.2e+17", "138****8000"])
def test_rounded_and_masked_numbers_are_bad_rows(world: World, column: str, written: str) -> None:
    job = checked(world, text(["姓名", column], ["甲", written]))
    assert problems(world, job) == [(2, column, "masked" if "*" in written else "number_lost")]


@pytest.mark.requirement("PAT-04")
def test_merged_cells_belong_to_every_row_they_stand_over(world: World) -> None:
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target)
    sheet = made.add_worksheet()
    sheet.write_row(0, 0, ["姓名", "地址"])
    for row, name in enumerate("甲乙丙", start=1):
        sheet.write(row, 0, name)
    sheet.merge_range(1, 1, 3, 1, "北京市东城区")
    made.close()
    assert applied(world, target.getvalue())["imported"] == 3
    assert {patient.address for patient in Patient.objects.filter(name__in="甲乙丙")} == {"北京市东城区"}


@pytest.mark.requirement("PAT-04")
def test_a_broken_quote_fails_with_its_line(world: World) -> None:
    job = checked(world, '姓名,地址\n甲,"住"北京"路"\n'.encode())
    assert (job["state"], job["failure"]) == ("rejected", "broken_quotes: 2")
    assert job["findings"] == [
        {
            "code": "broken_quotes",
            "reason": "第 2 行的引号不完整",
            "row": None,
            "line": 2,
            "cell": None,
            "column": None,
        }
    ]


@pytest.mark.requirement("PAT-04")
def test_the_result_is_the_same_sheet_with_reasons_for_who_uploaded_it(world: World) -> None:
    job = checked(
        world, text(["登记表"], ["姓名", "手机号"], ["甲", "13700000021"], ["乙", "1"], ["甲", "13700000021"])
    )
    url = f"{URL}/{job['id']}/result"
    content = result(world, job)
    rows = [line.cells for line in rows_of(io.BytesIO(content), "xlsx", most_rows=100)]
    assert rows == [
        ["原行号", "检查结果", "原因", "姓名", "手机号"], ["3", "可导入", "", "甲", "13700000021"],
        ["4", "错误", "手机号:应为 11 位大陆手机号,如 13800138000", "乙", "1"],
        ["5", "重复(跳过)", "手机号:与文件中第 3 行重复", "甲", "13700000021"],
    ]  # fmt: skip
    again = checked(world, content)
    assert (again["state"], again["row_count"], again["file_name"]) == ("checked", 3, "passwd.xlsx")
    assert world.client("boss").get(url).status_code == 404, "somebody else's secrets"
    for done in (job, again):
        world.client("admin1").post(f"{URL}/{done['id']}/cancel")
    assert world.client("admin1").get(url).status_code == 404
    assert not ImportRow.objects.exists()


@pytest.mark.requirement("PAT-01", "CARD-02")
@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("11010119800101101", "resident_id_format"), (numbered("11010119800101101")[:-1] + "0", "resident_id_checksum"),
        (numbered("11010119801301101"), "resident_id_birth_date"),
        (numbered("99010119800101101"), "resident_id_region"),
    ],
)  # fmt: skip
def test_a_wrong_number_says_what_is_expected(world: World, number: str, code: str) -> None:
    for answer in (
        file_patient(world, name="甲", id_kind="resident_id", national_id=number),
        post(world, "patient_none", claim(world, "patient_b", national_id=number)),
    ):
        (error,) = answer.json()["errors"]
        assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
        assert (error["field"], error["code"]) == ("national_id", code)
    answer = file_patient(world, name="甲", phone="12345")
    assert answer.json()["errors"][0]["code"] == "phone_format"


@pytest.mark.requirement("PAT-01")
@pytest.mark.parametrize("name", ["王1", "李梅之子2", "王丽1床之婴(男)", "བསྟན་འཛིན", "张〇"])
def test_names_of_newborns_and_in_other_scripts_are_filed_and_found(world: World, name: str) -> None:
    assert file_patient(world, name=name).status_code == 201
    assert found(world, name) == [name]


@pytest.mark.requirement("PAT-04")
def test_numbers_of_lines_repeated_titles_and_errors_in_text_are_no_patients(world: World) -> None:
    rows = [
        ["序号", "姓名", "地址"],
        ["1", "甲", "路"],
        ["序号", "姓名", "地址"],
        ["2", "乙", "#DIV/0!"],
        ["3", "丙", ""],
    ]
    job = checked(world, text(*rows))
    assert problems(world, job) == [(3, "姓名", "title_row"), (4, "地址", "error_cell")]
    assert job["good_count"] == 2


@pytest.mark.requirement("PAT-04")
def test_a_formula_that_was_never_calculated_is_a_bad_cell(world: World) -> None:
    made = openpyxl.Workbook()
    for row in (["姓名", "地址"], ["甲", '=A2&"路"'], ["乙", "路"]):
        made.active.append(row)
    target = io.BytesIO()
    made.save(target)
    assert problems(world, checked(world, target.getvalue())) == [(2, "地址", "error_cell")]


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize("written", ["1990 年 01 月 01 日", "1990年01月01号"])
def test_dates_with_blanks_around_their_words_are_read(world: World, written: str) -> None:
    assert applied(world, text(["姓名", "出生日期"], ["甲", written]))["imported"] == 1


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize(
    "written", ["1990 03 07", "1990-03-07 星期三", "1990年3月7日(周三)", "1990/3/7 礼拜三"]
)
@pytest.mark.requirement("PAT-04")
def test_dates_with_a_weekday_or_only_blanks_are_read(world: World, written: str) -> None:
    applied(world, text(["姓名", "出生日期"], ["日历", written]))
    assert str(Patient.objects.get(name="日历").birth_date) == "1990-03-07"


@pytest.mark.requirement("PAT-04")
def test_a_date_that_is_a_number_is_told_so(world: World) -> None:
    [(_, column, code)] = problems(world, checked(world, book(["姓名", "出生日期"], ["数字", 32939])))
    assert (column, code) == ("出生日期", "serial_date")


@pytest.mark.requirement("PAT-04")
def test_titles_without_rows_are_no_list(world: World) -> None:
    job = checked(world, text(["姓名", "手机号"]))
    assert (job["state"], job["failure"]) == ("rejected", "empty")
