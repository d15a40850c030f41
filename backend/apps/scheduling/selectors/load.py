"""How full the day is: numbers by slot or hour, and which slots are quiet."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncHour

from apps.scheduling.models import ClinicSession, SlotNumber
from apps.scheduling.states import NumberState, SessionState
from kernel import clock

#: So many percentage points below the average make a slot quiet.
QUIET_MARGIN = 10
_OPEN = (SessionState.PUBLISHED, SessionState.CLOSED)


def load_of(sessions: QuerySet[ClinicSession], *, by_hour: bool) -> list[dict[str, Any]]:
    """Capacity, taken and free numbers of all these sessions together, by slot or by hour; one query."""
    kept = Q(state__in=[NumberState.HELD, NumberState.OFFERED], held_until__gt=clock.now())
    rows = SlotNumber.objects.filter(session__in=sessions.filter(state__in=_OPEN))
    if by_hour:
        rows = rows.annotate(begins=TruncHour("slot__starts_at", tzinfo=clock.LOCAL))
    key = "begins" if by_hour else "slot__starts_at"
    counted = rows.order_by("session__date", key).values_list("session__date", key).annotate(
        capacity=Count("id"), taken=Count("id", filter=Q(state=NumberState.TAKEN) | kept)
    )  # fmt: skip
    found = [
        {
            "starts_at": begins,
            "date": date,
            "capacity": capacity,
            "taken": taken,
            "free": capacity - taken,
            "share": percent(taken, capacity),
        }
        for date, begins, capacity, taken in counted
    ]
    return [
        row | {"quiet": row["free"] > 0 and quiet} for row, quiet in zip(found, _quiet(found), strict=True)
    ]


def mark_quiet(slots: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Slots of one session with `suggested`: clearly less taken than the session's average, and not full."""
    counted = [slot | {"taken": slot["capacity"] - slot["remaining"]} for slot in slots]
    return [
        slot | {"suggested": slot["remaining"] > 0 and quiet}
        for slot, quiet in zip(slots, _quiet(counted), strict=True)
    ]


def percent(part: int, whole: int) -> int:
    """Rounded; 0 of nothing."""
    return round(100 * part / whole) if whole else 0


def _quiet(rows: list[dict[str, Any]]) -> list[bool]:
    average = percent(sum(row["taken"] for row in rows), sum(row["capacity"] for row in rows))
    return [percent(row["taken"], row["capacity"]) <= average - QUIET_MARGIN for row in rows]
