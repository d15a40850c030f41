"""A hospital that asks for reports: through the API, with the worker's part done in the test's own process."""

import io
from typing import Any
from uuid import uuid4

import openpyxl

from apps.reports.models import ReportJob
from apps.reports.services.run import run_job
from kernel.reports import ChartSpec, Choice, Column, DayRange, Kind, Reach, Report, Text
from kernel.words import ValueWords
from tests.scheduling.support import ADMIN, NOW, TODAY
from tests.support.world import World

DEFINITIONS, JOBS, SCHEDULES = (f"{ADMIN}/report-{name}" for name in ("definitions", "jobs", "schedules"))
DAYS = {"date_from": str(TODAY), "date_to": str(TODAY)}
BY_DAY = {**DAYS, "group_by": "day"}
__all__ = ["ADMIN", "NOW", "TODAY"]

_ROWS = """
SELECT '2026-11-23 08:00+08'::timestamptz + n * interval '1 second' AS at, chr(65 + n %% 3) AS ward,
    %(name)s::text AS name, n * 101 AS fen, n::bigint AS number, date '2026-11-23' + n %% 5 AS day,
    n %% 10000 AS share
  FROM generate_series(1, coalesce(%(rows)s::int, 10)) AS n
  WHERE %(hospital_id)s::uuid IS NOT NULL AND %(department_ids)s::uuid[] IS NULL AND %(own_staff_id)s::uuid IS NULL
"""
#: Rows of every kind, as many as are asked for; each column is told to the reader in his language.
ROWS = Report(
    "tests.rows", "试验报表", "Trial", "billing.report.income",
    (Text("rows", "行数", "Rows", required=False), Text("name", "姓名", "Name", required=False)),
    (
        Column("at", "时间", "Time", Kind.MOMENT, 19),
        Column("ward", "病区", "Ward", width=8, words=lambda values: {"A": ValueWords("一病区", "Ward one")}),
        Column("name", "姓名", "Name"), Column("fen", "金额", "Amount", Kind.MONEY, 14, total=True),
        Column("number", "序号", "Number", Kind.COUNT, 10), Column("day", "日期", "Day", Kind.DAY, 11),
        Column("share", "占比", "Share", Kind.PERCENT, 8),
    ),
    lambda values: _ROWS, lambda actor, hospital_id: Reach(), ChartSpec("bar", "ward", ("fen",)),
)  # fmt: skip
#: A statement that takes as long as is asked for.
SLOW = Report(
    "tests.slow", "慢报表", "Slow", "billing.report.income", (Text("seconds", "秒", "Seconds"),),
    (Column("done", "完成", "Done"),),
    lambda values: "SELECT 'x' || pg_sleep(%(seconds)s::float)::text AS done", lambda actor, hospital_id: Reach(),
)  # fmt: skip
#: A statement for which the database has no room.
ROOM = Report(
    "tests.room", "无空间", "No room", "billing.report.income", (Text("name", "姓名", "Name"),),
    (Column("done", "完成", "Done"),),
    lambda values: "SELECT repeat(%(name)s::text, 2000000000) AS done", lambda actor, hospital_id: Reach(),
)  # fmt: skip
#: Days and a choice, and nothing of the database.
DAYS_REPORT = Report(
    "tests.days", "按日", "Days", "billing.report.income",
    (DayRange(max_days=31), Choice("kind", "类型", "Kind", choices=lambda: {"a": ValueWords("甲", "A")})),
    (Column("first", "开始", "First", Kind.DAY), Column("last", "结束", "Last", Kind.DAY)),
    lambda values: "SELECT %(first_day)s::date, %(last_day)s::date", lambda actor, hospital_id: Reach(),
)  # fmt: skip


def body(world: World, report: str, parameters: dict[str, str], file_format: str = "xlsx") -> dict[str, Any]:
    """What asks for a report of hospital 1."""
    asked = {"hospital_id": str(world.h1.pk), "report": report, "parameters": parameters}
    return {**asked, "file_format": file_format}


def ask(world: World, who: str, report: str, parameters: dict[str, str], file_format: str = "xlsx") -> Any:
    """The answer to that person's request."""
    return world.client(who).post(
        JOBS, body(world, report, parameters, file_format), "json", HTTP_IDEMPOTENCY_KEY=uuid4().hex
    )


def asked(
    world: World, who: str, report: str, parameters: dict[str, str], file_format: str = "xlsx"
) -> ReportJob:
    """The job of a request that has to be taken."""
    answer = ask(world, who, report, parameters, file_format)
    assert answer.status_code == 201, answer.content
    return ReportJob.objects.get(pk=answer.json()["id"])


def run(job: ReportJob) -> ReportJob:
    """What a worker does with it."""
    run_job(job.pk)
    job.refresh_from_db()
    return job


def made(world: World, who: str, report: str, parameters: dict[str, str], file_format: str = "xlsx") -> bytes:
    """The file of a report, asked for, made and downloaded."""
    job = run(asked(world, who, report, parameters, file_format))
    assert job.state == "succeeded", (job.failure, job.detail)
    return download(world, who, job)


def download(world: World, who: str, job: ReportJob) -> bytes:
    """Its file."""
    answer = world.client(who).get(f"{JOBS}/{job.pk}/content")
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def looked_at(world: World, who: str, report: str, parameters: dict[str, str]) -> Any:
    """The preview of a report."""
    asked_for = {"hospital_id": str(world.h1.pk), "parameters": parameters}
    answer = world.client(who).post(f"{DEFINITIONS}/{report}/preview", asked_for, "json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def sheet(content: bytes, number: int = 0) -> list[list[Any]]:
    """The cells of one of a workbook's sheets."""
    return [
        [cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[number]
    ]
