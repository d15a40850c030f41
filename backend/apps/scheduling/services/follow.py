"""Tickets follow their appointments when a session changes hands or its patients go to another one."""

from collections.abc import Iterable
from uuid import UUID

from apps.scheduling.models import ClinicSession, QueueTicket
from apps.scheduling.models.ticket import LINE
from apps.scheduling.services.boards import changed
from apps.scheduling.services.line import STEP, behind
from apps.scheduling.services.queues import issue_number, queue_of
from apps.scheduling.states import OPEN_TICKETS
from kernel import clock


def take_tickets_along(appointments: Iterable[UUID], session_id: UUID, *, at_the_end: bool) -> None:
    """Open tickets of these locked appointments wait where the session's patients do, with numbers of that line.

    `at_the_end`: behind everybody who waits there already, in the order they had; else with the claim they had.
    """
    session = ClinicSession.objects.select_related("department", "practitioner").get(pk=session_id)
    open_ones = QueueTicket.objects.filter(appointment__in=list(appointments), state__in=OPEN_TICKETS)
    tickets = list(open_ones.order_by(*LINE))
    if not tickets:
        return
    queue = queue_of(session)
    touched = {ticket.queue_id for ticket in tickets} | {queue.pk}
    spot = behind(queue.pk, None)
    for place, ticket in enumerate(tickets):
        if at_the_end:
            ticket.due_at, ticket.queued_at = spot.due_at, spot.queued_at + place * STEP
        if ticket.queue_id != queue.pk:
            ticket.queue, ticket.ticket_no = queue, issue_number(queue, ticket.day)
        ticket.session, ticket.practitioner_id, ticket.updated_at = (
            session,
            session.practitioner_id,
            clock.now(),
        )
    QueueTicket.objects.bulk_update(
        tickets, ["queue", "ticket_no", "session", "practitioner", "due_at", "queued_at", "updated_at"]
    )
    for queue_id in sorted(touched):
        changed(session.hospital_id, queue_id)
