"""Tickets follow their appointments: cancelled, taken back, or with a session that changes hands (scheduling.ports)."""

from collections.abc import Collection
from uuid import UUID

from apps.encounters.services import encounters
from apps.queueing.models import QueueTicket
from apps.queueing.models.ticket import TICKET_ORDER
from apps.queueing.services.boards import changed
from apps.queueing.services.check_in import check_in
from apps.queueing.services.positions import STEP, behind
from apps.queueing.services.queues import issue_number, queue_of
from apps.queueing.states import OPEN_TICKETS, SEEING, TicketState
from apps.scheduling.models import Appointment, ClinicSession
from kernel import clock
from kernel.errors import StateConflict


class AppointmentTickets:
    """The tickets of scheduling.ports.Tickets; see there."""

    def check_in(self, appointment: Appointment, *, priority: str = "", reason: str = "") -> None:
        check_in(appointment, priority=priority, reason=reason)

    def in_service(self, session_id: UUID) -> set[UUID]:
        live = QueueTicket.objects.filter(session=session_id, state__in=[*OPEN_TICKETS, *SEEING])
        locked = live.select_for_update(no_key=True).order_by("pk").values_list("appointment_id", "state")
        return {appointment for appointment, state in locked if state in SEEING}

    def close(self, appointment_ids: Collection[UUID]) -> None:
        tickets = QueueTicket.objects.filter(appointment__in=list(appointment_ids))
        found = list(tickets.select_for_update(no_key=True).order_by("pk"))
        ended = (*OPEN_TICKETS, TicketState.CANCELLED)  # the day is over and nobody had called
        begun = next((ticket for ticket in found if ticket.state not in ended), None)
        if begun is not None:
            raise StateConflict(current=begun.state)
        keys = [ticket.pk for ticket in found if ticket.state in OPEN_TICKETS]
        QueueTicket.objects.filter(pk__in=keys).update(state=TicketState.CANCELLED, updated_at=clock.now())
        encounters.cancel(ticket.encounter_id for ticket in found)
        for hospital_id, queue_id in sorted({(ticket.hospital_id, ticket.queue_id) for ticket in found}):
            changed(hospital_id, queue_id)

    def withdraw(self, appointment_id: UUID) -> None:
        waiting = QueueTicket.objects.filter(appointment=appointment_id, state=TicketState.WAITING)
        ticket = waiting.first()
        if ticket is None or not waiting.delete()[0]:
            raise StateConflict(current="called")
        encounters.cancel([ticket.encounter_id])
        changed(ticket.hospital_id, ticket.queue_id)

    def number_of(self, appointment_id: UUID) -> tuple[int, str] | None:
        tickets = QueueTicket.objects.filter(appointment=appointment_id)
        return tickets.values_list("ticket_no", "queue__name").first()

    def move(self, appointment_ids: Collection[UUID], session_id: UUID, *, at_the_end: bool) -> None:
        session = ClinicSession.objects.select_related("department", "practitioner").get(pk=session_id)
        waiting = QueueTicket.objects.filter(appointment__in=list(appointment_ids), state__in=OPEN_TICKETS)
        tickets = list(waiting.order_by(*TICKET_ORDER))
        if not tickets:
            return
        queue = queue_of(session)
        touched = {ticket.queue_id for ticket in tickets} | {queue.pk}
        last = behind(queue.pk, None)
        for place, ticket in enumerate(tickets):
            if at_the_end:
                ticket.due_at, ticket.queued_at = last.due_at, last.queued_at + place * STEP
            if ticket.queue_id != queue.pk:
                ticket.queue, ticket.ticket_no = queue, issue_number(queue, ticket.day)
            ticket.session, ticket.practitioner_id = session, session.practitioner_id
            ticket.updated_at = clock.now()
        QueueTicket.objects.bulk_update(
            tickets, ["queue", "ticket_no", "session", "practitioner", "due_at", "queued_at", "updated_at"]
        )
        encounters.change(
            (ticket.encounter_id for ticket in tickets), practitioner_id=session.practitioner_id
        )  # fmt: skip
        for queue_id in sorted(touched):
            changed(session.hospital_id, queue_id)
