"""The reminder of the day before, once per appointment."""

import datetime as dt
from collections import defaultdict
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from apps.identity.models import Hospital
from apps.scheduling.events import AppointmentReminderDue
from apps.scheduling.models import Appointment, AppointmentChange
from apps.scheduling.services.announce import event_of
from apps.scheduling.settings import REMINDER_HOURS
from apps.scheduling.states import AppointmentState
from kernel import clock
from kernel.outbox.events import publish


@transaction.atomic
def remind_of_tomorrow(*, limit: int = 500) -> int:
    """Publish AppointmentReminderDue for booked visits of tomorrow; returns how many.

    Whoever has just booked or moved the visit knows of it: left out until the hospital's hours have passed.
    """
    tomorrow = clock.today() + dt.timedelta(days=1)
    due = Appointment.objects.filter(
        _told_long_ago(), state=AppointmentState.BOOKED, reminded_at=None, visit_date=tomorrow
    ).select_for_update(of=("self",), skip_locked=True)
    rows = list(due.order_by("pk")[:limit])
    Appointment.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=clock.now())
    publish(*(event_of(AppointmentReminderDue, row) for row in rows))
    return len(rows)


def _told_long_ago() -> Q:
    hospitals: dict[int, list[UUID]] = defaultdict(list)
    for hospital in Hospital.objects.filter(is_active=True).only("pk", "settings"):
        hospitals[REMINDER_HOURS.of(hospital)].append(hospital.pk)
    condition = Q(pk__in=[])
    for hours, keys in hospitals.items():
        moment = clock.now() - dt.timedelta(hours=hours)
        changes = AppointmentChange.objects.filter(appointment=OuterRef("pk"), created_at__gt=moment)
        condition |= Q(hospital__in=keys, created_at__lte=moment) & ~Q(Exists(changes))
    return condition
