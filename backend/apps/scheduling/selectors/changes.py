"""The history of an appointment."""

from typing import Any

from django.db.models import F

from apps.scheduling.models import Appointment, AppointmentChange

_COLUMNS = ("id", "created_at", "from_number", "to_number", "reason")


def changes_of(appointment: Appointment) -> list[dict[str, Any]]:
    """Its reschedules, the first one first."""
    rows = AppointmentChange.objects.filter(appointment=appointment).order_by("id")
    return list(
        rows.values(
            *_COLUMNS,
            from_starts_at=F("from_slot__starts_at"),
            to_starts_at=F("to_slot__starts_at"),
            from_practitioner_name=F("from_practitioner__name"),
            to_practitioner_name=F("to_practitioner__name"),
            by_staff=F("changed_by__name"),
        )
    )
