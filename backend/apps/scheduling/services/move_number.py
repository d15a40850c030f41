"""The statement of a reschedule: the new number is taken before the old one is given back, both or neither."""

from typing import Any
from uuid import UUID

from django.db import connection

from apps.scheduling.events import AppointmentExpired
from apps.scheduling.models import Appointment
from apps.scheduling.selectors.limits import LOCK_BOOKER
from apps.scheduling.selectors.offers import TAKEABLE, Offer
from apps.scheduling.services.numbers import EXPIRE_PREVIOUS, GUARD
from kernel import clock
from kernel.errors import StateConflict

_MOVE = f"""
WITH candidate AS (
  SELECT n.id, n.appointment_id FROM scheduling_slotnumber n WHERE n.slot_id = %(slot_id)s AND {TAKEABLE}
    AND n.substitution_count = %(substitution_count)s {{guard}}
  ORDER BY n.number LIMIT 1 FOR UPDATE {{lock}}
), taken AS (
  UPDATE scheduling_slotnumber n SET state = 'taken', held_until = NULL, appointment_id = %(moving)s,
    updated_at = %(now)s
  FROM candidate WHERE n.id = candidate.id RETURNING n.id, n.number, candidate.appointment_id AS previous
), {EXPIRE_PREVIOUS}, freed AS (
  UPDATE scheduling_slotnumber n SET state = 'free', held_until = NULL, appointment_id = NULL, updated_at = %(now)s
  FROM taken WHERE n.id = %(old_number)s AND n.appointment_id = %(moving)s AND n.state = 'taken' RETURNING n.id
)
SELECT taken.id, taken.number, (SELECT count(*) FROM freed) FROM taken
"""  # noqa: S608 - fragments of this module
_FREELY = [_MOVE.format(lock=lock, guard="") for lock in ("SKIP LOCKED", "")]
_GUARDED = [LOCK_BOOKER + _MOVE.format(lock=lock, guard=GUARD) for lock in ("SKIP LOCKED", "")]


def lock_sessions(*session_ids: UUID) -> None:
    """Neither is stopped or given to another doctor before this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM scheduling_clinicsession WHERE id = ANY(%s) ORDER BY id FOR SHARE",
            [list(session_ids)],
        )


def move_number(appointment: Appointment, offer: Offer, *, channel: str) -> tuple[UUID, int] | None:
    """Id and number of what the appointment has now; None when the slot is full or a limit was reached meanwhile.

    StateConflict if the appointment no longer has its old number.
    """
    values: dict[str, Any] = {
        "slot_id": offer.slot_id, "substitution_count": offer.substitution_count, "channel": channel,
        "moving": appointment.pk, "old_number": appointment.slot_number_id, "now": clock.now(),
        "moved_topic": AppointmentExpired.topic, "account": appointment.account_id,
        "hospital_id": offer.hospital_id, "patient_id": appointment.patient_id, "visit_date": offer.date,
        "practitioner_id": offer.practitioner_id, "department_id": offer.department_id,
    }  # fmt: skip
    with connection.cursor() as cursor:
        for sql in _GUARDED if offer.is_limited else _FREELY:
            cursor.execute(sql, values)
            row = cursor.fetchone()
            if row is not None:
                break
        else:
            return None
    if row[2] != 1:
        raise StateConflict(current=appointment.state)
    return row[0], row[1]
