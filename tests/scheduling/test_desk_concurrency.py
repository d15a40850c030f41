"""Desks that press at once: real connections, one winner, the others are told."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from apps.access.services.sync import sync_access
from apps.patients.models import Patient
from apps.scheduling.errors import QueueEmpty
from apps.scheduling.models import Appointment, AppointmentKind, ClinicSession, QueueTicket
from apps.scheduling.services import queue
from apps.scheduling.services.book import book_on_behalf
from apps.scheduling.services.cancel import cancel
from apps.scheduling.services.check_in import check_in
from apps.scheduling.services.queues import create_queue
from kernel import clock
from kernel.errors import StateConflict
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
    assert OutboxEvent.objects.filter(topic="scheduling.queue_called").count() == 12


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
