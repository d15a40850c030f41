"""Desks that press at once: real connections, one winner, the others are told."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from apps.access.services.sync import sync_access
from apps.patients.models import Patient
from apps.queueing.errors import QueueEmpty
from apps.queueing.models import QueueTicket
from apps.queueing.services import calls as queue
from apps.queueing.services.check_in import check_in
from apps.queueing.services.queues import create_queue
from apps.scheduling.models import Appointment, AppointmentKind, ClinicSession
from apps.scheduling.services.book import book_on_behalf
from apps.scheduling.services.cancel import cancel, cancel_by_patient
from apps.scheduling.services.confirm import settle_at_counter
from apps.scheduling.services.reverse import reverse_settlement
from kernel import clock
from kernel.errors import DomainError, StateConflict
from kernel.models import OutboxEvent
from tests.scheduling.support import NOW, at_once, first_slot, open_session
from tests.support.world import World, build_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clinic() -> Iterator[World]:
    """The world at NOW, committed, so that other connections see it."""
    sync_access()
    with clock.frozen(NOW):
        yield build_world()


def appointments(world: World, session: ClinicSession, count: int, *, paid: bool = True) -> list[Appointment]:
    """Walk-ins, booked and (unless told otherwise) paid."""
    made = []
    for n in range(count):
        patient = Patient.objects.create(hospital=world.h1, mrn=f"P{n}-{session.pk}"[:32], name=f"患者{n}")
        booked = book_on_behalf(
            staff_id=world.staff["clerk"].pk, patient=patient, slot_id=first_slot(session).pk,
            kind=AppointmentKind.SAME_DAY, paid_at_counter=paid,
        )  # fmt: skip
        made.append(Appointment.objects.get(pk=booked.values["id"]))
    return made


@pytest.mark.requirement("QUE-01")
def test_two_doctors_of_a_shared_queue_never_call_the_same_patient(clinic: World) -> None:
    doctors = [clinic.staff["doctor_a"], clinic.staff["doctor_b"]]
    shared = create_queue(
        department=clinic.departments["cardiology"], kind="shared", name="普通号", practitioners=doctors
    )
    session = open_session(clinic, capacity=20)
    people = appointments(clinic, session, 12)
    tickets = at_once([partial(check_in, person) for person in people])
    assert sorted(t.ticket_no for t in tickets) == list(range(1, 13))
    results = at_once([partial(queue.call_next, shared, doctor_id=doctors[n % 2].pk) for n in range(16)], 8)
    called = [r for r in results if isinstance(r, QueueTicket)]
    assert len({t.pk for t in called}) == len(called) == 12
    assert sum(isinstance(r, QueueEmpty) for r in results) == 4
    assert OutboxEvent.objects.filter(topic="queueing.ticket_called").count() == 12


@pytest.mark.requirement("QUE-01")
def test_a_ticket_is_called_or_dies_with_its_appointment_never_both(clinic: World) -> None:
    session = open_session(clinic, capacity=20)
    for person in appointments(clinic, session, 6):
        ticket = check_in(person)
        jobs: list[Any] = [
            partial(queue.call_next, ticket.queue),
            partial(cancel, Appointment.objects.get(pk=person.pk), cause="staff"),
        ]
        results = at_once(jobs, 2)
        ticket, person = QueueTicket.objects.get(pk=ticket.pk), Appointment.objects.get(pk=person.pk)
        allowed = {("called", "checked_in"), ("cancelled", "cancelled")}
        assert (ticket.state, person.state) in allowed, results
        assert not [
            r for r in results if isinstance(r, Exception) and not isinstance(r, (StateConflict, QueueEmpty))
        ]
        if ticket.state == "called":
            queue.skip(QueueTicket.objects.get(pk=ticket.pk))
            queue.call_next(ticket.queue)
            cancel(person, cause="staff")


def consistent(appointment: Appointment) -> bool:
    """Money, state and ticket of an appointment agree."""
    ticket = QueueTicket.objects.filter(appointment=appointment).first()
    waits = ticket is not None and ticket.state not in ("cancelled", "finished")
    paid = appointment.payment_status == "paid_at_counter"
    return {
        "booked": not waits,
        "checked_in": paid and waits,
        "cancelled": not paid and not waits,
        "pending": not paid and not waits,
    }[appointment.state]


@pytest.mark.requirement("BOOK-10")
def test_two_clerks_and_a_patient_act_on_one_appointment_and_one_wins(clinic: World) -> None:
    session = open_session(clinic, capacity=20)
    for person in appointments(clinic, session, 6, paid=False):
        held = [Appointment.objects.select_related("hospital").get(pk=person.pk) for _ in range(3)]
        jobs: list[Any] = [
            partial(settle_at_counter, held[0]),
            partial(settle_at_counter, held[1]),
            partial(cancel_by_patient, held[2]),
        ]
        results = at_once(jobs, 3)
        assert sum(not isinstance(r, Exception) for r in results) == 1, results
        assert all(
            isinstance(r, (Appointment, DomainError)) and getattr(r, "status", 409) == 409 for r in results
        )
        now = Appointment.objects.get(pk=person.pk)
        assert (now.state, now.payment_status) in {("booked", "paid_at_counter"), ("cancelled", "unpaid")}
        assert consistent(now)


@pytest.mark.requirement("BOOK-10")
def test_check_in_cancelling_and_giving_cash_back_at_once_leave_the_money_consistent(clinic: World) -> None:
    session = open_session(clinic, capacity=20)
    for person in appointments(clinic, session, 8):
        read = [Appointment.objects.select_related("hospital", "patient").get(pk=person.pk) for _ in range(3)]
        jobs: list[Any] = [
            partial(check_in, read[0]),
            partial(cancel, read[1], cause="staff"),
            partial(reverse_settlement, read[2], reason="收错"),
        ]
        results = at_once(jobs, 3)
        winners = [r for r in results if not isinstance(r, Exception)]
        assert len(winners) == 1, results
        assert all(
            isinstance(r, DomainError) and r.status == 409 for r in results if isinstance(r, Exception)
        )
        assert consistent(Appointment.objects.get(pk=person.pk))


@pytest.mark.requirement("BOOK-10")
def test_cash_is_given_back_or_the_patient_is_called_never_both(clinic: World) -> None:
    session = open_session(clinic, capacity=20)
    for person in appointments(clinic, session, 6):
        ticket = check_in(person)
        read = Appointment.objects.select_related("hospital").get(pk=person.pk)
        at_once([partial(queue.call_next, ticket.queue), partial(reverse_settlement, read, reason="收错")], 2)
        now, left = Appointment.objects.get(pk=person.pk), QueueTicket.objects.filter(pk=ticket.pk).first()
        assert consistent(now)
        assert (left is None) == (now.payment_status == "unpaid")
