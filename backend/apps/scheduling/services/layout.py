"""How a session is cut into slots and numbers."""

import datetime as dt
from collections.abc import Iterator

from apps.scheduling.models import ClinicSession
from kernel.errors import InvalidValue

MAX_NUMBERS = 2_000


def check_layout(minutes: int, slot_minutes: int, capacity_per_slot: int) -> None:
    """InvalidValue for a session that ends before it starts or has too many numbers."""
    if minutes <= 0:
        raise InvalidValue(field="end_time")
    slots = -(-minutes // slot_minutes) if slot_minutes else 1
    if slots * capacity_per_slot > MAX_NUMBERS:
        raise InvalidValue(field="capacity_per_slot")


def cut(session: ClinicSession) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """Start and end of each slot; the last one ends with the session."""
    step = dt.timedelta(minutes=session.slot_minutes) or session.ends_at - session.starts_at
    start = session.starts_at
    while start < session.ends_at:
        end = min(start + step, session.ends_at)
        yield start, end
        start = end
