"""Even load: how full slots and hours are, and which ones are suggested."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.scheduling.models import SlotNumber
from kernel import clock, ids
from tests.scheduling.support import ADMIN, MINI, TODAY, TOMORROW, book, open_session
from tests.support.world import World


def fill(session: Any, *taken: int) -> None:
    """So many numbers of each slot are taken."""
    for slot, count in zip(session.slots.order_by("starts_at"), taken, strict=False):
        for number in SlotNumber.objects.filter(slot=slot).order_by("number")[:count]:
            number.state, number.appointment_id = "taken", ids.uuid7()
            number.save()


def load(world: World, who: str = "clerk", **query: Any) -> Any:
    query = {"date_from": str(TOMORROW), "date_to": str(TOMORROW), **query}
    return world.client(who).get(f"{ADMIN}/session-load", query)


@pytest.mark.requirement("BOOK-12")
def test_the_load_of_a_department_by_slot_and_by_hour(clinic: World) -> None:
    department = str(clinic.departments["cardiology"].pk)
    fill(open_session(clinic, date=TOMORROW, capacity=4), 4, 1)
    fill(open_session(clinic, date=TOMORROW, capacity=4, doctor="doctor_b"), 2, 0)
    open_session(clinic, date=TODAY)
    open_session(clinic, date=TOMORROW, publish=False, start="15:00", end="16:00")
    rows = load(clinic, department_id=department).json()
    assert [(r["capacity"], r["taken"], r["free"], r["share"], r["quiet"]) for r in rows] == [
        (8, 6, 2, 75, False), (8, 1, 7, 12, True),
    ]  # fmt: skip
    assert dt.datetime.fromisoformat(rows[0]["starts_at"]) == clock.local(TOMORROW, dt.time(9))
    [hour] = load(clinic, department_id=department, by="hour").json()
    assert (hour["capacity"], hour["taken"], hour["share"], hour["date"]) == (16, 7, 44, str(TOMORROW))
    doctor = str(clinic.staff["doctor_b"].pk)
    assert [row["taken"] for row in load(clinic, practitioner_id=doctor).json()] == [2, 0]
    assert [row["taken"] for row in load(clinic, "doctor_b", department_id=department).json()] == [2, 0], (
        "own"
    )
    assert load(clinic, "admin2", department_id=department).json() == []
    wide = load(clinic, department_id=department, date_from=str(TODAY)).json()
    assert len(wide) == 4


@pytest.mark.requirement("BOOK-12")
def test_the_load_is_one_query_at_any_size_and_its_question_is_checked(clinic: World) -> None:
    department = str(clinic.departments["cardiology"].pk)
    load(clinic, department_id=department)
    counts = []
    for start in ("08:30", "13:00"):
        open_session(clinic, date=TOMORROW, start=start, end="18:00" if start > "12" else "12:00")
        with CaptureQueriesContext(connection) as queries:
            assert load(clinic, department_id=department).status_code == 200
        counts.append(len(queries.captured_queries))
    assert counts[0] == counts[1]
    for wrong in (
        {}, {"department_id": "x"}, {"department_id": department, "by": "year"},
        {"department_id": department, "more": "1"},
        {"department_id": department, "date_to": str(TODAY)}, {"department_id": department, "date_to": "2027-06-01"},
    ):  # fmt: skip
        assert load(clinic, **wrong).status_code == 400, wrong


@pytest.mark.requirement("BOOK-12")
def test_quieter_slots_are_suggested_and_busy_ones_can_still_be_booked(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW, capacity=4, end="10:30")
    fill(session, 3, 2, 0)
    slots = clinic.client("patient_a").get(f"{MINI}/booking/slots", {"session_id": str(session.pk)}).json()
    assert [slot["suggested"] for slot in slots] == [False, False, True]
    busy = session.slots.order_by("starts_at")[0]
    assert book(clinic, "patient_a", busy, "advance").status_code == 201
    even = open_session(clinic, date=TOMORROW, capacity=4, start="14:00", end="15:00")
    slots = clinic.client("patient_a").get(f"{MINI}/booking/slots", {"session_id": str(even.pk)}).json()
    assert [slot["suggested"] for slot in slots] == [False, False], "nothing to suggest where all are alike"
