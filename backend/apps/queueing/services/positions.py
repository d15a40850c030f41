"""Where a ticket stands in its queue: set by the rules at check-in, moved by skips, returns and priorities."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

from apps.queueing.models import QueueOrder
from apps.queueing.priorities import Priority
from apps.queueing.selectors.rules import Rules
from apps.queueing.selectors.waiting import waiting
from apps.scheduling.models import Appointment, AppointmentKind, ClinicSession, Slot
from kernel import clock

#: A walk-in of the same minute stands behind the appointment.
BEHIND_APPOINTMENTS = dt.timedelta(seconds=1)
STEP = dt.timedelta(microseconds=1)


class Position(NamedTuple):
    """A place in a queue; the smaller comes first."""

    due_at: dt.datetime
    queued_at: dt.datetime

    def earlier(self, minutes: int) -> "Position":
        """As if due so many minutes earlier (later, if negative)."""
        return Position(self.due_at - dt.timedelta(minutes=minutes), self.queued_at)


def position_at_check_in(
    appointment: Appointment,
    session: ClinicSession,
    queue_id: UUID,
    rules: Rules,
    group: Priority | None,
) -> Position:
    """Appointments are due at their slot, walk-ins when they arrive; who comes late waits for the penalty."""
    now = clock.now()
    if rules.order == QueueOrder.ARRIVAL:
        position = Position(now, now)
    elif appointment.kind == AppointmentKind.ADVANCE and session.slot_minutes > 0:
        position = Position(appointment.starts_at, now)
        if rules.late_after_minutes and now > appointment.starts_at + dt.timedelta(
            minutes=rules.late_after_minutes
        ):
            position = max(position, _penalty(session, queue_id, rules))
    else:
        position = Position(max(appointment.starts_at, now) + BEHIND_APPOINTMENTS, now)
    return position.earlier(group.minutes) if group else position


def position_of_walk_in(group: Priority | None) -> Position:
    """Due on arrival, behind an appointment of the same minute."""
    now = clock.now()
    position = Position(now + BEHIND_APPOINTMENTS, now)
    return position.earlier(group.minutes) if group else position


def _penalty(session: ClinicSession, queue_id: UUID, rules: Rules) -> Position:
    if rules.late_behind:
        return behind(queue_id, rules.late_behind)
    now = clock.now()
    current = Slot.objects.filter(session=session, starts_at__lte=now, ends_at__gt=now)
    return Position(current.values_list("ends_at", flat=True).first() or now, now)


def behind(queue_id: UUID, places: int | None) -> Position:
    """The position directly behind the first `places` who wait (None: behind everybody); now, in an empty queue."""
    now = clock.now()
    positions = waiting(queue_id).values_list("due_at", "queued_at")
    if places == 0:
        first = positions.first()
        return Position(first[0], first[1] - STEP) if first else Position(now, now)
    ahead = list(positions[:places]) if places is not None else list(positions.reverse()[:1])
    return Position(ahead[-1][0], ahead[-1][1] + STEP) if ahead else Position(now, now)
