"""导出挂号: what the list shows, within the reach of the export's own code, recorded."""

import csv
import io
from typing import Any

import pytest

from apps.audit.models import AuditEvent
from apps.scheduling.models import Appointment
from tests.scheduling.support import ADMIN, TODAY, book, code, first_slot, open_session
from tests.support.world import World

pytestmark = pytest.mark.requirement("BOOK-09", "ACC-06")


def export(world: World, who: str = "admin1", **query: Any) -> Any:
    return world.client(who).get(f"{ADMIN}/appointments/export", query)


def lines(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.fixture
def booked(clinic: World) -> World:
    session = open_session(clinic, capacity=2, fee=1_250)
    for who in ("patient_a", "patient_b"):
        assert book(clinic, who, first_slot(session)).status_code == 201
    return clinic


def test_the_filters_of_the_list_decide_and_values_are_words(booked: World) -> None:
    heading, newer, older = lines(export(booked, file_format="csv"))
    assert len(heading) == len(newer) == len(older)
    row = dict(zip(heading, older, strict=True))
    assert (row["挂号类型"], row["状态"], row["缴费状态"], row["挂号费(元)"]) == (
        "今日挂号", "待支付", "未缴费", "12.50",
    )  # fmt: skip
    assert (row["就诊日期"], row["科室名称"], row["预约渠道"]) == (TODAY.isoformat(), "心内科", "小程序")
    assert len(lines(export(booked, file_format="csv", state="cancelled"))) == 1
    assert code(export(booked, stat="x")) == (400, "validation_error")
    assert code(export(booked, file_format="pdf")) == (400, "validation_error")


def test_the_workbook_is_the_default_and_every_export_is_recorded(booked: World) -> None:
    answer = export(booked, visit_date=TODAY.isoformat())
    assert answer.status_code == 200
    assert answer["Content-Disposition"].endswith(".xlsx")
    content = b"".join(answer.streaming_content)
    assert content[:2] == b"PK"
    event = AuditEvent.objects.get(action="export", object_type="scheduling.appointment")
    assert event.after["filters"] == {"visit_date": TODAY.isoformat()}


def test_who_has_no_code_of_export_takes_nothing_and_nothing_is_recorded(booked: World) -> None:
    for who in ("doctor_a", "clerk"):
        assert export(booked, who).status_code == 403
    assert len(lines(export(booked, "admin2", file_format="csv"))) == 1
    assert AuditEvent.objects.filter(action="export", object_type="scheduling.appointment").count() == 1
    assert Appointment.objects.count() == 2
