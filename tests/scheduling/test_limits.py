"""Booking limits as rows, at every door, also when two bookings meet; attempts per minute."""

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from apps.access.services.sync import sync_access
from apps.scheduling.errors import BookingLimitReached
from apps.scheduling.models import Appointment, AppointmentKind, BookingLimit
from apps.scheduling.services.book import Booked, book_on_behalf
from kernel import clock, rates, redis as kernel_redis
from tests.scheduling.support import (
    ADMIN,
    NOW,
    TODAY,
    TOMORROW,
    at_once,
    book,
    code,
    first_slot,
    open_session,
)
from tests.support.world import World, build_world

DAY = dt.timedelta(days=1)


def limit(world: World, scope: str, value: int, days: int = 1, **more: Any) -> BookingLimit:
    return BookingLimit.objects.create(hospital=world.h1, scope=scope, value=value, days=days, **more)


def window(world: World, slot: Any, who: str = "clerk", patient: str = "patient_a", **more: Any) -> Any:
    body = {
        "patient_id": str(world.patients[patient].pk),
        "slot_id": str(slot.pk),
        "kind": "same_day",
        **more,
    }
    return world.client(who).post(
        f"{ADMIN}/appointments", body, format="json", HTTP_IDEMPOTENCY_KEY=uuid4().hex
    )


@pytest.mark.requirement("BOOK-06")
def test_so_many_bookings_per_patient_and_day_at_every_door(clinic: World) -> None:
    limit(clinic, "patient", 2)
    slots = [
        first_slot(open_session(clinic, doctor=doctor, start=start, end=end, capacity=9))
        for doctor, start, end in (
            ("doctor_a", "09:00", "10:00"), ("doctor_b", "09:00", "10:00"), ("doctor_a", "14:00", "15:00"),
        )
    ]  # fmt: skip
    assert book(clinic, "patient_a", slots[0]).status_code == 201
    assert window(clinic, slots[1]).status_code == 201
    for answer in (
        book(clinic, "patient_a", slots[2]), window(clinic, slots[2]), window(clinic, slots[2], source="phone")
    ):  # fmt: skip
        assert code(answer) == (409, "booking_limit_reached")
        shown = answer.json()
        assert (shown["scope"], shown["days"], shown["value"], shown["used"]) == ("patient", 1, 2, 2)
    assert Appointment.objects.count() == 2
    assert book(clinic, "patient_b", slots[2]).status_code == 201, "another patient"
    tomorrow = first_slot(open_session(clinic, date=TOMORROW))
    assert book(clinic, "patient_a", tomorrow, "advance").status_code == 201, "another day"
    with clock.frozen(NOW + dt.timedelta(minutes=16)):
        assert book(clinic, "patient_a", slots[2]).status_code == 201, "holds that have lapsed do not count"


@pytest.mark.requirement("BOOK-06")
@pytest.mark.parametrize(
    ("scope", "other"), [("patient_doctor", "doctor_b"), ("patient_department", "doctor_c")]
)
def test_a_limit_of_a_doctor_or_a_department_within_several_days(
    clinic: World, scope: str, other: str
) -> None:
    limit(clinic, scope, 1, days=2)
    book(clinic, "patient_a", first_slot(open_session(clinic, date=TOMORROW)), "advance")
    near = first_slot(open_session(clinic, date=TOMORROW + DAY))
    far = first_slot(open_session(clinic, date=TOMORROW + 2 * DAY))
    department = "surgery" if other == "doctor_c" else "cardiology"
    elsewhere = first_slot(open_session(clinic, date=TOMORROW, doctor=other, department=department))
    assert code(book(clinic, "patient_a", near, "advance")) == (409, "booking_limit_reached")
    assert book(clinic, "patient_a", elsewhere, "advance").status_code == 201
    assert book(clinic, "patient_a", far, "advance").status_code == 201


@pytest.mark.requirement("BOOK-06")
def test_what_an_account_books_in_a_day_counts_also_when_it_was_cancelled(clinic: World) -> None:
    limit(clinic, "account", 1)
    made = book(clinic, "patient_a", first_slot(open_session(clinic))).json()
    clinic.client("patient_a").post(f"/api/miniprogram/v1/appointments/{made['id']}/cancel")
    slot = first_slot(open_session(clinic, doctor="doctor_b"))
    assert code(book(clinic, "patient_a", slot)) == (409, "booking_limit_reached")
    assert window(clinic, slot).status_code == 201, "the account's limit does not bind the window"


@pytest.mark.requirement("BOOK-06")
def test_an_inactive_limit_and_another_hospital_s_do_not_bind(clinic: World) -> None:
    limit(clinic, "patient", 1, is_active=False)
    BookingLimit.objects.create(hospital=clinic.h2, scope="patient", value=1)
    for doctor in ("doctor_a", "doctor_b"):
        assert book(clinic, "patient_a", first_slot(open_session(clinic, doctor=doctor))).status_code == 201


@pytest.mark.requirement("BOOK-06")
def test_staff_with_the_right_book_past_a_limit_and_say_why(clinic: World) -> None:
    limit(clinic, "patient", 1)
    book(clinic, "patient_a", first_slot(open_session(clinic)))
    slot = first_slot(open_session(clinic, doctor="doctor_b"))
    assert window(clinic, slot, override_reason="复诊").status_code == 403, "a clerk has no such right"
    assert window(clinic, slot, "admin1").json()["code"] == "booking_limit_reached"
    assert window(clinic, slot, "admin1", override_reason="会诊需要").status_code == 201
    assert Appointment.objects.get(slot=slot).override_reason == "会诊需要"


@pytest.mark.requirement("BOOK-06")
def test_a_booking_under_limits_makes_no_more_queries(clinic: World) -> None:
    for scope in ("patient", "patient_doctor", "patient_department", "account"):
        limit(clinic, scope, 5)
    book(clinic, "patient_a", first_slot(open_session(clinic, doctor="doctor_b")))
    slot = first_slot(open_session(clinic, capacity=5))
    with CaptureQueriesContext(connection) as queries:
        assert book(clinic, "patient_a", slot).status_code == 201
    sql = [q["sql"] for q in queries.captured_queries if "SAVEPOINT" not in q["sql"]]
    assert len(sql) <= 6, "\n".join(sql)
    assert "EXECUTE take_number_guarded" in sql[-1]


@pytest.mark.requirement("BOOK-06")
@pytest.mark.parametrize("wrong", [{"value": 0}, {"value": 101}, {"days": 91}, {"scope": "nobody"}])
def test_what_a_limit_cannot_be(wrong: dict[str, Any], clinic: World) -> None:
    body = {"hospital_id": str(clinic.h1.pk), "scope": "patient", "value": 3, **wrong}
    assert clinic.client("clerk").post(f"{ADMIN}/booking-limits", body, format="json").status_code == 400


@pytest.mark.requirement("BOOK-06")
def test_an_account_that_tries_too_often_waits_and_without_redis_nobody_is_counted(clinic: World) -> None:
    clinic.h1.settings = {"booking.attempts_per_minute": 2}
    clinic.h1.save()
    slot = first_slot(open_session(clinic, capacity=5))
    answers = [book(clinic, "patient_a", slot) for _ in range(3)]
    assert [a.status_code for a in answers] == [201, 409, 429]
    assert answers[2]["Retry-After"]
    assert book(clinic, "patient_b", slot).status_code == 201
    kernel_redis.client.cache_clear()
    try:
        with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
            assert book(clinic, "patient_a", slot).status_code == 409
    finally:
        kernel_redis.client.cache_clear()
        rates._paused_until = 0.0


@pytest.fixture
def committed() -> Iterator[World]:
    sync_access()
    with clock.frozen(NOW):
        yield build_world()


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("BOOK-06")
def test_bookings_of_one_patient_in_many_sessions_at_once_stop_at_the_limit(committed: World) -> None:
    limit(committed, "patient", 2)
    patient, staff = committed.patients["patient_a"], committed.staff["clerk"].pk
    slots = [
        first_slot(open_session(committed, start=f"{hour:02}:00", end=f"{hour + 1:02}:00", slot_minutes=0))
        for hour in range(9, 21)
    ]
    jobs: list[Callable[[], Any]] = [
        partial(
            book_on_behalf, staff_id=staff, patient=patient, slot_id=slot.pk, kind=AppointmentKind.SAME_DAY
        )
        for slot in slots
    ]
    results = at_once(jobs, 12)
    assert sum(isinstance(r, Booked) for r in results) == 2, results
    assert sum(isinstance(r, BookingLimitReached) for r in results) == 10, results
    assert Appointment.objects.filter(patient=patient, visit_date=TODAY).count() == 2
