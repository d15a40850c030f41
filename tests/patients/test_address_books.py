"""Patients out of address books: Outlook's contacts as CSV, and contact cards (PAT-04)."""

import csv
import io
from typing import Any

import pytest

from apps.identity.services.dictionaries import sync_dictionaries
from apps.imports.services import jobs
from apps.patients.models import ImportRow, Patient, PatientTag
from tests.patients.test_data_entry import applied, checked, problems
from tests.patients.test_imports import URL, result, upload
from tests.support.world import World

pytestmark = pytest.mark.requirement("PAT-04")


def titles(text: str) -> list[str]:
    """A line of titles, as an export begins."""
    return text.split(",")


ENGLISH = titles(
    "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,"
    "Business Street 2,Business Street 3,Business City,Business State,Business Postal Code,"
    "Business Country/Region,Home Street,Home Street 2,Home Street 3,Home City,Home State,Home Postal Code,"
    "Home Country/Region,Other Street,Other Street 2,Other Street 3,Other City,Other State,Other Postal Code,"
    "Other Country/Region,Assistant's Phone,Business Fax,Business Phone,Business Phone 2,Callback,Car Phone,"
    "Company Main Phone,Home Fax,Home Phone,Home Phone 2,ISDN,Mobile Phone,Other Fax,Other Phone,Pager,"
    "Primary Phone,Radio Phone,TTY/TDD Phone,Telex,Account,Anniversary,Assistant's Name,Billing Information,"
    "Birthday,Business Address PO Box,Categories,Children,Directory Server,E-mail Address,E-mail Type,"
    "E-mail Display Name,E-mail 2 Address,E-mail 2 Type,E-mail 2 Display Name,E-mail 3 Address,E-mail 3 Type,"
    "E-mail 3 Display Name,Gender,Government ID Number,Hobby,Home Address PO Box,Initials,Internet Free Busy,"
    "Keywords,Language,Location,Manager's Name,Mileage,Notes,Office Location,Organizational ID Number,"
    "Other Address PO Box,Priority,Private,Profession,Referred By,Sensitivity,Spouse,User 1,User 2,User 3,User 4,"
    "Web Page"
)
CHINESE = titles(
    "英文称谓,名,中间名,姓,中文称谓,单位,部门,职务,商务地址 街道,商务地址 街道 2,商务地址 街道 3,商务地址 市/县,"
    "商务地址 省/市/自治区,商务地址 邮政编码,商务地址 国家/地区,住宅地址 街道,住宅地址 街道 2,住宅地址 街道 3,"
    "住宅地址 市/县,住宅地址 省/市/自治区,住宅地址 邮政编码,住宅地址 国家/地区,其他地址 街道,其他地址 街道 2,"
    "其他地址 街道 3,其他地址 市/县,其他地址 省/市/自治区,其他地址 邮政编码,其他地址 国家/地区,助理的电话,"
    "商务传真,商务电话,商务电话 2,回电话,车载电话,单位主要电话,住宅传真,住宅电话,住宅电话 2,ISDN,移动电话,"
    "其他传真,其他电话,寻呼机,主要电话,无绳电话,TTY/TDD 电话,电报,Internet 忙闲,办公地点,地点,电子邮件地址,"
    "电子邮件类型,电子邮件显示名称,电子邮件 2 地址,电子邮件 2 类型,电子邮件 2 显示名,电子邮件 3 地址,"
    "电子邮件 3 类型,电子邮件 3 显示名,附注,工作证号码,关键词,记帐信息,纪念日,经理姓名,类别,里程,敏感度,"
    "目录服务器,配偶,其他地址 - 邮箱,商务地址 - 邮箱,身份证编号,生日,私有,缩写,网页,性别,业余爱好,引用者,用户 1,"
    "用户 2,用户 3,用户 4,优先级,语言,帐户,职业,住宅地址 - 邮箱,助理的姓名,子女"
)
FURNITURE = {"Priority": "Normal", "Private": "False", "Sensitivity": "Normal", "E-mail Type": "SMTP"}


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def contacts(titles: list[str], *rows: dict[str, str], encoding: str = "utf-8-sig") -> bytes:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, titles, restval="")
    writer.writeheader()
    writer.writerows(FURNITURE | row if titles is ENGLISH else row for row in rows)
    return buffer.getvalue().encode(encoding)


def only_patient(**values: Any) -> Patient:
    return Patient.objects.get(**values)


def test_contacts_of_outlook_are_patients_and_what_has_no_place_is_named(world: World) -> None:
    sync_dictionaries()
    PatientTag.objects.create(hospital=world.h1, name="VIP")
    row = {
        "First Name": "三", "Last Name": "章", "Mobile Phone": "+86 (138) 0013-8111", "Birthday": "1985/3/7",
        "Home Street": "长安街1号", "Home City": "东城区", "Home State": "北京市", "Home Country/Region": "中国",
        "Gender": "Male", "Categories": "VIP;Holiday", "Company": "某公司", "E-mail Address": "a@b.cn",
        "Notes": "对青霉素过敏", "Referred By": "李四",
    }  # fmt: skip
    job = checked(world, contacts(ENGLISH, row))
    assert (job["form"], job["form_name"], job["good_count"], job["bad_count"]) == (
        "outlook",
        "Outlook 联系人",
        1,
        0,
    )
    assert job["left_out"] == ["Company", "E-mail Address", "Notes"]
    assert problems(world, job) == [(2, "标签", "unknown_tag")]
    shown = world.client("admin1").get(f"{URL}/{job['id']}/problems").json()[0]
    assert (shown["outcome"], shown["reason"]) == ("good", "没有标签“Holiday”,未导入")
    world.client("admin1").post(f"{URL}/{job['id']}/apply", {}, format="json")
    assert jobs.apply(job["id"]).imported_count == 1
    patient = only_patient(name="章三")
    assert (patient.phone, str(patient.birth_date), patient.gender, patient.referrer, patient.tags) == (
        "13800138111", "1985-03-07", "male", "李四", ["VIP"],
    )  # fmt: skip
    assert patient.address == "北京市东城区长安街1号"
    left = ImportRow.objects.get(job_id=job["id"])
    assert (bytes(left.phone), left.phone_index, bytes(left.address)) == (b"", None, b""), (
        "only the remark is kept"
    )


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_contacts_of_a_chinese_outlook_are_read_too(world: World, encoding: str) -> None:
    row = {
        "姓": "欧阳", "名": "小敏", "移动电话": "13800138112", "生日": "1990年3月8日",
        "住宅地址 街道": "北京市东城区东长安街1号",
        "住宅地址 省/市/自治区": "北京市", "性别": "女", "身份证编号": "", "职务": "经理", "优先级": "普通",
    }  # fmt: skip
    job = applied(
        world, contacts(CHINESE, row, {"姓": "王五", "商务电话": "010-65120001"}, encoding=encoding)
    )
    assert (job["form"], job["imported"], job["left_out"]) == ("outlook", 2, ["职务"])
    patient = only_patient(name="欧阳小敏")
    assert (patient.phone, str(patient.birth_date), patient.gender) == ("13800138112", "1990-03-08", "female")
    assert patient.address == "北京市东城区东长安街1号"
    assert problems(world, job) == [(3, "手机号", "no_mobile")]
    assert only_patient(name="王五").phone == ""


@pytest.mark.parametrize(
    ("written", "meant", "remark"),
    [
        ("1985-03-07", "1985-03-07", None), ("1985/3/7 0:00:00", "1985-03-07", None), ("0/0/00", None, None),
        ("3/17/1985", "1985-03-17", None), ("17/3/1985", "1985-03-17", None), ("3/3/1985", "1985-03-03", None),
        ("7.3.1985", "1985-03-07", None), ("3/7/1985", None, "ambiguous_date"), ("--0307", None, "no_year"),
        ("1/1/4501", None, None), ("1604-03-07", None, "no_year"), ("someday", None, "bad_date"),
    ],
)  # fmt: skip
def test_a_birthday_is_taken_only_where_its_day_is_certain(
    world: World, written: str, meant: str | None, remark: str | None
) -> None:
    job = applied(world, contacts(ENGLISH, {"Last Name": "生日", "Birthday": written}))
    assert (job["imported"], [code for _, _, code in problems(world, job)]) == (1, [remark] if remark else [])
    born = only_patient(name="生日").birth_date
    assert (born.isoformat() if born else None) == meant


def test_names_of_contacts_are_put_together_as_their_script_has_it(world: World) -> None:
    rows = [
        {"First Name": "John", "Middle Name": "Q", "Last Name": "Smith"}, {"Last Name": "张三丰丰"},
        {"First Name": "古丽·买买提"}, {"Company": "某公司"},
    ]  # fmt: skip
    job = applied(world, contacts(ENGLISH, *rows))
    assert job["imported"] == 3
    assert problems(world, job) == [(5, "姓名", "required")], "a company is no patient"
    for name in ("John Q Smith", "张三丰丰", "古丽·买买提"):
        only_patient(name=name)


OLD_PHONE = (
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=AB=A0;=E4=B8=89;;;\r\n"
    "TEL;CELL;PREF:138-0013-8121\r\nADR;HOME;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;;=E9=95=BF=E5=AE=89=E8=A1=97=31=\r\n"
    "=E5=8F=B7;=E4=B8=9C=E5=9F=8E=E5=8C=BA;=E5=8C=97=E4=BA=AC=E5=B8=82;100000;\r\n"
    "TEL;X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=E5):13800138129\r\nEND:VCARD\r\n"
)
APPLE = (
    "BEGIN:VCARD\nVERSION:3.0\nN:李;四;;;\nFN:李四\nitem1.TEL;type=pref:+86 138 0013 8122\n"
    "BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-07\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ\n SkZJRgABAQ\nEND:VCARD\n"
)
NEW = (
    'BEGIN:VCARD\nVERSION:4.0\nFN:王五\nTEL;VALUE=uri;TYPE="voice,work":tel:+8601065120001\n'
    'TEL;VALUE=uri;TYPE="voice,cell":tel:+8613800138123\nBDAY:19850307\nGENDER:F;Frau\nCATEGORIES:VIP,朋友\n'
    "this is no property\nNOTE:一\\n二\\, 三\nEND:VCARD\n"
)
CUT = "BEGIN:VCARD\nVERSION:3.0\nN:赵;六;;;\nBEGIN:VCARD\nVERSION:3.0\nN:孙;七;;;\nEND:VCARD\nBEGIN:VCARD\nEND:VCARD\n"


def test_a_birthday_of_the_lunar_calendar_is_left_out_with_a_remark(world: World) -> None:
    card = "BEGIN:VCARD\nVERSION:4.0\nFN:农历\nTEL:13800138124\nBDAY;CALSCALE=chinese:1990-03-07\nEND:VCARD\n"
    job = applied(world, card.encode())
    ((row, column, _),) = problems(world, job)
    assert (row, column, job["imported"]) == (2, "出生日期", 1)
    assert only_patient(name="农历").birth_date is None


def test_cards_of_any_phone_are_patients_and_a_broken_line_costs_no_card(world: World) -> None:
    PatientTag.objects.create(hospital=world.h1, name="VIP")
    job = applied(world, (OLD_PHONE + APPLE + NEW + CUT).encode())
    assert (job["file_type"], job["form"], job["imported"]) == ("vcard", "vcard", 5)
    assert problems(world, job) == [
        (2, "手机号", "other_numbers"), (3, "出生日期", "no_year"), (4, "手机号", "other_numbers"),
        (4, "标签", "unknown_tag"),
    ]  # fmt: skip
    assert only_patient(name="章三").address == "北京市东城区长安街1号"
    assert {p.name: p.phone for p in Patient.objects.filter(name__in=["章三", "李四", "王五", "赵六", "孙七"])} == {
        "章三": "13800138121", "李四": "13800138122", "王五": "13800138123", "赵六": "", "孙七": "",
    }  # fmt: skip
    woman = only_patient(name="王五")
    assert (str(woman.birth_date), woman.gender, woman.tags) == ("1985-03-07", "female", ["VIP"])
    assert job["left_out"] == ["备注"]
    english = world.client("admin1").get(f"{URL}/{job['id']}", headers={"Accept-Language": "en"}).json()
    assert english["left_out"] == ["Notes"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_cards_are_read_in_the_code_page_they_were_written_in(world: World, encoding: str) -> None:
    content = "BEGIN:VCARD\nVERSION:3.0\nN:钱;八八;;;\nTEL;TYPE=CELL:13800138124\nEND:VCARD\n".encode(
        encoding
    )
    assert applied(world, content)["imported"] == 1
    assert only_patient(name="钱八八").phone == "13800138124"


def test_the_result_of_cards_is_a_sheet_that_goes_in_again(world: World) -> None:
    job = checked(world, (APPLE + CUT).encode())
    sheet = result(world, job)
    again = checked(world, sheet)
    assert (again["form"], again["file_type"], again["good_count"]) == ("vcard", "xlsx", 3)


def test_a_file_of_cards_without_anybody_is_empty(world: World) -> None:
    job = checked(world, b"BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n")
    assert (job["state"], job["failure"]) == ("rejected", "empty")


def test_tags_of_a_file_are_put_on_by_who_may_and_only_known_ones(world: World) -> None:
    PatientTag.objects.create(hospital=world.h1, name="VIP")
    PatientTag.objects.create(hospital=world.h2, name="别院")
    content = "姓名,标签\n甲甲,VIP；VIP\n乙乙,VIP;别院\n".encode()
    job = applied(world, content)
    assert problems(world, job) == [(3, "标签", "unknown_tag")]
    assert only_patient(name="甲甲").tags == ["VIP"]
    assert not Patient.objects.filter(name="乙乙").exists()
    made = upload(world, "姓名,标签\n丙丙,VIP\n".encode())
    jobs.ImportJob.objects.filter(pk=made.json()["id"]).update(options={"may_tag": False})
    jobs.check(made.json()["id"])
    assert problems(world, made.json()) == [(2, "标签", "no_right_to_tag")]


def test_the_same_file_is_one_import_of_a_person_and_policy_and_another_ones_is_another(world: World) -> None:
    content = "姓名\n甲甲\n".encode()
    mine, again = upload(world, content), upload(world, content)
    strict, other = upload(world, content, duplicates="error"), upload(world, content, who="boss")
    assert (mine.status_code, again.status_code, strict.status_code, other.status_code) == (
        201,
        200,
        201,
        201,
    )
    assert len({job.json()["id"] for job in (mine, again, strict, other)}) == 3


@pytest.mark.parametrize(
    ("card", "name"),
    [
        ("N:三;张\nFN:张三", "张三"), ("N:Zhang;San\nFN:张三丰", "张三丰"), ("N:李;雷\nFN:李 雷", "李雷"),
        ("N:Smith;John\nFN:Smith John", "John Smith"),
    ],
)  # fmt: skip
def test_a_card_whose_parts_and_whole_disagree_is_named_as_people_read_it(
    world: World, card: str, name: str
) -> None:
    Patient.objects.filter(hospital=world.h1).update(name_key="")
    assert applied(world, f"BEGIN:VCARD\nVERSION:3.0\n{card}\nEND:VCARD\n".encode())["imported"] == 1
    only_patient(name=name, phone_index=None)


def test_what_has_no_place_on_a_card_is_named_and_further_numbers_are_told(world: World) -> None:
    card = (
        "BEGIN:VCARD\nVERSION:3.0\nFN:吴九\nTEL;TYPE=HOME:010-65120001\nTEL;TYPE=HOME:010-65120002\n"
        "TEL;TYPE=WORK:010-65120003\nTEL;TYPE=CELL:13800138131\nTEL;TYPE=CELL:13800138132\nNICKNAME:小九\n"
        "X-ANDROID-CUSTOM:vnd.android.cursor.item/contact_event;1990-03-07;3;;;\nEND:VCARD\n"
    )
    job = applied(world, card.encode())
    assert (job["left_out"], problems(world, job)) == (["其他属性"], [(2, "手机号", "other_numbers")])
    patient = only_patient(name="吴九")
    assert (patient.phone, str(patient.birth_date)) == ("13800138131", "1990-03-07")


def test_several_numbers_in_a_cell_and_the_columns_of_other_programs_are_read(world: World) -> None:
    content = (
        "Name,First Name,Last Name,Phone 1 - Value,Phone 4 - Value,Home Address\n"
        "郑十一,,,13800138133 ::: 13900139133,,北京市东城区1号\n,十二,冯,,13800138134,\n"
    )
    job = applied(world, content.encode())
    assert (job["form"], job["imported"], problems(world, job)) == (
        "outlook",
        2,
        [(2, "手机号", "other_numbers")],
    )
    assert only_patient(name="郑十一").address == "北京市东城区1号"
    assert (only_patient(name="郑十一").phone, only_patient(name="冯十二").phone) == (
        "13800138133",
        "13800138134",
    )


@pytest.mark.parametrize(
    ("parts", "address"),
    [
        (("广东省", "深圳市", "广东省深圳市南山区1号"), "广东省深圳市南山区1号"),
        (("广东省", "深圳市", "南山区1号"), "广东省深圳市南山区1号"),
        (("九龍", "", "香港九龍彌敦道100號"), "香港九龍彌敦道100號"),
    ],
)
def test_an_address_that_names_its_city_already_is_not_put_together_twice(
    world: World, parts: tuple[str, str, str], address: str
) -> None:
    row = dict(zip(("Home State", "Home City", "Home Street"), parts, strict=True))
    applied(world, contacts(ENGLISH, {"Last Name": "地址"} | row))
    assert only_patient(name="地址").address == address


def test_a_character_that_was_cut_costs_its_cell_and_no_other_name(world: World) -> None:
    whole = "姓名,介绍人\n欧阳建国,某人\n司马相如,某人\n".encode()
    at = whole.rindex("人".encode())
    job = checked(world, whole[: at + 2] + whole[at + 3 :])
    assert (job["good_count"], problems(world, job)) == (1, [(3, "介绍人", "broken_text")])
    cut = b"BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0=E4;;;;\nEND:VCARD\n"
    assert problems(world, checked(world, cut)) == [(2, "姓名", "broken_text")]
    outlook = contacts(ENGLISH, {"Last Name": "欧阳", "First Name": "建国", "Notes": "对青霉素过敏的人"})
    at = outlook.index("人".encode())
    assert applied(world, outlook[: at + 2] + outlook[at + 3 :])["imported"] == 1
    only_patient(name="欧阳建国")


@pytest.mark.parametrize("charset", ["undefined", "unicode_escape", "punycode", "utf-7", "no-such-thing"])
def test_a_charset_that_nobody_writes_costs_no_card(world: World, charset: str) -> None:
    card = f"BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET={charset}:周\\ud800五\nEND:VCARD\n" + APPLE
    job = checked(world, card.encode())
    assert (job["state"], job["row_count"]) == ("checked", 2)


def test_a_name_that_grows_when_it_is_folded_is_a_bad_row_and_no_lost_file(world: World) -> None:
    job = checked(world, f"姓名\n{chr(0x337F) * 25}李\n甲甲\n".encode())
    assert (job["state"], problems(world, job)) == ("checked", [(2, "姓名", "too_long")])


def test_the_sheet_of_results_waits_for_the_check(world: World) -> None:
    made = upload(world, "姓名\n甲甲\n".encode()).json()
    answer = world.client("admin1").get(f"{URL}/{made['id']}/result")
    assert (answer.status_code, answer.json()["code"]) == (409, "state_conflict")
