"""The patient's day in one read, the department's days without a doctor, and the pictures beside the names."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from apps.identity.models import Location
from apps.identity.services.pictures import set_picture
from apps.queueing.services.check_in import check_in
from apps.scheduling.models import Appointment
from kernel import clock
from tests.scheduling.support import (
    MINI,
    NOW,
    TODAY,
    TOMORROW,
    bind,
    book,
    code,
    first_slot,
    make_patient,
    open_session,
)
from tests.support.pictures import picture
from tests.support.world import World


def get(world: World, path: str, who: str | None = "patient_a", **query: Any) -> Any:
    return world.client(who).get(f"{MINI}/{path}", query)


@pytest.mark.requirement("QUE-01")
def test_the_day_of_all_bound_persons_is_read_before_check_in_and_after(clinic: World) -> None:
    child = bind(clinic, "patient_a", make_patient(clinic.h1, "小明"))
    session = open_session(clinic, capacity=4, fee=0)
    book(clinic, "patient_a", first_slot(session))
    book(clinic, "patient_a", first_slot(session), binding=child)
    book(clinic, "patient_b", first_slot(session))
    book(clinic, "patient_a", first_slot(open_session(clinic, date=TOMORROW)), "advance")
    mine = get(clinic, "queue").json()
    assert [(row["patient_name"], row["number"], row["state"], row["place"]) for row in mine] == [
        ("张三丰", 1, "booked", None), ("小明", 2, "booked", None),
    ]  # fmt: skip
    assert dt.datetime.fromisoformat(mine[0]["check_in_from"]) == clock.local(TODAY, dt.time())
    assert dt.datetime.fromisoformat(mine[0]["check_in_until"]) == session.ends_at
    for appointment in Appointment.objects.filter(visit_date=TODAY).order_by("id"):
        check_in(appointment)
    place = get(clinic, "queue").json()[1]["place"]
    assert (place["position"], place["ahead"], place["state"]) == (2, 1, "waiting")
    assert place["estimated_wait_minutes"] is not None
    assert get(clinic, "queue", "patient_none").json() == []


@pytest.mark.requirement("QUE-01")
def test_the_night_is_of_the_day_while_its_line_lasts(clinic: World) -> None:
    book(clinic, "patient_a", first_slot(open_session(clinic, start="22:00", end="02:00", fee=0)))
    other = open_session(clinic, start="10:00", end="11:00", fee=0, doctor="doctor_b")
    book(clinic, "patient_a", first_slot(other))
    with clock.frozen(clock.local(TOMORROW, dt.time(1))):
        [night] = get(clinic, "queue").json()
        assert night["visit_date"] == TODAY.isoformat()


@pytest.mark.requirement("BOOK-02")
def test_a_department_shows_the_days_with_numbers_left_of_all_its_doctors(clinic: World) -> None:
    department = clinic.departments["cardiology"].pk
    open_session(clinic, date=TOMORROW, capacity=2)
    open_session(clinic, date=TOMORROW, start="14:00", end="15:00", doctor="doctor_b")
    full = open_session(clinic, date=TODAY, slot_minutes=0)
    book(clinic, "patient_b", first_slot(full))
    [day] = get(clinic, "booking/days", department_id=department).json()
    assert (day["date"], day["remaining"]) == (TOMORROW.isoformat(), 6)
    assert [row["practitioner_name"] for row in day["sessions"]] == ["doctor_a", "doctor_b"]
    assert get(clinic, "booking/days", department_id=clinic.departments["surgery"].pk).json() == []
    asked = get(clinic, "booking/days")
    assert code(asked) == (400, "validation_error")
    assert asked.json()["errors"][0]["code"] == "doctor_or_department"


@pytest.mark.requirement("BOOK-02")
def test_doctors_and_places_carry_their_pictures(clinic: World, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    doctor, department = clinic.staff["doctor_a"], clinic.departments["cardiology"]
    place = Location.objects.create(hospital=clinic.h1, building="门诊楼", floor="3")
    type(department).objects.filter(pk=department.pk).update(location=place)
    for row, field in ((place, "map_picture"), (doctor, "portrait")):
        set_picture(row, field, ContentFile(picture()))
    portrait, plan = f"{MINI}/pictures/{doctor.portrait_id}", f"{MINI}/pictures/{place.map_picture_id}"
    session = open_session(clinic, fee=0)
    shown = {row["name"]: row["map_picture_url"] for row in get(clinic, "booking/departments").json()}
    assert (shown["心内科"], shown["外科"]) == (plan, "")
    [row] = get(clinic, "booking/doctors", department_id=department.pk, date=NOW.date().isoformat()).json()
    assert row["portrait_url"] == portrait
    [day] = get(clinic, "booking/days", practitioner_id=doctor.pk).json()
    assert day["sessions"][0]["practitioner_portrait_url"] == portrait
    made = book(clinic, "patient_a", first_slot(session)).json()
    for answer in (made, get(clinic, f"appointments/{made['id']}").json(), get(clinic, "queue").json()[0]):
        assert (answer["practitioner_portrait_url"], answer["map_picture_url"]) == (portrait, plan)
