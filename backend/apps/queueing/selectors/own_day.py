"""排队: today's appointments of everybody who is bound to an account, before and after check-in."""

import datetime as dt
from typing import Any

from django.db.models import Q

from apps.identity.models import WeChatAccount
from apps.queueing.models import QueueTicket
from apps.queueing.selectors import waiting
from apps.scheduling.selectors.appointments import appointments_of, rows_of, shown
from apps.scheduling.states import OCCUPYING
from kernel import clock

#: More than all bound persons can have on one day.
MAX_TICKETS = 50
_SHOWN = (
    "appointment_no", "state", "number", "payment_status", "visit_date", "starts_at", "ends_at", "check_in_until",
    "checked_in_at", "hospital_id", "hospital_name", "department_id", "department_name", "location", "map_picture_url",
    "practitioner_id", "practitioner_name", "practitioner_portrait_url", "patient_id", "patient_name",
)  # fmt: skip


def own_day(account: WeChatAccount) -> list[dict[str, Any]]:
    """By time; `place` is where the patient stands in the queue, None before check-in.

    A session of yesterday that lasts beyond midnight is of today as long as its queue.
    """
    today = clock.today()
    since = max(clock.local(today, dt.time()), clock.now() - clock.DAY_ENDS)
    overnight = Q(visit_date=today - dt.timedelta(days=1), session__ends_at__gt=since)
    rows = rows_of(
        appointments_of(account).filter(Q(visit_date=today) | overnight, state__in=OCCUPYING)
    ).order_by("starts_at", "id")
    found = [shown(row) for row in rows[:MAX_TICKETS]]
    related = QueueTicket.objects.select_related("hospital", "queue", "session")
    tickets = {
        ticket.appointment_id: ticket
        for ticket in related.filter(appointment_id__in=[row["id"] for row in found])
    }
    return [_entry(row, tickets.get(row["id"])) for row in found]


def _entry(row: dict[str, Any], ticket: QueueTicket | None) -> dict[str, Any]:
    return {name: row[name] for name in _SHOWN} | {
        "appointment_id": row["id"],
        "check_in_from": clock.local(row["visit_date"], dt.time()),
        "place": waiting.place(ticket) if ticket is not None else None,
    }
