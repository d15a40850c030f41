"""Where a ticket stands in its line: set by the rules at check-in, moved by skips, returns and priorities."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

from apps.scheduling.models import Appointment, AppointmentKind, ClinicSession, QueueOrder, Slot
from apps.scheduling.priorities import Priority
from apps.scheduling.selectors.line import waiting
from apps.scheduling.selectors.queue_rules import Rules
from kernel import clock

#: A walk-in of the same minute stands behind the appointment.
BEHIND_APPOINTMENTS = dt.timedelta(seconds=1)
STEP = dt.timedelta(microseconds=1)


class Spot(NamedTuple):
    """A place in a line; the smaller comes first."""

    due_at: dt.datetime
    queued_at: dt.datetime

    def earlier(self, minutes: int) -> "Spot":
        """As if due so many minutes earlier (later, if negative)."""
        return Spot(self.due_at - dt.timedelta(minutes=minutes), self.queued_at)


def spot_at_check_in(
    appointment: Appointment,
    session: ClinicSession,
    queue_id: UUID,
    rules: Rules,
    group: Priority | None,
) -> Spot:
    """Appointments are due at their slot, walk-ins when they arrive; who comes late waits for the penalty."""
    now = clock.now()
    if rules.order == QueueOrder.ARRIVAL:
        spot = Spot(now, now)
    elif appointment.kind == AppointmentKind.ADVANCE and session.slot_minutes > 0:
        spot = Spot(appointment.starts_at, now)
        if rules.late_after_minutes and now > appointment.starts_at + dt.timedelta(
            minutes=rules.late_after_minutes
        ):
            spot = max(spot, _penalty(session, queue_id, rules))
    else:
        spot = Spot(max(appointment.starts_at, now) + BEHIND_APPOINTMENTS, now)
    return spot.earlier(group.minutes) if group else spot


def _penalty(session: ClinicSession, queue_id: UUID, rules: Rules) -> Spot:
    if rules.late_behind:
        return behind(queue_id, rules.late_behind)
    now = clock.now()
    current = Slot.objects.filter(session=session, starts_at__lte=now, ends_at__gt=now)
    return Spot(current.values_list("ends_at", flat=True).first() or now, now)


def behind(queue_id: UUID, places: int | None) -> Spot:
    """The spot directly behind the first `places` who wait (None: behind everybody); now, in an empty line."""
    now = clock.now()
    spots = waiting(queue_id).values_list("due_at", "queued_at")
    if places == 0:
        first = spots.first()
        return Spot(first[0], first[1] - STEP) if first else Spot(now, now)
    ahead = list(spots[:places]) if places is not None else list(spots.reverse()[:1])
    return Spot(ahead[-1][0], ahead[-1][1] + STEP) if ahead else Spot(now, now)
