"""Sheets of results: written by a worker, sent like other files, gone with their import (PAT-04)."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.files.models import File
from apps.imports.models import ImportJob
from apps.imports.services import jobs, results
from apps.patients.models import ImportRow
from kernel.outbox.models import OutboxEvent
from kernel.sheets import rows_of
from tests.patients.test_imports import URL, result, upload
from tests.support.world import World

pytestmark = pytest.mark.requirement("PAT-04")
FILE = "姓名,手机号,标签\n甲甲,13700000021,\n乙乙,1,\n甲甲,13700000021,\n".encode()
CONTACTS = "First Name,Last Name,Mobile Phone,Categories\n甲,乙,13700000022,Holiday\n".encode()


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def checked(world: World, content: bytes = FILE, **headers: str) -> dict[str, Any]:
    made = upload(world, content) if not headers else _uploaded_in(world, content, headers)
    assert made.status_code == 201, made.json()
    jobs.check(made.json()["id"])
    return shown(world, made.json())


def _uploaded_in(world: World, content: bytes, headers: dict[str, str]) -> Any:
    body = {"hospital_id": str(world.h1.pk), "file": io.BytesIO(content)}
    return world.client("admin1").post(URL, body, format="multipart", **headers)


def shown(world: World, job: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = world.client("admin1").get(f"{URL}/{job['id']}").json()
    return found


def words(world: World, job: dict[str, Any]) -> list[str]:
    lines = list(rows_of(io.BytesIO(result(world, job)), "xlsx", most_rows=100))
    return [str(line.cells[1]) for line in lines[1:]]


def applied(world: World, job: dict[str, Any]) -> None:
    world.client("admin1").post(f"{URL}/{job['id']}/apply", {"skip_bad_rows": True}, format="json")
    jobs.apply(job["id"])


def test_a_result_is_written_by_a_worker_and_the_client_is_told_when_it_is_there(world: World) -> None:
    job, client = checked(world), world.client("admin1")
    url = f"{URL}/{job['id']}/result"
    early = client.get(url)
    assert (job["result_ready"], early.status_code, early.json()["code"]) == (False, 409, "result_not_ready")
    assert int(early["Retry-After"]) > 0
    assert OutboxEvent.objects.filter(topic="imports.judged").count() == 1
    results.write(job["id"])
    results.write(job["id"])
    assert shown(world, job)["result_ready"]
    assert File.objects.filter(owner_type="patients.import_result", is_sealed=True).count() == 2, (
        "once per state"
    )
    whole = client.get(url)
    content = b"".join(whole.streaming_content)
    assert whole["Content-Disposition"].startswith('attachment; filename="patients-import-result.xlsx"')
    assert AuditEvent.objects.filter(action="download", object_type="files.file").count() == 1
    part = client.get(url, HTTP_RANGE="bytes=5-9", HTTP_IF_RANGE=whole["ETag"])
    assert (part.status_code, b"".join(part.streaming_content)) == (206, content[5:10])
    assert client.get(url, HTTP_IF_NONE_MATCH=whole["ETag"]).status_code == 304
    assert client.get(url, HTTP_RANGE="bytes=99999999-").status_code == 416
    table = client.get(f"{url}?file_format=csv")
    assert (table["Content-Type"], table.status_code) == ("text/csv; charset=utf-8", 200)
    file = File.objects.filter(owner_type="patients.import_result")[0]
    assert client.get(f"/api/admin/v1/files/{file.pk}/content").status_code == 404, "by its import alone"


def test_a_result_that_looks_like_a_page_is_sent_as_the_table_it_is(world: World) -> None:
    job = checked(world, "姓名,地址\n甲甲,<html><script>alert(1)</script>\n".encode())
    results.write(job["id"])
    answer = world.client("admin1").get(f"{URL}/{job['id']}/result?file_format=csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="patients-import-result.csv"')
    assert "<script>" in b"".join(answer.streaming_content).decode()


def test_a_result_says_what_is_planned_before_and_what_was_done_afterwards(world: World) -> None:
    job = checked(world)
    assert words(world, job) == ["可导入", "错误", "重复(跳过)"]
    applied(world, job)
    assert not shown(world, job)["result_ready"], "the old one says something else by now"
    assert words(world, job) == ["已导入", "错误(未导入)", "重复(已跳过)"]
    assert File.objects.filter(owner_type="patients.import_result", state="attached").count() == 2
    again = upload(world, result(world, job))
    assert jobs.check(again.json()["id"]).state == "checked", "its columns are known"


def test_what_was_left_out_of_a_row_is_said_in_words_and_in_the_language_of_the_upload(world: World) -> None:
    job = checked(world, CONTACTS)
    report = f"{URL}/{job['id']}/report?file_format=csv"
    client = world.client("admin1")
    assert words(world, job) == ["可导入(部分内容除外)"]
    assert "可导入(部分内容除外)" in b"".join(client.get(report).streaming_content).decode()
    applied(world, job)
    assert words(world, job) == ["已导入(部分内容除外)"]
    assert "已导入(部分内容除外)" in b"".join(client.get(report).streaming_content).decode()
    english = checked(world, FILE, HTTP_ACCEPT_LANGUAGE="en")
    assert words(world, english) == ["Can be imported", "Wrong", "Duplicate (to be skipped)"]


def test_a_result_that_was_overtaken_is_thrown_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    job, write_xlsx = checked(world), results.write_xlsx

    def overtaken(*arguments: Any, **more: Any) -> None:
        write_xlsx(*arguments, **more)
        applied(world, job)

    monkeypatch.setattr(results, "write_xlsx", overtaken)
    results.write(job["id"])
    assert not shown(world, job)["result_ready"]
    assert not File.objects.filter(owner_type="patients.import_result", state="attached").exists()


def test_results_go_with_their_import_and_lost_ones_are_written_again(world: World) -> None:
    job, other = checked(world), checked(world, CONTACTS)
    results.write(job["id"])
    ago = timezone.now() - dt.timedelta(days=8)
    ImportJob.objects.filter(pk=other["id"]).update(updated_at=ago)
    OutboxEvent.objects.all().delete()
    assert results.ask_again() == 1
    assert OutboxEvent.objects.get(topic="imports.judged").payload["import_id"] == other["id"]
    ImportJob.objects.filter(pk=job["id"]).update(created_at=ago)
    assert jobs.forget_old() == 1
    assert not File.objects.filter(owner_id=job["id"], state="attached").exists()
    assert world.client("admin1").get(f"{URL}/{job['id']}/result").status_code == 404
    assert not ImportRow.objects.filter(job_id=job["id"]).exists()


def test_so_many_imports_of_a_person_are_open_at_once_and_abandoned_ones_expire(world: World) -> None:
    made = [upload(world, f"姓名\n甲{sign}甲\n".encode()) for sign in "丙丁戊己庚"]
    assert [answer.status_code for answer in made] == [201] * 5
    refused = upload(world, "姓名\n辛辛\n".encode())
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_open_imports")
    assert "5" in refused.json()["detail"]
    assert File.objects.filter(owner_type="patients.import").count() == 5, "nothing of it is kept"
    assert upload(world, "姓名\n甲丙甲\n".encode()).status_code == 200, "the same file is the same import"
    assert upload(world, "姓名\n辛辛\n".encode(), who="boss").status_code == 201
    world.client("admin1").post(f"{URL}/{made[0].json()['id']}/cancel")
    assert upload(world, "姓名\n辛辛\n".encode()).status_code == 201
    ago = timezone.now() - dt.timedelta(days=8)
    ImportJob.objects.filter(pk=made[1].json()["id"]).update(state="applying")
    ImportJob.objects.filter(by=world.staff["admin1"]).update(created_at=ago, updated_at=ago)
    assert jobs.forget_old() == 5
    assert set(ImportJob.objects.filter(by=world.staff["admin1"]).values_list("state", flat=True)) == {
        "cancelled"
    }
    assert upload(world, "姓名\n壬壬\n".encode()).status_code == 201
