"""A queue as people look at it: the desk with names and reasons, the public screen with masked names."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.identity.models import StaffDepartment
from apps.queueing.models import Queue, QueueKind, QueueMember, QueueTicket
from apps.queueing.models.ticket import TICKET_ORDER
from apps.queueing.selectors.waiting import is_paused, of_today
from apps.queueing.states import TicketState
from kernel import clock
from kernel.crypto import masking
from kernel.errors import Expectation

#: Enough for any screen; the counts say the rest.
MAX_ROWS = 1_000
ON_SCREEN = 20
_ROW = (
    "id", "ticket_no", "state", "priority", "due_at", "called_at", "call_count", "skip_count", "appointment_id",
    "patient_id", "patient__name", "served_by_id", "served_by__name", "session__room__room",
    "department__location__room",
)  # fmt: skip
_SHOWN = (
    TicketState.WAITING,
    TicketState.CALLED,
    TicketState.IN_SERVICE,
    TicketState.EXAMINATION,
    TicketState.MISSED,
)
SERVES_QUEUE = Expectation(
    "serves_queue", "须为在该队列接诊的医生", "It has to be a doctor who serves the queue."
)


def served_by(staff_id: UUID) -> QuerySet[Queue]:
    """Queues from which that doctor calls: the own, shared ones, those of the doctor's departments."""
    shared = QueueMember.objects.filter(practitioner_id=staff_id).values("queue_id")
    departments = StaffDepartment.objects.filter(staff_id=staff_id).values("department_id")
    own = Queue.objects.filter(practitioner_id=staff_id)
    common = Queue.objects.filter(kind=QueueKind.DEPARTMENT, department_id__in=departments)
    return own | Queue.objects.filter(pk__in=shared) | common


def desk_board(queue: Queue) -> dict[str, Any]:
    """Everybody of the queue's day who is not done, by state, in the queue's order; with counts by state."""
    live = of_today(queue.pk).filter(state__in=_SHOWN)
    rows = live.order_by(*TICKET_ORDER).values(*_ROW)[: MAX_ROWS + 1]
    found: dict[str, list[dict[str, Any]]] = {state.value: [] for state in _SHOWN}
    for row in rows[:MAX_ROWS]:
        found[row["state"]].append(_entry(row))
    counts = Counter(live.order_by().values_list("state", flat=True)) if len(rows) > MAX_ROWS else None
    return {
        "queue_id": queue.pk, "queue_name": queue.name, "kind": queue.kind, "is_paused": is_paused(queue),
        "paused_until": queue.paused_until if is_paused(queue) else None,
        "pause_reason": queue.pause_reason if is_paused(queue) else "", "at": clock.now(), **found,
        "counts": {state: counts[state] if counts else len(entries) for state, entries in found.items()},
    }  # fmt: skip


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    own_room, usual_room = row.pop("session__room__room"), row.pop("department__location__room")
    names = {"patient_name": row.pop("patient__name"), "served_by_name": row.pop("served_by__name")}
    return row | names | {"room": own_room or usual_room or ""}


def screen_board(board: dict[str, Any]) -> dict[str, Any]:
    """What the public may see of a desk board: numbers and masked names (rules.md 28), no reasons, no keys."""

    def shown(entry: dict[str, Any], *names: str) -> dict[str, Any]:
        public = {"ticket_no": entry["ticket_no"], "name": masking.name(entry["patient_name"])}
        return public | {name: entry[name] for name in names}

    def calling(entry: dict[str, Any]) -> dict[str, Any]:
        seen = shown(entry, "room", "called_at", "call_count", "state")
        return seen | {"doctor_name": entry["served_by_name"] or ""}

    inside = sorted(
        (*board[TicketState.CALLED], *board[TicketState.IN_SERVICE]),
        key=lambda e: e["called_at"],
        reverse=True,
    )
    return {
        "queue_id": board["queue_id"], "queue_name": board["queue_name"], "is_paused": board["is_paused"],
        "paused_until": board["paused_until"], "at": board["at"],
        "calling": [calling(e) for e in inside[:ON_SCREEN]],
        "waiting": [shown(e) for e in board[TicketState.WAITING][:ON_SCREEN]],
        "missed": [shown(e) for e in board[TicketState.MISSED][:ON_SCREEN]],
        "waiting_count": board["counts"][TicketState.WAITING],
    }  # fmt: skip


def ticket_rows() -> QuerySet[QueueTicket]:
    """Tickets with what a desk shows of them."""
    return QueueTicket.objects.select_related(
        "hospital", "patient", "practitioner", "appointment", "queue", "served_by"
    )


def targets(ticket: QueueTicket) -> QuerySet[Queue]:
    """Queues of the hospital that the ticket can be transferred to."""
    open_ones = Queue.objects.filter(hospital_id=ticket.hospital_id, is_active=True)
    return open_ones.exclude(pk=ticket.queue_id).order_by("name", "id")
