"""What follows from a booking: timeline, messages, the reminder of the day before."""

import datetime as dt

import pytest

from apps.messaging.models import Message
from apps.patients.models import TimelineEntry
from apps.scheduling import tasks
from apps.scheduling.models import Appointment, ClinicSession
from kernel import clock
from kernel.models import OutboxEvent
from tests.scheduling.support import MINI, TODAY, TOMORROW, book, deliver, first_slot, open_session
from tests.support.world import World


@pytest.mark.requirement("BOOK-07")
def test_a_booking_is_told_and_stands_in_the_timeline(clinic: World) -> None:
    booked = book(clinic, "patient_a", first_slot(open_session(clinic, date=TOMORROW)), "advance").json()
    deliver()
    deliver()
    message = Message.objects.get(scene="appointment_booked")
    assert message.account_id == clinic.accounts["patient_a"].pk
    assert "心内科" in message.text
    entry = TimelineEntry.objects.get(ref_id=booked["id"])
    assert (entry.kind, entry.state) == ("booking", "booked")


@pytest.mark.requirement("BOOK-07")
def test_a_cancellation_is_told(clinic: World) -> None:
    booked = book(clinic, "patient_a", first_slot(open_session(clinic, date=TOMORROW)), "advance").json()
    clinic.client("patient_a").post(f"{MINI}/appointments/{booked['id']}/cancel")
    deliver()
    assert Message.objects.filter(scene="appointment_cancelled").count() == 1
    assert TimelineEntry.objects.get(ref_id=booked["id"]).state == "cancelled"


@pytest.mark.requirement("BOOK-07")
def test_the_reminder_comes_the_day_before_and_once(clinic: World) -> None:
    day = TODAY + dt.timedelta(days=2)
    booked = book(clinic, "patient_a", first_slot(open_session(clinic, date=day)), "advance").json()
    tasks.remind_patients.fn()
    assert not OutboxEvent.objects.filter(topic="scheduling.appointment_reminder_due").exists()
    with clock.frozen(clock.local(TOMORROW, dt.time(9, 5))):
        tasks.remind_patients.fn()
        tasks.remind_patients.fn()
        deliver()
    reminder = OutboxEvent.objects.get(topic="scheduling.appointment_reminder_due")
    assert reminder.payload["appointment_id"] == booked["id"]
    assert Message.objects.filter(scene="appointment_reminder").count() == 1


@pytest.mark.requirement("BOOK-07")
def test_a_cancelled_visit_is_not_reminded_of(clinic: World) -> None:
    booked = book(clinic, "patient_a", first_slot(open_session(clinic, date=TOMORROW)), "advance").json()
    tasks.remind_patients.fn()
    clinic.client("patient_a").post(f"{MINI}/appointments/{booked['id']}/cancel")
    deliver()
    assert not Message.objects.filter(scene="appointment_reminder").exists()


@pytest.mark.requirement("BOOK-04")
def test_the_minute_sweep_frees_holds_and_the_night_closes_sessions(clinic: World) -> None:
    session = open_session(clinic)
    book(clinic, "patient_a", first_slot(session))
    with clock.frozen(session.ends_at + dt.timedelta(minutes=1)):
        tasks.sweep_holds.fn()
        tasks.sweep_uncollected.fn()
        tasks.close_sessions.fn()
    deliver()
    assert Appointment.objects.get().state == "expired"
    assert Message.objects.filter(scene="appointment_expired").count() == 1
    assert ClinicSession.objects.get().state == "closed"
