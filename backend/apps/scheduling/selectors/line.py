"""Where a patient stands in the queue."""

from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q

from apps.scheduling.models import QueueTicket
from apps.scheduling.settings import MINUTES_PER_PATIENT
from apps.scheduling.states import TicketState

ENOUGH_VISITS = 3


def place(ticket: QueueTicket) -> dict[str, Any]:
    """State, people ahead, position and estimated minutes; the last three are null once the patient is called.

    The estimate uses the session's own pace after ENOUGH_VISITS visits, the hospital's setting before.
    """
    answer: dict[str, Any] = {
        "ticket_no": ticket.ticket_no, "state": ticket.state, "checked_in_at": ticket.checked_in_at,
        "called_at": ticket.called_at, "call_count": ticket.call_count,
        "ahead": None, "position": None, "estimated_wait_minutes": None,
    }  # fmt: skip
    if ticket.state != TicketState.WAITING:
        return answer
    before = Q(queued_at__lt=ticket.queued_at) | Q(queued_at=ticket.queued_at, id__lt=ticket.pk)
    waiting, finished = Q(state=TicketState.WAITING), Q(state=TicketState.FINISHED)
    length = ExpressionWrapper(F("finished_at") - F("called_at"), output_field=DurationField())
    seen = QueueTicket.objects.filter(session_id=ticket.session_id).aggregate(
        ahead=Count("id", filter=waiting & before),
        inside=Count("id", filter=Q(state__in=[TicketState.CALLED, TicketState.IN_SERVICE])),
        visits=Count("id", filter=finished),
        pace=Avg(length, filter=finished),
    )
    minutes = float(MINUTES_PER_PATIENT.of(ticket.hospital))
    if seen["visits"] >= ENOUGH_VISITS and seen["pace"] is not None:
        minutes = seen["pace"].total_seconds() / 60
    wait = round((seen["ahead"] + min(seen["inside"], 1)) * minutes)
    return answer | {"ahead": seen["ahead"], "position": seen["ahead"] + 1, "estimated_wait_minutes": wait}
