"""Queues as they stand, and where a patient stands in one."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from apps.queueing.models import Queue, QueueTicket
from apps.queueing.models.ticket import TICKET_ORDER
from apps.queueing.selectors.pace import minutes_per_patient
from apps.queueing.states import TicketState
from kernel import clock

#: Doctors who called within this time share the work of a queue.
AT_WORK = dt.timedelta(hours=1)
INSIDE = (TicketState.CALLED, TicketState.IN_SERVICE)


def running() -> QuerySet[QueueTicket]:
    """Tickets of the running day, and of the evening before where the session lasted into this one."""
    day = clock.service_day()
    overnight = Q(session__ends_at__gt=clock.now() - clock.DAY_ENDS, session__date__lt=day)
    before = day - dt.timedelta(days=1)
    return QueueTicket.objects.filter(Q(day__gte=day) | overnight, day__gte=before)


def over() -> QuerySet[QueueTicket]:
    """Tickets of days that have ended, for the queue and for their session: all that are not running."""
    lasting = Q(session__ends_at__gt=clock.now() - clock.DAY_ENDS)
    return QueueTicket.objects.filter(day__lt=clock.service_day()).exclude(lasting)


def of_today(queue_id: UUID) -> QuerySet[QueueTicket]:
    """The queue's tickets of the running day."""
    return running().filter(queue_id=queue_id)


def waiting(queue_id: UUID) -> QuerySet[QueueTicket]:
    """Who waits, in the order in which they will be called."""
    return of_today(queue_id).filter(state=TicketState.WAITING).order_by(*TICKET_ORDER)


def is_paused(queue: Queue) -> bool:
    """Whether nobody is called now: a pause ends at its known end, or with the day."""
    now = clock.now()
    if queue.paused_at is None or queue.paused_at.astimezone(clock.LOCAL).date() < clock.service_day():
        return False
    return queue.paused_until is None or queue.paused_until > now


def place(ticket: QueueTicket) -> dict[str, Any]:
    """State, people ahead, position and estimate; the last are null once the patient is called.

    The estimate is null too while the queue is paused without a known end.
    """
    answer: dict[str, Any] = {
        "ticket_no": ticket.ticket_no, "state": ticket.state, "checked_in_at": ticket.checked_in_at,
        "called_at": ticket.called_at, "call_count": ticket.call_count, "queue_name": ticket.queue.name,
        "priority": ticket.priority, "is_paused": is_paused(ticket.queue), "paused_until": None,
        "ahead": None, "position": None, "estimated_wait_minutes": None, "estimated_call_at": None,
    }  # fmt: skip
    if answer["is_paused"]:
        answer["paused_until"] = ticket.queue.paused_until
    if ticket.state != TicketState.WAITING:
        return answer
    seen = of_today(ticket.queue_id).aggregate(
        ahead=Count("id", filter=Q(state=TicketState.WAITING) & _before(ticket)),
        inside=Count("id", filter=Q(state__in=INSIDE)),
        doctors=Count("served_by", filter=Q(called_at__gt=clock.now() - AT_WORK), distinct=True),
    )
    answer |= {"ahead": seen["ahead"], "position": seen["ahead"] + 1}
    if not answer["is_paused"] or ticket.queue.paused_until is not None:
        answer |= _estimate(ticket, seen["ahead"], seen["inside"], max(seen["doctors"], 1))
    return answer


def _before(ticket: QueueTicket) -> Q:
    same_time = Q(due_at=ticket.due_at)
    earlier = Q(due_at__lt=ticket.due_at) | same_time & Q(queued_at__lt=ticket.queued_at)
    return earlier | same_time & Q(queued_at=ticket.queued_at, id__lt=ticket.pk)


def _estimate(ticket: QueueTicket, ahead: int, inside: int, doctors: int) -> dict[str, Any]:
    """Everybody ahead, and one for each doctor who is busy, at the learnt pace, once the doctors begin."""
    now = clock.now()
    begin = now if inside or ticket.session is None else max(now, ticket.session.starts_at)
    if is_paused(ticket.queue) and ticket.queue.paused_until is not None:
        begin = max(begin, ticket.queue.paused_until)
    rounds = (ahead + min(inside, doctors)) / doctors
    call_at = begin + dt.timedelta(minutes=rounds * minutes_per_patient(ticket))
    minutes = round((call_at - now).total_seconds() / 60)
    return {"estimated_wait_minutes": minutes, "estimated_call_at": call_at}
