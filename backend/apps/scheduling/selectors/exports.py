"""Appointments as rows of text, read in batches by key: memory stays small however many there are."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.scheduling.models import Appointment
from apps.scheduling.words import WORDS
from kernel import clock
from kernel.money import fen_to_yuan

BATCH = 1000
#: Column → its title.
COLUMNS = {
    "appointment_no": "挂号单号", "visit_date": "就诊日期", "starts_at": "开始时间", "ends_at": "结束时间",
    "hospital__name": "医院", "department__name": "科室", "practitioner__name": "医生", "session__tier": "号别",
    "number": "号序", "patient__name": "患者", "patient__mrn": "病案号", "kind": "挂号类型", "source": "来源",
    "state": "状态", "fee_fen": "挂号费(元)", "payment_status": "缴费状态", "checked_in_at": "取号时间",
    "cancelled_at": "退号时间", "cancel_reason": "退号原因", "override_reason": "超限原因", "created_at": "挂号时间",
}  # fmt: skip


def appointment_rows(appointments: QuerySet[Appointment]) -> Iterator[list[str]]:
    """Header and appointments, the newest first."""
    yield list(COLUMNS.values())
    last: UUID | None = None
    rows = appointments.order_by("-id")
    while batch := list((rows if last is None else rows.filter(pk__lt=last)).values("id", *COLUMNS)[:BATCH]):
        for row in batch:
            yield [_text(name, row[name]) for name in COLUMNS]
        last = batch[-1]["id"]


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name == "fee_fen":
        return fen_to_yuan(value)
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}"
    return WORDS.get(name, {}).get(str(value), str(value))
