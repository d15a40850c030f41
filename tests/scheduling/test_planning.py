"""The calendar, leave and quotas: which days have sessions, and for whom their numbers are kept."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from apps.identity.models import CalendarDay, Location
from apps.identity.services.calendar import fill_year
from apps.scheduling.models import Appointment, ClinicSession, SlotNumber, StaffLeave
from kernel import clock
from tests.scheduling.support import ADMIN, MINI, TODAY, TOMORROW, book, code, first_slot, open_session
from tests.scheduling.test_schedules import post, template
from tests.support.world import World

pytestmark = pytest.mark.requirement("BOOK-01")


def generate(world: World, first: dt.date, last: dt.date, who: str = "head") -> Any:
    body = {"first_date": first.isoformat(), "last_date": last.isoformat()}
    return post(world, who, "generate", body).json()


def fill(world: World, year: int, who: str = "admin1") -> Any:
    body = {"hospital_id": str(world.h1.pk), "year": year}
    return world.client(who).post(f"{ADMIN}/calendar-days/fill", body, format="json")


def test_a_year_is_filled_from_the_published_calendar_and_own_days_are_kept(clinic: World) -> None:
    admin = clinic.client("admin1")
    own = {"hospital_id": str(clinic.h1.pk), "date": "2026-10-01", "kind": "workday", "note": "照常门诊"}
    made = admin.post(f"{ADMIN}/calendar-days", own, format="json")
    assert made.status_code == 201, made.json()
    assert code(admin.post(f"{ADMIN}/calendar-days", own, format="json")) == (409, "duplicate")
    answer = fill(clinic, 2026)
    assert (answer.status_code, answer.json()["kept"]) == (200, 1)
    assert fill(clinic, 2026).json()["entered"] == 0
    days = {day.date: day for day in CalendarDay.objects.filter(hospital=clinic.h1)}
    assert days[dt.date(2026, 10, 1)].kind == "workday"
    assert days[dt.date(2026, 10, 2)].kind == "holiday"
    # Saturday 10 October makes up for the Wednesday that is off.
    assert (days[dt.date(2026, 10, 10)].kind, days[dt.date(2026, 10, 10)].follows_weekday) == ("workday", 2)
    url = f"{ADMIN}/calendar-days/{made.json()['id']}"
    assert (
        admin.patch(url, {"kind": "holiday", "follows_weekday": 1, "version": 1}, format="json").status_code
        == 400
    )
    assert admin.patch(url, {"note": "门诊", "version": 1}, format="json").json()["version"] == 2
    assert code(admin.patch(url, {"note": "x", "version": 1}, format="json")) == (409, "stale_version")
    assert not CalendarDay.objects.filter(hospital=clinic.h2).exists()
    assert admin.delete(url).status_code == 204


def test_a_year_that_is_not_published_is_said_and_not_guessed(clinic: World) -> None:
    answer = fill(clinic, 2090)
    assert code(answer) == (409, "calendar_year_unknown")
    assert answer.json()["first_year"] == 2004
    assert "2090" in answer.json()["detail"]
    assert fill(clinic, 0).status_code == 400
    assert fill(clinic, 2026, who="admin2").status_code == 400  # a hospital out of reach
    assert fill(clinic, 2026, who="head").status_code == 403
    assert not CalendarDay.objects.exists()


def test_holidays_are_left_out_and_make_up_days_follow_the_weekday_they_stand_for(clinic: World) -> None:
    with clock.frozen(clock.local(dt.date(2026, 9, 1), dt.time(8))):
        fill_year(clinic.h1, 2026)
        wednesday = template(clinic, weekday=2, valid_from="2026-01-01")
        saturday = template(clinic, weekday=5, start_time="13:00", end_time="15:00", valid_from="2026-01-01")
        emergency = template(
            clinic,
            weekday=2,
            start_time="18:00",
            end_time="20:00",
            valid_from="2026-01-01",
            runs_on_holidays=True,
        )
        assert {made.status_code for made in (wednesday, saturday, emergency)} == {201}
        answer = generate(clinic, dt.date(2026, 9, 28), dt.date(2026, 10, 11))
    rows = ClinicSession.objects.order_by("starts_at").values_list("date", "template_id")
    days = [(day.isoformat(), str(template_id)) for day, template_id in rows]
    kinds = {made.json()["id"]: name for made, name in ((wednesday, "w"), (saturday, "s"), (emergency, "e"))}
    assert [(day, kinds[key]) for day, key in days] == [
        ("2026-09-30", "w"), ("2026-09-30", "e"),  # an ordinary Wednesday
        ("2026-10-07", "e"),  # a holiday
        ("2026-10-10", "w"), ("2026-10-10", "e"),  # the make-up Saturday is a Wednesday
    ]  # fmt: skip
    assert answer["created"] == 5
    assert answer["holidays"] == [f"2026-10-0{n}" for n in range(1, 8)]
    assert answer["makeup_days"] == [{"date": "2026-10-10", "follows_weekday": 2}]
    assert answer["unknown_days"] == []


def test_days_without_a_calendar_go_by_their_weekday_and_are_named(clinic: World) -> None:
    fill_year(clinic.h1, 2026)
    with clock.frozen(clock.local(dt.date(2026, 12, 28), dt.time(8))):
        template(clinic, weekday=4)  # 1 January 2027 is a Friday
        answer = generate(clinic, dt.date(2026, 12, 28), dt.date(2027, 1, 2))
    assert answer["unknown_days"] == ["2027-01-01", "2027-01-02"]
    assert (answer["created"], answer["holidays"]) == (1, [])


def test_generation_leaves_out_what_is_in_the_way_and_says_so(clinic: World) -> None:
    room = Location.objects.create(hospital=clinic.h1, building="门诊楼", floor="3", room="301")
    first = template(clinic, room_id=str(room.pk)).json()
    second = template(
        clinic, practitioner_id=str(clinic.staff["doctor_b"].pk), start_time="11:00", end_time="13:00",
        room_id=str(room.pk),
    ).json()  # fmt: skip
    one_off = open_session(clinic, date=TOMORROW + dt.timedelta(days=7), start="11:30", end="12:30")
    answer = generate(clinic, TODAY, TODAY + dt.timedelta(days=13))
    assert (answer["created"], answer["conflict_count"]) == (2, 2)
    by_template = {row["template_id"]: row for row in answer["conflicts"]}
    mine = by_template[first["id"]]
    assert [(row["id"], row["because"]) for row in mine["conflicts"]] == [(str(one_off.pk), "practitioner")]
    assert [row["because"] for row in by_template[second["id"]]["conflicts"]] == ["room"]
    stopped = ClinicSession.objects.filter(template=first["id"]).get()
    post(clinic, "head", f"{stopped.pk}/stop", {"reason": "x"})
    # A stopped session is not made again, and no longer in the way of the other doctor.
    again = generate(clinic, TODAY, TODAY + dt.timedelta(days=6))
    assert [str(ClinicSession.objects.get(pk=pk).template_id) for pk in again["session_ids"]] == [
        second["id"]
    ]


def test_nobody_is_planned_while_on_leave_and_what_was_planned_can_be_stopped(clinic: World) -> None:
    template(clinic)
    session = open_session(clinic, date=TOMORROW, start="14:00", end="15:00")
    book(clinic, "patient_b", first_slot(session), "advance")
    body = {
        "practitioner_id": str(clinic.staff["doctor_a"].pk), "reason": "进修",
        "starts_at": f"{TOMORROW}T14:30:00+08:00", "ends_at": f"{TOMORROW + dt.timedelta(days=2)}T00:00:00+08:00",
    }  # fmt: skip
    url = f"{ADMIN}/staff-leaves"
    head = clinic.client("head")
    assert head.post(url, body | {"ends_at": body["starts_at"]}, format="json").status_code == 400
    assert (
        head.post(
            url, body | {"practitioner_id": str(clinic.staff["doctor_c"].pk)}, format="json"
        ).status_code
        == 400
    )
    assert clinic.client("doctor_a").post(url, body, format="json").status_code == 403
    taken = head.post(url, body, format="json")
    assert taken.status_code == 201, taken.json()
    assert [(row["id"], row["state"]) for row in taken.json()["sessions"]] == [(str(session.pk), "published")]
    assert taken.json()["cancelled"] == 0
    assert clinic.client("doctor_a").get(f"{url}/{taken.json()['id']}").status_code == 200
    assert clinic.client("doctor_b").get(url).json()["count"] == 0
    assert generate(clinic, TODAY, TOMORROW)["created"] == 1  # the morning before
    plan = {
        "department_id": str(clinic.departments["cardiology"].pk), "practitioner_id": body["practitioner_id"],
        "date": TOMORROW.isoformat(), "period": "evening", "start_time": "18:00", "end_time": "19:00",
        "slot_minutes": 0, "capacity_per_slot": 1, "registration_fee_fen": 0,
    }  # fmt: skip
    refused = head.post(f"{ADMIN}/clinic-sessions", plan, format="json")
    assert code(refused) == (409, "practitioner_on_leave")
    assert refused.json()["leave_id"] == taken.json()["id"]
    other = open_session(clinic, date=TOMORROW, start="20:00", end="21:00", doctor="doctor_b")
    substitute = {"practitioner_id": body["practitioner_id"], "reason": "x"}
    assert code(post(clinic, "head", f"{other.pk}/substitute", substitute)) == (409, "practitioner_on_leave")
    assert head.delete(f"{url}/{taken.json()['id']}").status_code == 204
    stopped = head.post(url, body | {"stop_sessions": True}, format="json").json()
    assert (stopped["cancelled"], [row["state"] for row in stopped["sessions"]]) == (1, ["stopped"])
    assert Appointment.objects.get().cancel_reason == "进修"
    day = TODAY + dt.timedelta(days=7)
    StaffLeave.objects.create(
        hospital=clinic.h1, practitioner=clinic.staff["doctor_a"], starts_at=clock.local(day, dt.time()),
        ends_at=clock.local(day + dt.timedelta(days=2), dt.time()), reason="年假",
    )  # fmt: skip
    report = generate(clinic, TODAY, TODAY + dt.timedelta(days=13))
    assert (report["created"], report["on_leave_count"]) == (0, 1)


def test_numbers_are_kept_for_their_source_until_they_are_released(clinic: World) -> None:
    made = template(
        clinic, slot_minutes=0, capacity_per_slot=4, channel_quotas={"window": 2, "follow_up": 1},
        release_minutes=90, fee_fen=0,
    )  # fmt: skip
    assert made.status_code == 201, made.json()
    session = ClinicSession.objects.get(pk=generate(clinic, TODAY, TOMORROW)["session_ids"][0])
    post(clinic, "head", f"{session.pk}/publish")
    slot = first_slot(session)
    url = f"{ADMIN}/clinic-sessions/{session.pk}/slots"
    shown = clinic.client("head").get(url).json()[0]
    assert (shown["remaining"], shown["kept"]) == (4, {"window": 2, "follow_up": 1})
    assert [row["remaining"] for row in clinic.client("patient_a").get(
        f"{MINI}/booking/slots", {"session_id": str(session.pk)}).json()] == [1]  # fmt: skip
    assert book(clinic, "patient_a", slot, "advance").json()["number"] == 4
    assert code(book(clinic, "patient_b", slot, "advance")) == (409, "slot_full")
    body = {"patient_id": str(clinic.patients["patient_b"].pk), "slot_id": str(slot.pk), "kind": "advance"}

    def at_desk(source: str) -> Any:
        return clinic.client("clerk").post(
            f"{ADMIN}/appointments",
            body | {"source": source},
            format="json",
            HTTP_IDEMPOTENCY_KEY=uuid4().hex,
        )

    assert code(at_desk("phone")) == (409, "slot_full")
    followed = at_desk("follow_up")
    assert (followed.status_code, followed.json()["source"]) == (201, "follow_up"), followed.json()
    clinic.client("clerk").post(
        f"{ADMIN}/appointments/{followed.json()['id']}/cancel", {"reason": "x"}, format="json"
    )
    with clock.frozen(session.starts_at - dt.timedelta(minutes=90)):
        kind = "same_day"  # the session is in the morning of the day itself
        assert clinic.client("head").get(url).json()[0]["kept"] == {}
        taken = book(clinic, "patient_b", slot, kind).json()
        assert taken.get("number") == 1, taken
    assert SlotNumber.objects.filter(state="free").count() == 2


def test_a_quota_of_the_session_is_spread_and_released_the_day_before(clinic: World) -> None:
    made = template(
        clinic, slot_minutes=60, capacity_per_slot=2, channel_quotas={"window": 2, "phone": 1},
        quota_per="session", release_at="18:30",
    )  # fmt: skip
    session = ClinicSession.objects.get(
        pk=generate(clinic, TODAY, TODAY + dt.timedelta(days=1))["session_ids"][0]
    )
    assert made.status_code == 201
    post(clinic, "head", f"{session.pk}/publish")
    rows = SlotNumber.objects.order_by("number").values_list("number", "channel")
    assert [channel for _, channel in rows] == ["", "", "window", "", "phone", "", "window", ""]
    kept = SlotNumber.objects.exclude(channel="").values_list("reserved_until", flat=True)
    assert set(kept) == {clock.local(TODAY, dt.time(18, 30))}


@pytest.mark.parametrize(
    "change",
    [
        {"channel_quotas": {"window": 4}}, {"channel_quotas": {"radio": 1}}, {"channel_quotas": {"window": 0}},
        {"channel_quotas": {"window": "many"}}, {"channel_quotas": [1]}, {"channel_quotas": {"window": True}},
        {"channel_quotas": {"window": 13}, "quota_per": "session"}, {"release_minutes": 5, "release_at": "12:00"},
        {"release_minutes": -1}, {"release_at": "25:00"}, {"room_id": "x"}, {"runs_on_holidays": "perhaps"},
    ],
)  # fmt: skip
def test_impossible_quotas_are_refused(clinic: World, change: dict[str, Any]) -> None:
    assert template(clinic, **change).status_code == 400


def test_the_last_day_opens_at_the_release_time(clinic: World) -> None:
    clinic.h1.settings = {"booking.release_minute": 8 * 60 + 30, "booking.max_advance_days": 2}
    clinic.h1.save()
    day = TODAY + dt.timedelta(days=2)
    session = open_session(clinic, date=day)
    refused = book(clinic, "patient_a", first_slot(session), "advance")
    assert code(refused) == (409, "outside_booking_window")
    opens = clock.local(TODAY, dt.time(8, 30))
    assert refused.json()["opens_at"] == f"{TODAY}T08:30:00+08:00"
    query = {"practitioner_id": str(session.practitioner_id)}
    shown = clinic.client("patient_a").get(f"{MINI}/booking/days", query).json()
    assert dt.datetime.fromisoformat(shown[0]["sessions"][0]["opens_at"]) == opens
    later = open_session(clinic, date=TODAY + dt.timedelta(days=3))
    far = book(clinic, "patient_a", first_slot(later), "advance")
    assert dt.datetime.fromisoformat(far.json()["opens_at"]) == opens + dt.timedelta(days=1)
    with clock.frozen(opens):
        shown = clinic.client("patient_a").get(f"{MINI}/booking/days", query).json()
        assert shown[0]["sessions"][0]["opens_at"] is None
        assert book(clinic, "patient_a", first_slot(session), "advance").status_code == 201


@pytest.mark.parametrize("name", ["starts_at", "ends_at"])
@pytest.mark.parametrize("written", ["2026-12-31", "20261231", "2026-W53-4"])
def test_a_day_alone_is_no_moment(clinic: World, name: str, written: str) -> None:
    """Who writes the last day of a leave means its end, and would get its beginning."""
    body = {
        "practitioner_id": str(clinic.staff["doctor_a"].pk), "reason": "x",
        "starts_at": "2026-12-31T00:00:00+08:00", "ends_at": "2027-01-02T00:00:00+08:00",
    } | {name: written}  # fmt: skip
    answer = clinic.client("admin1").post(f"{ADMIN}/staff-leaves", body, format="json")
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"], error["code"]) == (400, name, "iso_moment")
    assert "YYYY-MM-DDThh:mm:ss" in error["message"]
