"""The reminder of the day before, once per appointment."""

import datetime as dt

from django.db import transaction

from apps.scheduling.events import AppointmentReminderDue
from apps.scheduling.models import Appointment
from apps.scheduling.services.announce import event_of
from apps.scheduling.states import AppointmentState
from kernel import clock
from kernel.outbox.events import publish


@transaction.atomic
def remind_of_tomorrow(*, limit: int = 500) -> int:
    """Publish AppointmentReminderDue for booked visits of tomorrow; returns how many."""
    tomorrow = clock.today() + dt.timedelta(days=1)
    due = Appointment.objects.filter(
        state=AppointmentState.BOOKED, reminded_at=None, visit_date=tomorrow
    ).select_for_update(of=("self",), skip_locked=True)
    rows = list(due.order_by("pk")[:limit])
    Appointment.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=clock.now())
    publish(*(event_of(AppointmentReminderDue, row) for row in rows))
    return len(rows)
