"""改期: number and history are kept, the old number is free, nobody loses or gains a number."""

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from apps.access.services.sync import sync_access
from apps.messaging.models import Message
from apps.patients.models import CareTeamMember, Patient
from apps.scheduling.errors import SlotFull
from apps.scheduling.models import Appointment, AppointmentKind, BookingLimit, Slot, SlotNumber
from apps.scheduling.services.book import book_on_behalf
from apps.scheduling.services.cancel import cancel
from apps.scheduling.services.reschedule import reschedule_by_staff
from apps.scheduling.services.stop import stop_session
from apps.scheduling.states import OCCUPYING
from kernel import clock
from kernel.errors import DomainError, StateConflict
from kernel.models import OutboxEvent
from tests.scheduling.support import (
    ADMIN,
    MINI,
    NOW,
    TODAY,
    TOMORROW,
    at_once,
    book,
    code,
    deliver,
    first_slot,
    open_session,
    states,
)
from tests.scheduling.test_desk import act
from tests.support.world import World, build_world

DAY = dt.timedelta(days=1)


def move(
    world: World, appointment: Any, slot: Any, who: str = "patient_a", key: str = "", **more: Any
) -> Any:
    base = MINI if who.startswith("patient") else ADMIN
    return world.client(who).post(
        f"{base}/appointments/{appointment['id']}/reschedule",
        {"slot_id": str(getattr(slot, "pk", slot)), **more},
        format="json",
        HTTP_IDEMPOTENCY_KEY=key or uuid4().hex,
    )


@pytest.fixture
def booked(clinic: World) -> Any:
    """patient_a's booking of tomorrow with doctor_a."""
    return book(clinic, "patient_a", first_slot(open_session(clinic, date=TOMORROW)), "advance").json()


@pytest.mark.requirement("BOOK-11")
def test_a_moved_booking_keeps_its_number_for_people_and_its_history(clinic: World, booked: Any) -> None:
    old = Slot.objects.get(pk=booked["slot_id"]).session
    new = open_session(clinic, date=TOMORROW + DAY, doctor="doctor_b")
    shown = move(clinic, booked, first_slot(new), key="k", reason="出差").json()
    assert (shown["id"], shown["appointment_no"], shown["state"]) == (
        booked["id"], booked["appointment_no"], "booked",
    )  # fmt: skip
    assert (shown["practitioner_name"], shown["visit_date"]) == ("doctor_b", str(TOMORROW + DAY))
    assert dt.datetime.fromisoformat(shown["check_in_until"]) == first_slot(new).ends_at
    assert (states(old), states(new)) == (["free", "free"], ["taken", "free"])
    assert move(clinic, booked, first_slot(new), key="k", reason="出差").json() == shown, "once for a key"
    [change] = clinic.client("patient_a").get(f"{MINI}/appointments/{booked['id']}/changes").json()
    assert (change["from_practitioner_name"], change["to_practitioner_name"], change["reason"]) == (
        "doctor_a", "doctor_b", "出差",
    )  # fmt: skip
    assert change["by_staff"] is None
    deliver()
    text = Message.objects.get(scene="appointment_changed").text
    assert "doctor_b" in text
    assert f"{TOMORROW} 09:00" in text
    patient = clinic.patients["patient_a"]
    live = CareTeamMember.objects.filter(patient=patient, ended_at=None)
    assert clinic.staff["doctor_b"].pk in set(live.values_list("staff_id", flat=True))
    assert clinic.client("doctor_b").get(f"{ADMIN}/patients/{patient.pk}").status_code == 200


@pytest.mark.requirement("BOOK-11")
def test_what_cannot_be_moved_is_refused_and_nothing_changes(clinic: World, booked: Any) -> None:
    slot = Slot.objects.get(pk=booked["slot_id"])
    full = first_slot(open_session(clinic, date=TOMORROW + DAY, slot_minutes=0))
    assert book(clinic, "patient_b", full, "advance").status_code == 201
    dental = open_session(clinic, date=TOMORROW, doctor="doctor_h2", department="dental")
    surgery = open_session(clinic, date=TOMORROW, doctor="doctor_c", department="surgery")
    draft = open_session(clinic, date=TOMORROW, doctor="doctor_b", publish=False)
    far = open_session(clinic, date=TODAY + 9 * DAY)
    stopped = open_session(clinic, date=TODAY + 3 * DAY)
    stop_session(stopped, reason="停诊")
    assert not draft.slots.exists()
    for target, expected in (
        (full, (409, "slot_full")), (slot, (400, "validation_error")), (first_slot(dental), (404, "not_found")),
        (first_slot(surgery), (409, "slot_of_other_department")), (uuid4(), (404, "not_found")),
        (first_slot(far), (409, "outside_booking_window")), (first_slot(stopped), (409, "session_not_open")),
        ("x", (400, "validation_error")),
    ):  # fmt: skip
        assert code(move(clinic, booked, target)) == expected, target
    assert move(clinic, booked, full, "patient_b").status_code == 404
    after = clinic.client("patient_a").get(f"{MINI}/appointments/{booked['id']}").json()
    assert after == booked
    assert not OutboxEvent.objects.filter(topic="scheduling.appointment_rescheduled").exists()
    assert SlotNumber.objects.get(appointment_id=booked["id"]).slot_id == slot.pk


@pytest.mark.requirement("BOOK-11")
def test_a_patient_moves_up_to_the_cut_off_and_so_many_times_staff_longer(clinic: World, booked: Any) -> None:
    clinic.h1.settings = {"booking.cancel_cutoff_minutes": 60, "booking.max_reschedules": 1}
    clinic.h1.save()
    days = [first_slot(open_session(clinic, date=TOMORROW + n * DAY)) for n in (1, 2)]
    with clock.frozen(clock.local(TOMORROW, dt.time(8, 1))):
        assert code(move(clinic, booked, days[0])) == (409, "cancel_too_late")
    assert move(clinic, booked, days[0]).status_code == 200
    refused = move(clinic, booked, days[1])
    assert (code(refused), refused.json()["allowed"]) == ((409, "too_many_changes"), 1)
    assert move(clinic, booked, days[1], "clerk").status_code == 400, "staff say why"
    assert move(clinic, booked, days[1], "doctor_a", reason="x").status_code == 403
    moved = move(clinic, booked, days[1], "clerk", reason="患者来电")
    assert moved.json()["visit_date"] == str(TOMORROW + 2 * DAY)
    changes = clinic.client("clerk").get(f"{ADMIN}/appointments/{booked['id']}/changes").json()
    assert [change["by_staff"] for change in changes] == [None, "clerk"]
    act(clinic, "clerk", booked, "cancel", {"reason": "x"})
    assert code(move(clinic, booked, days[0], "clerk", reason="x")) == (409, "state_conflict")


@pytest.mark.requirement("BOOK-11")
def test_a_paid_booking_does_not_move_to_another_fee(clinic: World, booked: Any) -> None:
    dear = first_slot(open_session(clinic, date=TOMORROW + DAY, fee=5_000))
    same = first_slot(open_session(clinic, date=TOMORROW + DAY, doctor="doctor_b"))
    assert move(clinic, booked, dear).json()["fee_fen"] == 5_000, "unpaid: the new fee is due"
    act(clinic, "clerk", booked, "settle")
    refused = move(clinic, booked, same, "clerk", reason="x")
    assert (code(refused), refused.json()["new_fee_fen"]) == ((409, "registration_fee_differs"), 2_000)
    back = first_slot(open_session(clinic, date=TOMORROW + 2 * DAY, fee=5_000))
    shown = move(clinic, booked, back, "clerk", reason="x").json()
    assert (shown["payment_status"], shown["fee_fen"]) == ("paid_at_counter", 5_000)


@pytest.mark.requirement("BOOK-11", "BOOK-06")
def test_a_booking_does_not_stand_in_its_own_way_but_others_do(clinic: World, booked: Any) -> None:
    BookingLimit.objects.create(hospital=clinic.h1, scope="patient", value=1)
    session = Slot.objects.get(pk=booked["slot_id"]).session
    later = session.slots.order_by("starts_at")[1]
    assert move(clinic, booked, later).json()["number"] == 2, "the same session and day"
    other = open_session(clinic, date=TOMORROW + DAY)
    second = book(clinic, "patient_a", first_slot(other), "advance").json()
    assert code(move(clinic, second, first_slot(session))) == (409, "already_booked")
    rival = open_session(clinic, date=TOMORROW, doctor="doctor_b")
    assert code(move(clinic, second, first_slot(rival))) == (409, "booking_limit_reached")


@pytest.fixture
def committed() -> Iterator[World]:
    sync_access()
    with clock.frozen(NOW):
        yield build_world()


def bookings(world: World, count: int, **session: Any) -> list[Appointment]:
    slot = first_slot(open_session(world, date=TOMORROW, slot_minutes=0, capacity=count, **session))
    people = Patient.objects.bulk_create(
        Patient(hospital=world.h1, mrn=f"R{n}", name=f"患者{n}") for n in range(count)
    )
    for patient in people:
        book_on_behalf(
            staff_id=world.staff["clerk"].pk, patient=patient, slot_id=slot.pk, kind=AppointmentKind.ADVANCE
        )
    return list(Appointment.objects.filter(slot=slot).order_by("number"))


def agree() -> None:
    occupying = Appointment.objects.filter(state__in=OCCUPYING)
    owned = SlotNumber.objects.filter(state__in=["held", "taken"])
    assert set(occupying.values_list("slot_number_id", "pk")) == set(
        owned.values_list("pk", "appointment_id")
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("BOOK-11", "BOOK-05")
def test_two_bookings_that_move_to_one_last_number_at_once(committed: World) -> None:
    made = bookings(committed, 8)
    target = first_slot(open_session(committed, date=TOMORROW + DAY, slot_minutes=0))
    staff = committed.staff["clerk"].pk
    jobs: list[Callable[[], Any]] = [
        partial(reschedule_by_staff, one, slot_id=target.pk, staff_id=staff, reason="x") for one in made
    ]
    results = at_once(jobs, 8)
    assert sum(isinstance(r, Appointment) for r in results) == 1, results
    assert sum(isinstance(r, SlotFull) for r in results) == 7, results
    agree()


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("BOOK-11", "BOOK-05")
def test_moving_cancelling_and_stopping_at_once_leave_numbers_and_bookings_in_step(
    committed: World,
) -> None:
    made = bookings(committed, 8)
    there = open_session(committed, date=TOMORROW + DAY, slot_minutes=0, capacity=8, doctor="doctor_b")
    others = bookings_in(committed, there, 4)
    staff = committed.staff["clerk"].pk
    here = first_slot(made[0].session)
    jobs: list[Callable[[], Any]] = []
    for n, one in enumerate(made):
        jobs.append(
            partial(reschedule_by_staff, one, slot_id=first_slot(there).pk, staff_id=staff, reason="x")
        )
        jobs.append(partial(cancel, Appointment.objects.get(pk=one.pk), cause="staff"))
        if n < 4:
            jobs.append(partial(reschedule_by_staff, others[n], slot_id=here.pk, staff_id=staff, reason="x"))
    jobs.insert(9, partial(stop_session, made[0].session, reason="停诊"))
    results = at_once(jobs, 12)
    strange = [r for r in results if isinstance(r, Exception) and not isinstance(r, DomainError)]
    assert not strange, strange
    assert any(isinstance(r, StateConflict | Appointment) for r in results)
    agree()
    assert not Appointment.objects.filter(session=made[0].session, state__in=OCCUPYING).exists()


def bookings_in(world: World, session: Any, count: int) -> list[Appointment]:
    people = Patient.objects.bulk_create(
        Patient(hospital=world.h1, mrn=f"O{n}", name=f"他人{n}") for n in range(count)
    )
    for patient in people:
        book_on_behalf(
            staff_id=world.staff["clerk"].pk, patient=patient, slot_id=first_slot(session).pk,
            kind=AppointmentKind.ADVANCE,
        )  # fmt: skip
    return list(Appointment.objects.filter(session=session).order_by("number"))
