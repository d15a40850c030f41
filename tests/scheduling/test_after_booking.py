"""What follows from a booking: timeline, messages, the reminder of the day before."""

import datetime as dt

import pytest

from apps.identity.models import Hospital
from apps.messaging.models import Message
from apps.patients.models import TimelineEntry
from apps.scheduling import tasks
from apps.scheduling.models import Appointment, ClinicSession, PaymentStatus
from apps.scheduling.services.confirm import settle_fee
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
def test_nobody_is_reminded_of_what_was_booked_or_moved_shortly_before(clinic: World) -> None:
    book(clinic, "patient_a", first_slot(open_session(clinic, date=TOMORROW)), "advance")
    for hour, told in ((9, 0), (19, 0), (20, 1)):
        with clock.frozen(clock.local(TODAY, dt.time(hour, 5))):
            tasks.remind_patients.fn()
            deliver()
        assert Message.objects.filter(scene="appointment_reminder").count() == told
    [booked], [reminder] = (
        Message.objects.filter(scene=scene) for scene in ("appointment_booked", "appointment_reminder")
    )
    assert reminder.title == "就诊提醒"
    assert reminder.text != booked.text


@pytest.mark.requirement("BOOK-07")
def test_the_hours_before_a_reminder_are_the_hospitals(clinic: World) -> None:
    Hospital.objects.filter(pk=clinic.h1.pk).update(settings={"booking.reminder_hours": 1})
    booked = book(clinic, "patient_a", first_slot(open_session(clinic, date=TOMORROW)), "advance").json()
    with clock.frozen(clock.local(TODAY, dt.time(8, 30))):
        slot = first_slot(open_session(clinic, date=TOMORROW, start="14:00", end="15:00"))
        url = f"{MINI}/appointments/{booked['id']}/reschedule"
        moved = clinic.client("patient_a").post(
            url, {"slot_id": str(slot.pk)}, format="json", HTTP_IDEMPOTENCY_KEY="move"
        )
        assert moved.status_code == 200, moved.content
    for minute, told in ((5, 0), (35, 1)):
        with clock.frozen(clock.local(TODAY, dt.time(9, minute))):
            tasks.remind_patients.fn()
            deliver()
        assert Message.objects.filter(scene="appointment_reminder").count() == told


@pytest.mark.requirement("BOOK-07")
def test_a_same_day_registration_is_announced_as_registered_once_it_is_paid(clinic: World) -> None:
    session = open_session(clinic)
    held = book(clinic, "patient_a", first_slot(session)).json()
    deliver()
    assert not Message.objects.exists()
    settle_fee(appointment_id=held["id"], payment_status=PaymentStatus.PAID_ONLINE)
    for _ in range(2):
        deliver()
    message = Message.objects.get()
    assert (message.scene, message.title) == ("registration_paid", "挂号成功")
    assert "号序1" in message.text


@pytest.mark.requirement("BOOK-07")
def test_a_cancelled_visit_is_not_reminded_of(clinic: World) -> None:
    booked = book(clinic, "patient_a", first_slot(open_session(clinic, date=TOMORROW)), "advance").json()
    with clock.frozen(clock.local(TODAY, dt.time(20, 5))):
        tasks.remind_patients.fn()
    assert OutboxEvent.objects.filter(topic="scheduling.appointment_reminder_due").exists()
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
