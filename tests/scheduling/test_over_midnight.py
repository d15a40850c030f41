"""Sessions over midnight: the day of visit is the first day, wherever it is shown, counted and limited."""

import datetime as dt
from typing import Any

import pytest

from apps.identity.models import Location
from apps.queueing.models import QueueTicket
from apps.queueing.selectors.waiting import of_today
from apps.queueing.services.check_in import check_in
from apps.scheduling.models import Appointment, ClinicSession, ScheduleTemplate, StaffLeave
from apps.scheduling.services.remind import remind_of_tomorrow
from apps.scheduling.services.sessions import close_past_sessions
from apps.scheduling.services.waitlist_offers import expire_entries
from kernel import clock
from tests.scheduling.support import (
    ADMIN,
    MINI,
    TODAY,
    TOMORROW,
    book,
    code,
    deliver,
    first_slot,
    open_session,
)
from tests.scheduling.test_planning import generate
from tests.scheduling.test_schedules import post, template
from tests.scheduling.test_waitlist import answer, join, see
from tests.support.world import World

pytestmark = pytest.mark.requirement("BOOK-01")

DAY_AFTER = TOMORROW + dt.timedelta(days=1)
NIGHT = {"start_time": "20:00", "end_time": "00:00", "slot_minutes": 30, "period": "evening"}


def at(day: dt.date, time: str) -> dt.datetime:
    return clock.local(day, dt.time.fromisoformat(time))


def one_off(world: World, **changes: Any) -> Any:
    body = {
        "department_id": str(world.departments["cardiology"].pk), "practitioner_id": str(world.staff["doctor_a"].pk),
        "date": TOMORROW.isoformat(), "capacity_per_slot": 1, "registration_fee_fen": 0, "tier": "normal",
        **NIGHT, **changes,
    }  # fmt: skip
    return world.client("head").post(f"{ADMIN}/clinic-sessions", body, format="json")


def days_of(world: World, session: ClinicSession) -> Any:
    asked = {"practitioner_id": str(session.practitioner_id)}
    return world.client("patient_b").get(f"{MINI}/booking/days", asked).json()


@pytest.mark.parametrize("end", ["24:00", "00:00", "24:00:00"])
def test_a_session_until_midnight_has_eight_slots_and_its_day_is_the_first(clinic: World, end: str) -> None:
    made = one_off(clinic, end_time=end)
    assert made.status_code == 201, made.json()
    post(clinic, "head", f"{made.json()['id']}/publish")
    session = ClinicSession.objects.get()
    slots = list(session.slots.order_by("starts_at"))
    assert len(slots) == 8
    assert (session.date, slots[-1].ends_at, session.ends_at) == (
        TOMORROW, at(DAY_AFTER, "00:00"), at(DAY_AFTER, "00:00"),
    )  # fmt: skip
    assert ClinicSession.objects.filter(date=DAY_AFTER).count() == 0


def test_a_template_over_midnight_shows_its_wall_clock_and_makes_sessions(clinic: World) -> None:
    made = template(clinic, start_time="22:00", end_time="02:00", slot_minutes=60)
    assert (made.status_code, made.json()["end_time"]) == (201, "02:00:00")
    shown = template(clinic, start_time="18:00", end_time="24:00", slot_minutes=60, weekday=6)
    assert (shown.status_code, shown.json()["end_time"]) == (201, "00:00:00")
    assert generate(clinic, TOMORROW, TOMORROW)["created"] == 1
    session = ClinicSession.objects.get()
    assert (session.date, session.starts_at, session.ends_at) == (
        TOMORROW, at(TOMORROW, "22:00"), at(DAY_AFTER, "02:00"),
    )  # fmt: skip


@pytest.mark.parametrize("end", ["20:00", "19:00", "12:30"])
def test_an_end_that_is_the_start_or_much_too_late_is_refused_and_says_so(clinic: World, end: str) -> None:
    for refused in (one_off(clinic, end_time=end), template(clinic, start_time="20:00", end_time=end)):
        assert refused.status_code == 400
        [error] = refused.json()["errors"]
        assert (error["field"], error["code"]) == ("end_time", "end_time")
        assert "16" in error["message"]
    assert one_off(clinic, end_time="24:30").status_code == 400
    assert not ClinicSession.objects.exists()
    assert not ScheduleTemplate.objects.exists()


def test_a_doctor_and_a_room_are_planned_once_across_midnight(clinic: World) -> None:
    room = Location.objects.create(hospital=clinic.h1, building="A", floor="1", room="101")
    assert one_off(clinic, start_time="22:00", end_time="02:00", room_id=str(room.pk)).status_code == 201
    early = {"date": DAY_AFTER.isoformat(), "start_time": "01:00", "end_time": "05:00"}
    refused = one_off(clinic, **early)
    assert code(refused) == (409, "session_conflict")
    assert refused.json()["conflicts"][0]["because"] == "practitioner"
    roomed = one_off(clinic, **early, room_id=str(room.pk), practitioner_id=str(clinic.staff["doctor_b"].pk))
    assert (code(roomed)[1], roomed.json()["conflicts"][0]["because"]) == ("session_conflict", "room")
    assert one_off(clinic, **early | {"start_time": "02:00"}).status_code == 201
    assert ClinicSession.objects.count() == 2


def test_generation_leaves_out_what_last_night_is_in_the_way_of(clinic: World) -> None:
    template(clinic, start_time="22:00", end_time="02:00", slot_minutes=60)
    template(clinic, start_time="01:00", end_time="05:00", slot_minutes=60, weekday=DAY_AFTER.weekday())
    answer = generate(clinic, TOMORROW, DAY_AFTER)
    assert (answer["created"], answer["conflict_count"]) == (1, 1)
    again = generate(clinic, DAY_AFTER, DAY_AFTER)
    assert (again["created"], again["conflict_count"]) == (0, 1)


def test_a_leave_after_midnight_covers_the_night(clinic: World) -> None:
    template(clinic, start_time="22:00", end_time="02:00", slot_minutes=60)
    StaffLeave.objects.create(
        hospital=clinic.h1, practitioner=clinic.staff["doctor_a"], reason="进修",
        starts_at=at(DAY_AFTER, "00:00"), ends_at=at(DAY_AFTER, "08:00"),
    )  # fmt: skip
    assert generate(clinic, TOMORROW, TOMORROW)["on_leave_count"] == 1
    assert code(one_off(clinic, start_time="22:00", end_time="02:00")) == (409, "practitioner_on_leave")


def test_drafts_are_moved_over_midnight_together(clinic: World) -> None:
    one_off(clinic, end_time="22:00")
    body = {
        "practitioner_id": str(clinic.staff["doctor_a"].pk), "first_date": TOMORROW.isoformat(),
        "last_date": TOMORROW.isoformat(), "action": "change", "changes": {"end_time": "24:00"},
    }  # fmt: skip
    answer = clinic.client("head").post(f"{ADMIN}/clinic-sessions/bulk", body, format="json")
    assert (answer.status_code, answer.json()["changed"]) == (200, 1)
    assert ClinicSession.objects.get().ends_at == at(DAY_AFTER, "00:00")
    body["changes"] = {"end_time": "20:00"}
    refused = clinic.client("head").post(f"{ADMIN}/clinic-sessions/bulk", body, format="json")
    assert code(refused) == (409, "bulk_refused")
    assert ClinicSession.objects.get().ends_at == at(DAY_AFTER, "00:00")


def test_a_visit_after_midnight_is_of_the_first_day_from_booking_to_reminder(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW, start="22:00", end="02:00", fee=0)
    last = session.slots.order_by("-starts_at")[0]
    answer = book(clinic, "patient_b", last, kind="advance")
    assert (answer.status_code, answer.json()["visit_date"]) == (201, TOMORROW.isoformat())
    with clock.frozen(at(TODAY, "20:30")):
        assert remind_of_tomorrow() == 1
    listed = (
        clinic.client("patient_b").get(f"{MINI}/appointments", {"visit_date": TOMORROW.isoformat()}).json()
    )
    assert listed["count"] == 1
    with clock.frozen(at(TOMORROW, "23:00")):
        days = days_of(clinic, session)
        assert [day["date"] for day in days] == [TOMORROW.isoformat()]


def test_whoever_comes_after_midnight_still_registers_while_the_session_lasts(clinic: World) -> None:
    session = open_session(clinic, date=TODAY, start="22:00", end="02:00", fee=0)
    last = session.slots.order_by("-starts_at")[0]
    with clock.frozen(at(TOMORROW, "00:10")):
        days = days_of(clinic, session)
        assert [(day["date"], day["remaining"]) for day in days] == [(TODAY.isoformat(), 4)]
        assert code(book(clinic, "patient_b", last, kind="advance")) == (409, "outside_booking_window")
        booked = book(clinic, "patient_b", last)
        assert (booked.status_code, booked.json()["visit_date"]) == (201, TODAY.isoformat())
        ticket = check_in(Appointment.objects.get())
        assert (ticket.day, of_today(ticket.queue_id).count()) == (TODAY, 1)
        close_past_sessions()
        session.refresh_from_db()
        assert session.state == "published"
    with clock.frozen(at(TOMORROW, "02:00")):
        assert code(book(clinic, "patient_b", first_slot(session))) == (409, "outside_booking_window")


def test_a_line_of_the_night_lasts_until_its_session_is_long_over(clinic: World) -> None:
    session = open_session(clinic, date=TODAY, start="22:00", end="08:00", fee=0)
    last = session.slots.order_by("-starts_at")[0]
    with clock.frozen(at(TOMORROW, "06:00")):
        book(clinic, "patient_b", last)
        check_in(Appointment.objects.get())
        assert of_today(QueueTicket.objects.get().queue_id).count() == 1
    with clock.frozen(at(TOMORROW, "12:30")):
        assert of_today(QueueTicket.objects.get().queue_id).count() == 0


def test_nobody_stands_in_over_midnight_who_begins_early_and_the_night_is_resized_whole(
    clinic: World,
) -> None:
    night = open_session(clinic, date=TOMORROW, start="22:00", end="02:00")
    early = open_session(clinic, date=DAY_AFTER, start="01:30", end="03:00", doctor="doctor_b")
    body = {"practitioner_id": str(clinic.staff["doctor_b"].pk), "reason": "急诊手术"}
    refused = post(clinic, "head", f"{night.pk}/substitute", body)
    assert code(refused) == (409, "session_conflict")
    post(clinic, "head", f"{early.pk}/stop", {"reason": "停诊"})
    assert post(clinic, "head", f"{night.pk}/substitute", body).status_code == 200
    change = {
        "practitioner_id": body["practitioner_id"], "first_date": TOMORROW.isoformat(),
        "last_date": TOMORROW.isoformat(), "action": "change", "changes": {"capacity_per_slot": 3},
    }  # fmt: skip
    assert (
        clinic.client("head").post(f"{ADMIN}/clinic-sessions/bulk", change, format="json").json()["changed"]
        == 1
    )
    assert [slot.numbers.count() for slot in night.slots.all()] == [3] * 8


def test_the_load_counts_the_hours_after_midnight_to_the_first_day(clinic: World) -> None:
    open_session(clinic, date=TOMORROW, start="22:00", end="02:00")
    asked = {
        "department_id": str(clinic.departments["cardiology"].pk), "date_from": TOMORROW.isoformat(),
        "date_to": TOMORROW.isoformat(), "by": "hour",
    }  # fmt: skip
    rows = clinic.client("head").get(f"{ADMIN}/session-load", asked).json()
    assert [row["date"] for row in rows] == [TOMORROW.isoformat()] * 4


@pytest.mark.requirement("BOOK-11")
def test_a_number_given_back_after_midnight_is_offered_to_whoever_waits_for_the_night(clinic: World) -> None:
    session = open_session(clinic, date=TODAY, start="22:00", end="02:00", fee=0, slot_minutes=60)
    last = session.slots.order_by("-starts_at")[0]
    wanted = {"first_date": str(TODAY), "last_date": str(TODAY)}
    with clock.frozen(at(TOMORROW, "00:05")):
        taken = book(clinic, "patient_b", last).json()
        entry = join(clinic, "patient_a", **wanted)
        assert (entry.status_code, entry.json()["place"]) == (201, 1), entry.content
        assert expire_entries() == 0
        cancelled = clinic.client("patient_b").post(
            f"{MINI}/appointments/{taken['id']}/cancel", HTTP_IDEMPOTENCY_KEY="back"
        )
        assert cancelled.status_code == 200, cancelled.content
        deliver()
        assert see(clinic, entry.json())["state"] == "offered"
        made = answer(clinic, entry.json(), "accept")
        assert (made.status_code, made.json()["visit_date"]) == (201, TODAY.isoformat())
        assert join(clinic, "patient_b", **wanted).status_code == 201
    with clock.frozen(at(TOMORROW, "04:01")):
        refused = join(clinic, "patient_b", **wanted)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "first_date")
        assert expire_entries() == 1


@pytest.mark.requirement("QUE-01")
def test_the_overview_of_the_night_and_its_sessions_to_choose_from_are_the_evenings(clinic: World) -> None:
    session = open_session(clinic, date=TODAY, start="22:00", end="02:00", fee=0)
    reader = clinic.client("head")
    with clock.frozen(at(TOMORROW, "00:30")):
        day = reader.get(f"{ADMIN}/clinic-overview").json()
        assert day["date"] == TODAY.isoformat()
        chosen = reader.get(f"{ADMIN}/clinic-sessions/options").json()
        assert str(session.pk) in [row["id"] for row in chosen]
