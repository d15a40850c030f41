"""Never oversold: real connections, real threads, one database."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections, transaction

from apps.access.services.sync import sync_access
from apps.patients.models import Patient
from apps.scheduling.errors import AlreadyBooked, SlotFull
from apps.scheduling.models import Appointment, AppointmentKind, SlotNumber
from apps.scheduling.services import numbers
from apps.scheduling.services.book import Booked, book_on_behalf
from apps.scheduling.services.cancel import cancel
from apps.scheduling.services.confirm import settle_at_counter
from apps.scheduling.states import OCCUPYING
from kernel import clock, ids
from kernel.errors import DomainError
from tests.scheduling.support import NOW, at_once, book, first_slot, open_session
from tests.support.waiting import wait_until
from tests.support.world import World, build_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("BOOK-05")]


@pytest.fixture
def clinic() -> Iterator[World]:
    """The world at NOW, committed, so that other connections see it."""
    sync_access()
    with clock.frozen(NOW):
        yield build_world()


def patients(world: World, count: int) -> list[Patient]:
    made = [Patient(hospital=world.h1, mrn=f"P{n}", name=f"患者{n}") for n in range(count)]
    return Patient.objects.bulk_create(made)


def hold(world: World, patient: Patient, slot_id: Any) -> Booked:
    staff = world.staff["clerk"].pk
    return book_on_behalf(staff_id=staff, patient=patient, slot_id=slot_id, kind=AppointmentKind.SAME_DAY)


@contextmanager
def other_connection() -> Iterator[Any]:
    """A second connection with a transaction of its own, rolled back at the end."""
    second = connections.create_connection("default")
    try:
        second.set_autocommit(False)
        with second.cursor() as cursor:
            yield cursor
        second.rollback()
    finally:
        second.close()


def wait_for_a_lock() -> None:
    """Until some connection waits for a lock."""

    def waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            return bool(cursor.fetchone()[0])

    wait_until(waits, 5, "nobody waits")


#: A pending appointment whose hold is over already.
LAPSED_HOLD = """
WITH number AS (
  UPDATE scheduling_slotnumber SET state = 'held', held_until = %(now)s, appointment_id = %(id)s
  WHERE slot_id = %(slot)s RETURNING *
)
INSERT INTO scheduling_appointment (id, created_at, updated_at, version, hospital_id, department_id, practitioner_id,
  patient_id, session_id, slot_id, slot_number_id, number, appointment_no, kind, state, source, fee_fen, payer_type,
  payment_status, visit_date, starts_at, ends_at, check_in_until, hold_expires_at, cancel_reason)
SELECT %(id)s, %(now)s, %(now)s, 1, c.hospital_id, c.department_id, c.practitioner_id, %(patient)s, c.id, n.slot_id,
  n.id, n.number, 'GH-lapsed', 'same_day', 'pending', 'window', 0, 'self_pay', 'unpaid', c.date, c.starts_at, c.ends_at,
  c.ends_at, %(now)s, '' FROM number n JOIN scheduling_clinicsession c ON c.id = n.session_id
"""


def test_two_hundred_patients_want_the_last_number_and_one_gets_it(clinic: World) -> None:
    slot = first_slot(open_session(clinic, slot_minutes=0))
    results = at_once([partial(hold, clinic, patient, slot.pk) for patient in patients(clinic, 200)], 20)
    assert sum(isinstance(r, Booked) for r in results) == 1
    assert sum(isinstance(r, SlotFull) for r in results) == 199
    appointment = Appointment.objects.get()
    assert SlotNumber.objects.get().appointment_id == appointment.pk


def test_capacity_is_never_exceeded_while_holds_expire_are_paid_and_cancelled(clinic: World) -> None:
    session = open_session(clinic, slot_minutes=0, capacity=10)
    slot = first_slot(session)
    dice = random.Random(7)
    most = []

    def one(patient: Patient) -> None:
        try:
            booked = hold(clinic, patient, slot.pk)
            appointment = Appointment.objects.get(pk=booked.values["id"])
            dice.choice((settle_at_counter, lapse, partial(cancel, cause="patient"), lambda a: None))(
                appointment
            )
        finally:
            most.append(Appointment.objects.filter(session=session, state__in=OCCUPYING).count())

    def lapse(appointment: Appointment) -> None:
        with transaction.atomic():
            SlotNumber.objects.filter(appointment_id=appointment.pk).update(held_until=NOW)
            Appointment.objects.filter(pk=appointment.pk).update(hold_expires_at=NOW)
        if dice.random() < 0.5:
            numbers.expire_holds()

    results = at_once([partial(one, patient) for patient in patients(clinic, 200)])
    unexpected = [r for r in results if r is not None and not isinstance(r, DomainError)]
    assert not unexpected
    assert max(most) <= 10
    numbers.expire_holds()
    occupying = Appointment.objects.filter(session=session, state__in=OCCUPYING)
    taken = SlotNumber.objects.filter(session=session, state__in=["held", "taken"])
    assert set(occupying.values_list("slot_number_id", "pk")) == set(
        taken.values_list("pk", "appointment_id")
    )


def test_one_patient_who_books_twice_at_once_gets_one_number(clinic: World) -> None:
    slot = first_slot(open_session(clinic, slot_minutes=0, capacity=20))
    results = at_once([partial(hold, clinic, clinic.patients["patient_a"], slot.pk)] * 20)
    assert sum(isinstance(r, Booked) for r in results) == 1
    assert sum(isinstance(r, AlreadyBooked) for r in results) == 19
    assert SlotNumber.objects.exclude(state="free").count() == 1


def test_the_same_request_twice_at_once_books_once(clinic: World) -> None:
    slot = first_slot(open_session(clinic, slot_minutes=0, capacity=20))
    clinic.client("patient_a")
    answers = at_once([lambda: book(clinic, "patient_a", slot, key="same")] * 8, 8)
    statuses = sorted((a.status_code, a.json().get("code", "")) for a in answers)
    assert set(statuses) <= {(201, ""), (409, "request_in_progress")}
    assert (201, "") in statuses
    assert Appointment.objects.count() == 1


def test_a_full_slot_is_refused_without_waiting_for_a_lock(clinic: World) -> None:
    first, second = patients(clinic, 2)
    slot = first_slot(open_session(clinic, slot_minutes=0))
    hold(clinic, first, slot.pk)
    with other_connection() as cursor:
        cursor.execute("SELECT id FROM scheduling_slotnumber FOR UPDATE")
        cursor.execute("LOCK TABLE scheduling_appointment IN SHARE ROW EXCLUSIVE MODE")
        with connection.cursor() as mine:
            mine.execute("SET lock_timeout = '200ms'")
        with pytest.raises(SlotFull):  # a wait would end in a lock timeout
            hold(clinic, second, slot.pk)


def test_a_number_whose_taker_rolls_back_is_waited_for(clinic: World) -> None:
    [patient] = patients(clinic, 1)
    slot = first_slot(open_session(clinic, slot_minutes=0))
    result: list[Any] = []
    with other_connection() as cursor:
        cursor.execute(
            "UPDATE scheduling_slotnumber SET state = 'taken', appointment_id = id WHERE slot_id = %s",
            [slot.pk],
        )
        job: Callable[[], Any] = partial(hold, clinic, patient, slot.pk)
        thread = threading.Thread(target=lambda: result.extend(at_once([job])))
        thread.start()
        wait_for_a_lock()
        assert not result
    thread.join(10)
    assert isinstance(result[0], Booked)


def test_a_hold_made_and_lapsed_while_a_booking_waits_is_ended_by_it(clinic: World) -> None:
    """The waiting booking cannot see the hold's appointment in its first attempt."""
    early, late = patients(clinic, 2)
    slot = first_slot(open_session(clinic, slot_minutes=0))
    result: list[Any] = []
    with other_connection() as cursor:
        cursor.execute("SELECT id FROM scheduling_slotnumber WHERE slot_id = %s FOR UPDATE", [slot.pk])
        thread = threading.Thread(
            target=lambda: result.extend(at_once([partial(hold, clinic, late, slot.pk)]))
        )
        thread.start()
        wait_for_a_lock()
        cursor.execute(LAPSED_HOLD, {"slot": slot.pk, "patient": early.pk, "now": NOW, "id": ids.uuid7()})
        cursor.connection.commit()
    thread.join(10)
    assert isinstance(result[0], Booked), result
    assert sorted(Appointment.objects.values_list("patient_id", "state")) == sorted(
        [(early.pk, "expired"), (late.pk, "pending")]
    )


def test_a_payment_and_the_sweep_of_its_hold_do_not_both_win(clinic: World) -> None:
    slot = first_slot(open_session(clinic, slot_minutes=0, capacity=30))
    held = [hold(clinic, patient, slot.pk).values["id"] for patient in patients(clinic, 30)]
    appointments = list(Appointment.objects.filter(pk__in=held))
    pay = [partial(settle_at_counter, appointment) for appointment in appointments]
    with transaction.atomic():  # due now for the sweep, not yet for the payment that has read it already
        SlotNumber.objects.filter(state="held").update(held_until=NOW)
        Appointment.objects.filter(pk__in=held).update(hold_expires_at=NOW)
    at_once([job for one in pay for job in (one, partial(numbers.expire_holds, limit=1))])
    numbers.expire_holds()
    for appointment in Appointment.objects.filter(pk__in=held):
        owned = SlotNumber.objects.filter(appointment_id=appointment.pk, state="taken").exists()
        assert (appointment.state, owned) in {("booked", True), ("expired", False)}
    assert not SlotNumber.objects.filter(state="held").exists()


def test_a_session_that_is_stopped_while_patients_book_has_no_live_booking_left(clinic: World) -> None:
    from apps.scheduling.services.stop import stop_session

    session = open_session(clinic, slot_minutes=0, capacity=40)
    slot = first_slot(session)
    jobs: list[Callable[[], Any]] = [partial(hold, clinic, p, slot.pk) for p in patients(clinic, 40)]
    jobs.insert(15, partial(stop_session, session, reason="停诊"))
    results = at_once(jobs)
    assert not [r for r in results if isinstance(r, Exception) and not isinstance(r, DomainError)]
    assert not Appointment.objects.filter(session=session, state__in=OCCUPYING).exists()
    assert set(SlotNumber.objects.filter(session=session).values_list("state", flat=True)) == {"stopped"}
