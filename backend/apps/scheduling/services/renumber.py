"""Many appointments get numbers of another session in two statements."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from apps.scheduling.models import ClinicSession
from kernel import clock

_PAIRS = "unnest(%(appointments)s::uuid[], %(numbers)s::uuid[]) AS pair (appointment_id, number_id)"
_APPOINTMENTS = f"""
UPDATE scheduling_appointment a SET session_id = %(session)s, practitioner_id = %(practitioner)s,
  visit_date = %(date)s, slot_id = s.id, slot_number_id = n.id, number = n.number, starts_at = s.starts_at,
  ends_at = s.ends_at, check_in_until = CASE a.kind WHEN 'same_day' THEN %(ends_at)s ELSE s.ends_at END,
  hold_expires_at = CASE WHEN a.hold_expires_at IS NOT NULL
    THEN least(a.hold_expires_at, CASE a.kind WHEN 'same_day' THEN %(ends_at)s ELSE s.ends_at END) END,
  reminded_at = NULL, version = a.version + 1, updated_at = %(now)s
FROM {_PAIRS} JOIN scheduling_slotnumber n ON n.id = pair.number_id JOIN scheduling_slot s ON s.id = n.slot_id
WHERE a.id = pair.appointment_id
"""  # noqa: S608 - fragments of this module
_NUMBERS = f"""
UPDATE scheduling_slotnumber n SET state = CASE a.state WHEN 'pending' THEN 'held' ELSE 'taken' END,
  held_until = CASE a.state WHEN 'pending' THEN a.hold_expires_at END, appointment_id = a.id, updated_at = %(now)s
FROM {_PAIRS} JOIN scheduling_appointment a ON a.id = pair.appointment_id
WHERE n.id = pair.number_id
"""  # noqa: S608


def renumber(placed: Mapping[UUID, UUID], target: ClinicSession) -> None:
    """Appointment → free number of `target`: both sides are written. All of them are locked, the old numbers freed."""
    values: dict[str, Any] = {
        "appointments": list(placed), "numbers": list(placed.values()), "session": target.pk,
        "practitioner": target.practitioner_id, "date": target.date, "ends_at": target.ends_at, "now": clock.now(),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_APPOINTMENTS, values)
        cursor.execute(_NUMBERS, values)
