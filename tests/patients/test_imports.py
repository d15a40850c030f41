"""Import and export of patients: checked first, applied as a whole, every bad row named (PAT-04)."""

import csv
import io
import threading
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, connections

from apps.audit.models import AuditEvent
from apps.identity.services.dictionaries import sync_dictionaries
from apps.imports.services import jobs, results
from apps.imports.services.staging import copied
from apps.patients.models import ImportRow, Patient, PatientCard, PatientImport
from apps.patients.services import import_staging
from apps.patients.services.import_kind import _Patients
from kernel.outbox.models import OutboxEvent
from kernel.sheets import SheetProblem, neutral, plain, rows_of
from kernel.sheets.excel import excel_lines
from tests.support.waiting import wait_until, waits_for_a_lock
from tests.support.world import World

URL = "/api/admin/v1/patient-imports"
PATIENTS = "/api/admin/v1/patients"
HEADER = ["姓名", "性别", "出生日期", "证件号码", "手机号", "职业", "就诊卡号", "地址"]
GOOD = [
    "王小明",
    "男",
    "1995/11/11",
    "310101199511111155",
    "+86 139-0000-0001",
    "职员",
    "55500001",
    "'=北京路1号",
]
PLAIN = ["李小红", "", "1990年3月7日", "", "13900000002", "", "", ""]


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def text(*rows: list[str], encoding: str = "utf-8-sig") -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([HEADER, *rows])
    return buffer.getvalue().encode(encoding)


def excel(*rows: Iterable[Any]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    for number, row in enumerate([HEADER, *rows]):
        sheet.write_row(number, 0, row)
    book.close()
    return buffer.getvalue()


def upload(world: World, content: bytes, who: str = "admin1", **more: Any) -> Any:
    file = SimpleUploadedFile("../../etc/passwd.xlsx", content)
    return world.client(who).post(
        URL, {"hospital_id": str(world.h1.pk), "file": file, **more}, format="multipart"
    )


def checked(world: World, content: bytes, **more: Any) -> dict[str, Any]:
    sync_dictionaries()
    made = upload(world, content, **more)
    assert made.status_code == 201, made.json()
    jobs.check(made.json()["id"])
    found: dict[str, Any] = world.client("admin1").get(f"{URL}/{made.json()['id']}").json()
    return found


def download(client: Any, url: str) -> bytes:
    answer = client.get(url)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def result(world: World, job: dict[str, Any], file_format: str = "xlsx") -> bytes:
    """The sheet of results, once the worker has written it."""
    results.write(job["id"])
    return download(world.client("admin1"), f"{URL}/{job['id']}/result?file_format={file_format}")


def stored(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize(
    "content", [text, lambda *r: text(*r, encoding="gb18030"), excel], ids=["utf8", "gbk", "xlsx"]
)
def test_a_file_is_checked_first_and_its_rows_are_patients_once_it_is_applied(
    world: World, content: Any
) -> None:
    before = Patient.objects.count()
    job = checked(world, content(GOOD, ["", ""], PLAIN))
    assert (job["state"], job["row_count"], job["good_count"], job["bad_count"]) == ("checked", 2, 2, 0)
    assert Patient.objects.count() == before, "a dry run"
    url, client = f"{URL}/{job['id']}", world.client("admin1")
    assert client.post(f"{url}/apply", {}, format="json").json()["state"] == "applying"
    assert client.post(f"{url}/apply", {}, format="json").json()["state"] == "applying"
    assert OutboxEvent.objects.filter(topic="imports.wanted").count() == 1
    jobs.apply(job["id"])
    jobs.apply(job["id"])
    done = client.post(f"{url}/apply", {}, format="json").json()
    assert (done["state"], done["imported_count"]) == ("applied", 2)
    assert Patient.objects.count() == before + 2
    found = client.get(f"{PATIENTS}?search=13900000001").json()["results"]
    patient = Patient.objects.get(pk=found[0]["id"])
    assert (patient.name, patient.pinyin, patient.gender, str(patient.birth_date)) == (
        "王小明", "wxm wangxiaoming", "male", "1995-11-11",
    )  # fmt: skip
    assert (patient.national_id, patient.phone, patient.address) == (
        "310101199511111155",
        "13900000001",
        "=北京路1号",
    )
    assert PatientCard.objects.get(patient=patient).card_number == "55500001"
    assert patient.mrn.startswith("MR")
    assert patient.registered_at is not None
    line = AuditEvent.objects.get(object_type="patients.patient", object_id=str(patient.pk))
    assert "310101199511111155" not in str(line.after)
    change = client.patch(f"{PATIENTS}/{patient.pk}", {"occupation": "clerk", "version": 1}, format="json")
    assert change.status_code == 200
    assert not ImportRow.objects.exists()


@pytest.mark.requirement("PAT-04")
def test_every_bad_row_is_named_with_column_and_reason_and_nothing_is_imported(world: World) -> None:
    before = Patient.objects.count()
    rows = [
        GOOD,
        ["", "男人", "1995-02-30", "310101199511111156", "12345", "宇航员", "1", "x" * 300],
        ["赵七", "女", "", "310101199511111155", "", "", "", ""],
        ["钱八", "", "", "", "13900000001", "", "55500001", ""],
        ["张三丰", "", "", "110101199003070134", "", "", "", ""],
        PLAIN,
    ]
    job = checked(world, text(*rows))
    counts = (job["row_count"], job["good_count"], job["bad_count"], job["duplicate_count"])
    assert counts == (6, 2, 3, 1)
    client, url = world.client("admin1"), f"{URL}/{job['id']}"
    found = [(p["row"], p["column"], p["code"]) for p in client.get(f"{url}/problems").json()]
    assert found == [
        (3, "地址", "too_long"), (3, "姓名", "required"), (3, "职业", "unknown_choice"), (3, "性别", "unknown_choice"),
        (3, "出生日期", "no_such_day"), (3, "证件号码", "bad_document"), (3, "手机号", "bad_phone"),
        (3, "就诊卡号", "bad_card"), (4, "性别", "disagrees"),
        (5, "就诊卡号", "other_person_in_file"),
        (6, "证件号码", "duplicate_on_file"),
    ]  # fmt: skip
    report = download(client, f"{url}/report?file_format=csv").decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(report)))
    assert lines[0] == ["行号", "列", "结果", "原因"]
    assert ["5", "就诊卡号", "错误", "与文件中第 2 行号码相同而姓名不同,请核对"] in lines
    book = download(client, f"{url}/report?file_format=xlsx")
    assert len(list(rows_of(io.BytesIO(book), "xlsx", most_rows=100))) == len(lines)
    refused = client.post(f"{url}/apply", {}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "import_has_errors")
    assert Patient.objects.count() == before
    assert client.post(f"{url}/apply", {"skip_bad_rows": True}, format="json").status_code == 200
    assert jobs.apply(job["id"]).imported_count == 2
    assert Patient.objects.count() == before + 2
    assert client.post(f"{url}/cancel").status_code == 409
    strict = checked(world, text(["钱八", "", "", "", "", "", "55500001", ""]), duplicates="error")
    assert (strict["bad_count"], strict["duplicate_count"]) == (1, 0)
    assert client.post(f"{URL}/{strict['id']}/cancel").json()["state"] == "cancelled"
    assert not ImportRow.objects.filter(job=strict["id"]).exists()


@pytest.mark.requirement("PAT-04")
def test_a_file_that_is_no_table_or_a_bomb_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * (3 << 20))
    monkeypatch.setattr("kernel.sheets.parts.MAX_UNPACKED", 2 << 20)
    with pytest.raises(SheetProblem, match="too_much_content"):
        list(excel_lines(io.BytesIO(bomb.getvalue()), most_rows=10))
    monkeypatch.setattr(_Patients, "max_rows", 3)
    for content, failure in (
        (bomb.getvalue(), "unreadable"),
        (b"PK\x03\x04 nothing", "unreadable"),
        ("姓名,星座\n张三,x\n".encode(), "unknown_column: 星座"),
        ("手机号\n13900000001\n".encode(), "missing_column: 姓名"),
        ("姓名,姓名\n张三,x\n".encode(), "column_twice: 姓名"),
        (b"", "empty"),
        (b"a," * 128 + b"a", "too_many_columns: 1"),
        ("姓名\n".encode() + "张三\n".encode() * 4, "too_many_rows: 5"),
        ('姓名\n"张三'.encode(), "broken_quotes: 2"),
    ):
        job = checked(world, content or b"\n")
        assert (job["state"], job["failure"]) == ("rejected", failure), content[:40]
    for content in (b"\xd0\xcf\x11\xe0old excel", b"\0\1\2"):
        refused = upload(world, content)
        assert (refused.status_code, refused.json()["code"]) == (400, "import_unreadable")
    monkeypatch.setattr(_Patients, "owner", replace(_Patients.owner, max_bytes=10))
    assert upload(world, text(GOOD)).status_code == 400
    assert upload(world, text(GOOD), who="clerk").status_code == 403
    foreign = upload(world, text(GOOD), hospital_id=str(world.h2.pk))
    assert (foreign.status_code, foreign.json()["errors"][0]["field"]) == (400, "hospital_id")
    assert not ImportRow.objects.exists()


@pytest.mark.requirement("PAT-04")
def test_the_same_file_twice_is_one_import_and_an_open_one_is_not_applied_unchecked(world: World) -> None:
    first, again = upload(world, text(GOOD)), upload(world, text(GOOD))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    url = f"{URL}/{first.json()['id']}"
    early = world.client("admin1").post(f"{url}/apply", {}, format="json")
    assert (early.status_code, early.json()["code"]) == (409, "state_conflict")
    assert world.client("admin2").get(url).status_code == 404
    name = PatientImport.objects.get().file.stored_as
    assert name.startswith("files/")
    assert "passwd" not in name
    default_storage.delete(name)
    assert jobs.check(first.json()["id"]).failure == "unreadable"
    assert upload(world, text(GOOD)).status_code == 201, "a new attempt"


@pytest.mark.requirement("PAT-04")
@pytest.mark.django_db(transaction=True)
def test_an_import_that_dies_half_way_leaves_nothing_and_runs_again(world: World, tmp_path: Path) -> None:
    job = checked(world, text(GOOD, PLAIN))
    for path in stored(tmp_path):
        assert path.suffix == ".sealed"
        assert "王小明".encode() not in path.read_bytes()
    jobs.want_apply(PatientImport.objects.get(pk=job["id"]))
    before, died = Patient.objects.count(), []
    pid = threading.Event()
    backend: list[int] = []

    def work() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backend.append(cursor.fetchone()[0])
            pid.set()
            jobs.apply(job["id"])
        except DatabaseError:
            died.append(True)
        finally:
            connections.close_all()

    with connections["default"].cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(
            "LOCK TABLE patients_patientcard IN EXCLUSIVE MODE"
        )  # patients are in, their cards wait
        worker = threading.Thread(target=work)
        worker.start()
        pid.wait()
        wait_until(lambda: waits_for_a_lock(backend[0]))
        cursor.execute("SELECT pg_terminate_backend(%s)", backend)
        worker.join()
        cursor.execute("COMMIT")
    assert died == [True]
    assert Patient.objects.count() == before
    assert PatientImport.objects.get(pk=job["id"]).state == "applying"
    assert jobs.apply(job["id"]).imported_count == 2
    assert Patient.objects.count() == before + 2


@pytest.mark.requirement("PAT-04")
def test_an_export_is_scoped_masked_neutral_and_reads_back(world: World) -> None:
    Patient.objects.filter(pk=world.patients["patient_b"].pk).update(referrer="=HYPERLINK(1)")
    client = world.client("admin1")

    def table(query: str, who: str = "admin1") -> list[dict[str, str]]:
        lines = download(
            world.client(who), f"{PATIENTS}/export{query}{'&' if query else '?'}file_format=csv"
        ).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(lines)))

    rows = table("")
    assert [row["姓名"] for row in rows] == ["李四光", "张三丰"]
    assert (rows[1]["证件号码"], rows[1]["手机号"]) == ("1****************4", "138****8001")
    assert (rows[0]["介绍人"], plain(rows[0]["介绍人"])) == ("'=HYPERLINK(1)", "=HYPERLINK(1)")
    assert [row["姓名"] for row in table("?search=13800138001")] == ["张三丰"]
    assert plain(table("?unmasked=true")[1]["证件号码"]) == "110101199003070134"
    assert AuditEvent.objects.filter(action="export", after__unmasked=True).count() == 1
    assert table("", "admin2") == []
    book = download(client, f"{PATIENTS}/export?file_format=xlsx")
    read = list(rows_of(io.BytesIO(book), "xlsx", most_rows=10))
    assert [row.cells[0] for row in read] == ["姓名", "李四光", "张三丰"]
    assert client.get(f"{PATIENTS}/export?file_format=pdf").status_code == 400
    assert client.get(f"{PATIENTS}/export?surprise=1").status_code == 400
    assert world.client("clerk").get(f"{PATIENTS}/export").status_code == 403
    template = download(client, f"{URL}/template?file_format=xlsx")
    job = checked(world, template)
    assert (job["state"], job["row_count"], job["bad_count"]) == ("checked", 1, 0)


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize("dangerous", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_what_a_spreadsheet_would_run_is_neutral_outside_and_plain_inside(dangerous: str) -> None:
    assert neutral(dangerous) == f"'{dangerous}"
    assert plain(neutral(dangerous)) == dangerous
    assert neutral("O'Neil") == plain("O'Neil") == "O'Neil"
    assert plain("'text") == "'text"


def test_texts_are_copied_as_they_are() -> None:
    assert copied("a\tb\\N\n") == "a\\tb\\\\N\\n"
    assert copied(None) == "\\N"


@pytest.mark.requirement("PAT-04")
def test_the_import_names_every_column_of_a_patient_or_leaves_it_out_knowingly() -> None:
    """It writes patients by SQL of its own: a new column must not be forgotten there."""
    named = [*import_staging.SHARED, *import_staging.GIVEN, *import_staging.LEFT_OUT]
    fields = {field.attname: field for field in Patient._meta.concrete_fields}
    assert sorted(named) == sorted(fields)
    assert all(fields[name].null for name in import_staging.LEFT_OUT)
    staged = {field.attname for field in ImportRow._meta.concrete_fields}
    assert set(import_staging.SHARED) <= staged
