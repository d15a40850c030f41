"""叫号: the line in front of a consulting room. First come, first called."""

from typing import Any

from django.db import transaction
from django.db.models import F

from apps.scheduling import errors
from apps.scheduling.events import AppointmentFulfilled, QueueCalled
from apps.scheduling.models import Appointment, ClinicSession, QueueTicket
from apps.scheduling.services.announce import event_of
from apps.scheduling.states import APPOINTMENTS, TICKETS, AppointmentState, TicketState
from kernel import clock
from kernel.errors import StateConflict
from kernel.outbox.events import publish


@transaction.atomic
def call_next(session: ClinicSession) -> QueueTicket:
    """Call whoever waits longest; two desks that call at once get different patients. QueueEmpty."""
    waiting = QueueTicket.objects.filter(session=session, state=TicketState.WAITING)
    line = waiting.select_for_update(of=("self",), skip_locked=True).select_related("appointment")
    ticket = line.order_by("queued_at", "id").first()
    if ticket is None:
        raise errors.QueueEmpty
    now = clock.now()
    TICKETS.move(
        ticket, TicketState.CALLED, expect=TicketState.WAITING, called_at=now, updated_at=now, call_count=1
    )
    _announce(ticket)
    return ticket


@transaction.atomic
def recall(ticket: QueueTicket) -> QueueTicket:
    """Call the same patient again. StateConflict unless called and not yet in the room."""
    called = QueueTicket.objects.filter(pk=ticket.pk, state=TicketState.CALLED)
    if not called.update(call_count=F("call_count") + 1, called_at=clock.now(), updated_at=clock.now()):
        raise StateConflict(current=ticket.state)
    ticket.refresh_from_db()
    _announce(ticket)
    return ticket


def skip(ticket: QueueTicket) -> QueueTicket:
    """过号: the called patient did not come."""
    return _move(ticket, TicketState.MISSED)


def requeue(ticket: QueueTicket) -> QueueTicket:
    """A missed patient is back and joins the end of the line."""
    return _move(ticket, TicketState.WAITING, expect=TicketState.MISSED, queued_at=clock.now())


def start(ticket: QueueTicket) -> QueueTicket:
    """The patient is in the room."""
    return _move(ticket, TicketState.IN_SERVICE, started_at=clock.now())


@transaction.atomic
def finish(ticket: QueueTicket) -> QueueTicket:
    """The doctor has seen the patient: the appointment is fulfilled."""
    appointment = Appointment.objects.get(pk=ticket.appointment_id)
    now = clock.now()
    APPOINTMENTS.move(
        appointment,
        AppointmentState.FULFILLED,
        expect=AppointmentState.CHECKED_IN,
        fulfilled_at=now,
        updated_at=now,
    )
    _move(ticket, TicketState.FINISHED, finished_at=now)
    publish(event_of(AppointmentFulfilled, appointment))
    return ticket


def _move(
    ticket: QueueTicket, target: TicketState, *, expect: TicketState | None = None, **changes: Any
) -> QueueTicket:
    expect = expect or TicketState(ticket.state)
    TICKETS.move(ticket, target, expect=expect, updated_at=clock.now(), **changes)
    return ticket


def _announce(ticket: QueueTicket) -> None:
    details = {"ticket_no": ticket.ticket_no, "call_count": ticket.call_count}
    publish(event_of(QueueCalled, ticket.appointment, **details))
