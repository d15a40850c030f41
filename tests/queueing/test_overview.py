"""诊所概况 and the day board: one read each, within reach, at the same cost whatever the size (ORG-03)."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.identity.models import Location
from apps.queueing.services import calls as queue, check_in
from apps.scheduling.models import Appointment, AppointmentKind, AppointmentSource, ClinicSession
from apps.scheduling.services import book, sessions
from apps.scheduling.services.publish import publish_session
from kernel import clock
from tests.support.world import World

URL, BOARD = "/api/admin/v1/clinic-overview", "/api/admin/v1/day-board"
DAY = dt.date(2026, 11, 2)
MORNING = clock.local(DAY, dt.time(7, 30))


def make(world: World, doctor: str, department: str, start: int, capacity: int) -> ClinicSession:
    made = sessions.create_session(
        hospital=world.h1, department=world.departments[department], practitioner=world.staff[doctor],
        period="morning", slot_minutes=0, capacity_per_slot=capacity, tier="normal", date=DAY,
        start_time=dt.time(start), end_time=dt.time(start + 2), registration_fee_fen=0,
    )  # fmt: skip
    publish_session(made)
    return made


def booked(world: World, patient: str, session: ClinicSession) -> Appointment:
    done = book.book_on_behalf(
        staff_id=world.staff["clerk"].pk, patient=world.patients[patient], slot_id=session.slots.get().pk,
        kind=AppointmentKind.SAME_DAY, source=AppointmentSource.WINDOW, paid_at_counter=True,
    )  # fmt: skip
    return Appointment.objects.get(pk=done.values["id"])


def day(world: World) -> None:
    """Three sessions of two departments; one patient is called, one waits, one booking is open."""
    first = make(world, "doctor_a", "cardiology", 8, 10)
    make(world, "doctor_b", "cardiology", 8, 5)
    other = make(world, "doctor_c", "surgery", 10, 7)
    tickets = [check_in.check_in(booked(world, name, first)) for name in ("patient_a", "patient_b")]
    queue.call_next(tickets[0].queue)
    booked(world, "patient_a", other)
    assert tickets[0].ticket_no == 1


def read(world: World, who: str, url: str = URL, **query: Any) -> dict[str, Any]:
    answer = world.client(who).get(url, query)
    assert answer.status_code == 200, answer.json()
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.requirement("ORG-03")
def test_the_overview_says_what_the_hospital_is_and_how_its_day_goes(world: World) -> None:
    Location.objects.create(hospital=world.h1, building="门诊楼", floor="3")
    with clock.frozen(MORNING):
        day(world)
        found = read(world, "admin1")
        assert (found["departments"], found["sections"], found["patients"]) == (2, 2, 2)
        staff = found["staff"]
        assert (staff["doctors"], staff["total"] - staff["doctors"]) == (4, staff["others"])
        assert found["locations"] == [{"building": "门诊楼", "floor": "3"}]
        load = found["load"]
        assert (load["sessions"], load["doctors"], load["capacity"], load["booked"]) == (3, 3, 22, 3)
        assert (load["checked_in"], load["waiting"], load["inside"], load["seen"], load["no_shows"]) == (
            2,
            1,
            1,
            0,
            0,
        )
        assert load["first_starts_at"].startswith("2026-11-02T08:00")
        assert read(world, "admin1", date="2026-11-03")["load"]["sessions"] == 0
        assert read(world, "head")["load"]["capacity"] == 15, "her department"
        mine = read(world, "doctor_a")
        assert (mine["load"]["capacity"], mine["patients"]) == (10, None)
        assert read(world, "boss", hospital_id=str(world.h2.pk))["load"]["sessions"] == 0
    for who, query in (
        ("admin1", {"hospital_id": str(world.h2.pk)}),
        ("admin2", {"hospital_id": str(world.h1.pk)}),
    ):
        assert world.client(who).get(URL, query).status_code == 404
        assert world.client(who).get(BOARD, query).status_code == 404
    for wrong in ({"date": "tomorrow"}, {"hospital_id": "x"}, {"surprise": "1"}):
        assert world.client("admin1").get(URL, wrong).status_code == 400


@pytest.mark.requirement("ORG-03")
def test_the_day_board_shows_each_doctors_sessions_with_bookings_and_queue(world: World) -> None:
    with clock.frozen(MORNING):
        day(world)
        board = read(world, "admin1", BOARD)
        found = {
            doctor["name"]: [
                (s["capacity"], s["booked"], s["waiting"], s["current_number"]) for s in doctor["sessions"]
            ]
            for department in board["departments"]
            for doctor in department["doctors"]
        }
        assert found == {
            "doctor_a": [(10, 2, 1, 1)],
            "doctor_b": [(5, 0, 0, None)],
            "doctor_c": [(7, 1, 0, None)],
        }
        assert [d["name"] for d in read(world, "head", BOARD)["departments"]] == ["心内科"]
        one = read(world, "admin1", BOARD, department_id=str(world.departments["surgery"].pk))
        assert [d["name"] for d in one["departments"]] == ["外科"]


@pytest.mark.requirement("ORG-03")
@pytest.mark.parametrize(("url", "most"), [(URL, 14), (BOARD, 8)])
def test_both_cost_the_same_few_queries_however_many_sessions_there_are(
    world: World, url: str, most: int
) -> None:
    counts = []
    with clock.frozen(MORNING):
        for start in (8, 11):
            for doctor in ("doctor_a", "doctor_b", "doctor_c"):
                make(world, doctor, "surgery" if doctor == "doctor_c" else "cardiology", start, 3)
            read(world, "admin1", url)
            with CaptureQueriesContext(connection) as queries:
                read(world, "admin1", url)
            counts.append(len(queries))
    assert counts[0] == counts[1] <= most
