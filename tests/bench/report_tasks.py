"""A report of many rows inside a process that has done nothing else: what its file costs, the query and all."""

import datetime as dt
import resource
import tempfile
import time
from typing import Any
from uuid import UUID

from django.db import connection

from apps.reports.models import ReportFormat
from apps.reports.services.rows import Rows
from apps.reports.writing import WRITERS, Sheet
from kernel import clock
from kernel.reports import ChartSpec, Column, Kind, Reach, Report, snapshot

_ROWS = """
SELECT timestamptz '2026-01-01 08:00+08' + n * interval '7 second', 'Z' || (900000000000 + n), 'T' || n,
    (ARRAY['微信支付', '支付宝', '现金'])[1 + n %% 3], '窗口', (ARRAY['心内科', '外科', '儿科', '骨科'])[1 + n %% 4],
    '李建国', '陈晓梅', '阿司匹林肠溶片', date '2026-01-01' + n %% 300, n::bigint, (n * 37) %% 1000000
  FROM generate_series(1, %(rows)s) AS n
"""
_MOMENT, _TEXTS = (
    Column("at", "时间", "Time", Kind.MOMENT, 19),
    ("单号", "退费单号", "渠道", "应用", "科室", "医生", "患者", "项目"),
)
REPORT = Report(
    "bench.rows", "收入与退款明细", "Rows", "billing.report.income", (),
    (
        _MOMENT, *(Column(f"c{n}", title, title, width=12) for n, title in enumerate(_TEXTS)),
        Column("day", "日期", "Day", Kind.DAY, 11), Column("number", "序号", "Number", Kind.COUNT, 9),
        Column("fen", "金额", "Amount", Kind.MONEY, 12, total=True),
    ),
    lambda values: _ROWS, lambda actor, hospital_id: Reach(), ChartSpec("bar", "c4", ("fen",)),
)  # fmt: skip


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report_file(kind: str, rows: str) -> dict[str, Any]:
    """CPU seconds, MB above the idle process, bytes; of a PDF its pages are told by its size."""
    connection.ensure_connection()
    writer = WRITERS[ReportFormat(kind)]
    idle, begun = _memory(), time.process_time()
    with tempfile.NamedTemporaryFile() as target:
        taken = Rows(REPORT, {})
        with snapshot(connection, seconds=600) as seen:
            taken.take(seen.rows(_ROWS, {"rows": int(rows)}), known=writer.letters())
        writer.write(Sheet(taken, "第一医院", "李建国", UUID(int=0), _now()), target, lambda done: None)  # type: ignore[arg-type]
        size = target.tell()
        seconds = time.process_time() - begun
        target.seek(0)
        pages = target.read().count(b"/Type /Page\n") if kind == "pdf" else 0
    return {"seconds": seconds, "megabytes": _memory() - idle, "bytes": size, "pages": pages}


def _now() -> dt.datetime:
    return clock.now()
