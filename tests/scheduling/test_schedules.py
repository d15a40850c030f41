"""Templates and sessions: who may, what they make, and what stopping does."""

import datetime as dt
from typing import Any

import pytest

from apps.scheduling.models import Appointment, ClinicSession, ScheduleTemplate
from kernel.models import OutboxEvent
from tests.scheduling.support import ADMIN, TODAY, TOMORROW, book, code, first_slot, open_session, states
from tests.support.world import World


def template(world: World, who: str = "head", **changes: Any) -> Any:
    body = {
        "department_id": str(world.departments["cardiology"].pk), "practitioner_id": str(world.staff["doctor_a"].pk),
        "weekday": TOMORROW.weekday(), "period": "morning", "start_time": "08:00", "end_time": "12:00",
        "slot_minutes": 60, "capacity_per_slot": 3, "fee_fen": 5_000, "tier": "expert",
        "valid_from": TODAY.isoformat(), **changes,
    }  # fmt: skip
    return world.client(who).post(f"{ADMIN}/schedule-templates", body, format="json")


def post(world: World, who: str, path: str, body: dict[str, Any] | None = None) -> Any:
    return world.client(who).post(f"{ADMIN}/clinic-sessions/{path}", body, format="json")


@pytest.mark.requirement("BOOK-01")
def test_a_template_makes_sessions_once_and_publishing_makes_their_numbers(clinic: World) -> None:
    assert template(clinic).status_code == 201
    days = {"first_date": TODAY.isoformat(), "last_date": (TODAY + dt.timedelta(days=13)).isoformat()}
    made = post(clinic, "head", "generate", days).json()
    assert made["created"] == 2
    assert post(clinic, "head", "generate", days).json()["created"] == 0
    session = made["session_ids"][0]
    shown = post(clinic, "head", f"{session}/publish").json()
    assert (shown["state"], shown["capacity"], shown["remaining"], shown["registration_fee_fen"]) == (
        "published", 12, 12, 5_000,
    )  # fmt: skip
    slots = clinic.client("head").get(f"{ADMIN}/clinic-sessions/{session}/slots").json()
    assert [slot["remaining"] for slot in slots] == [3, 3, 3, 3]
    assert code(post(clinic, "head", f"{session}/publish")) == (409, "state_conflict")
    assert Appointment.objects.count() == 0


@pytest.mark.requirement("BOOK-01")
@pytest.mark.parametrize(
    "change",
    [
        {"end_time": "08:00"}, {"weekday": 7}, {"capacity_per_slot": 0}, {"fee_fen": -1}, {"fee_fen": 10**12},
        {"slot_minutes": 1, "capacity_per_slot": 500}, {"valid_until": "2020-01-01"}, {"period": "night"},
    ],
)  # fmt: skip
def test_an_impossible_template_is_refused(clinic: World, change: dict[str, Any]) -> None:
    assert template(clinic, **change).status_code == 400
    assert not ScheduleTemplate.objects.exists()


@pytest.mark.requirement("BOOK-01")
def test_templates_are_made_for_own_doctors_by_those_who_may(clinic: World) -> None:
    surgeon, dentist = (str(clinic.staff[name].pk) for name in ("doctor_c", "doctor_h2"))
    assert template(clinic, practitioner_id=surgeon).status_code == 400
    assert template(clinic, who="admin1", practitioner_id=dentist).status_code == 400
    assert template(clinic, who="doctor_a").status_code == 403
    assert template(clinic, who="clerk").status_code == 403
    assert template(clinic, who="admin2").status_code == 400
    assert not ScheduleTemplate.objects.exists()


@pytest.mark.requirement("BOOK-01")
def test_a_template_is_edited_by_version_and_told_apart(clinic: World) -> None:
    url = f"{ADMIN}/schedule-templates/{template(clinic).json()['id']}"
    assert code(template(clinic)) == (409, "duplicate")
    head = clinic.client("head")
    assert head.patch(url, {"fee_fen": 100, "version": 1}, format="json").json()["fee_fen"] == 100
    assert code(head.patch(url, {"fee_fen": 200, "version": 1}, format="json")) == (409, "stale_version")
    assert clinic.client("admin2").get(url).status_code == 404
    assert head.delete(url).status_code == 204


@pytest.mark.requirement("BOOK-01")
def test_a_draft_may_change_and_a_published_session_not(clinic: World) -> None:
    body = {
        "department_id": str(clinic.departments["cardiology"].pk), "practitioner_id": str(clinic.staff["doctor_b"].pk),
        "date": TOMORROW.isoformat(), "period": "afternoon", "start_time": "14:00", "end_time": "16:00",
        "slot_minutes": 0, "capacity_per_slot": 10, "registration_fee_fen": 1_000,
    }  # fmt: skip
    head = clinic.client("head")
    made = head.post(f"{ADMIN}/clinic-sessions", body, format="json")
    assert (made.status_code, made.json()["state"]) == (201, "draft"), made.json()
    assert code(head.post(f"{ADMIN}/clinic-sessions", body, format="json")) == (409, "session_conflict")
    url = f"{ADMIN}/clinic-sessions/{made.json()['id']}"
    assert head.patch(url, {"date": TODAY.isoformat(), "version": 1}, format="json").status_code == 400
    changed = head.patch(url, {"registration_fee_fen": 5, "version": 1}, format="json")
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    post(clinic, "head", f"{made.json()['id']}/publish")
    assert code(head.patch(url, {"registration_fee_fen": 9, "version": 3}, format="json")) == (
        409,
        "session_published",
    )
    assert code(head.delete(url)) == (409, "session_published")
    assert ClinicSession.objects.get().registration_fee_fen == 5


@pytest.mark.requirement("BOOK-01")
def test_stopping_a_session_cancels_its_bookings_and_closes_its_numbers(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW, capacity=2)
    for account in ("patient_a", "patient_b"):
        book(clinic, account, first_slot(session), "advance")
    assert post(clinic, "doctor_a", f"{session.pk}/stop", {"reason": "x"}).status_code == 403
    assert post(clinic, "admin2", f"{session.pk}/stop", {"reason": "x"}).status_code == 404
    assert post(clinic, "head", f"{session.pk}/stop", {}).status_code == 400
    assert states(session) == ["taken", "taken", "free", "free"]
    shown = post(clinic, "head", f"{session.pk}/stop", {"reason": "医生请假"}).json()
    assert (shown["state"], shown["remaining"]) == ("stopped", 0)
    assert set(states(session)) == {"stopped"}
    assert set(Appointment.objects.values_list("state", "cancel_reason")) == {("cancelled", "医生请假")}
    cancelled = OutboxEvent.objects.filter(topic="scheduling.appointment_cancelled")
    assert {event.payload["cause"] for event in cancelled} == {"session_stopped"}
    assert cancelled.count() == 2
    assert code(post(clinic, "head", f"{session.pk}/stop", {"reason": "x"})) == (409, "state_conflict")


@pytest.mark.requirement("BOOK-01")
@pytest.mark.parametrize(("first", "last"), [(-1, 3), (3, 1), (0, 92)])  # in the past, backwards, too long
def test_sessions_are_generated_for_sensible_days_only(clinic: World, first: int, last: int) -> None:
    template(clinic)
    days = {
        "first_date": (TODAY + dt.timedelta(days=first)).isoformat(),
        "last_date": (TODAY + dt.timedelta(days=last)).isoformat(),
    }
    assert post(clinic, "head", "generate", days).status_code == 400
    assert not ClinicSession.objects.exists()


@pytest.mark.requirement("INT-04")
def test_sessions_to_choose_from_are_published_and_still_to_come_the_next_first(clinic: World) -> None:
    assert template(clinic).status_code == 201
    days = {"first_date": TODAY.isoformat(), "last_date": (TODAY + dt.timedelta(days=13)).isoformat()}
    sessions = post(clinic, "head", "generate", days).json()["session_ids"]
    options = f"{ADMIN}/clinic-sessions/options"
    assert clinic.client("head").get(options).json() == []
    for session in sessions:
        assert post(clinic, "head", f"{session}/publish").status_code == 200
    shown = clinic.client("head").get(options, {"search": clinic.staff["doctor_a"].name}).json()
    assert {row["id"] for row in shown} == set(sessions)
    assert [row["hint"] for row in shown] == [
        f"{TOMORROW + dt.timedelta(days=7 * week)} 08:00 · 心内科" for week in (0, 1)
    ]
    assert clinic.client("head").get(options, {"search": "没有这个人"}).json() == []
    ClinicSession.objects.filter(pk=shown[0]["id"]).update(date=TODAY - dt.timedelta(days=1))
    assert [row["id"] for row in clinic.client("head").get(options).json()] == [shown[1]["id"]]
    [template_option] = clinic.client("head").get(f"{ADMIN}/schedule-templates/options").json()
    assert template_option["hint"].startswith("心内科 · 星期") and template_option["hint"].endswith(
        " · 08:00"
    )
