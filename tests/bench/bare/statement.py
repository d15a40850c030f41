"""The statement that takes a number, with values that cost nothing to find."""

import functools
from typing import Any
from uuid import UUID

from django.db import connection

from apps.scheduling.events import AppointmentBooked, AppointmentExpired
from apps.scheduling.models import Slot
from apps.scheduling.services.numbers import _TAKE_FREELY
from kernel import clock, ids
from kernel.outbox.events import row_of

TAKE = _TAKE_FREELY[0]
__all__ = ["TAKE", "take", "values_for"]


@functools.cache
def _constant(slot_id: UUID) -> dict[str, Any]:
    slot = Slot.objects.select_related("session").get(pk=slot_id)
    session = slot.session
    return {
        "version": 1, "hospital_id": session.hospital_id, "department_id": session.department_id,
        "practitioner_id": session.practitioner_id, "session_id": session.pk, "slot_id": slot.pk, "kind": "advance",
        "state": "booked", "source": "miniprogram", "account_id": None, "booked_by_id": None,
        "fee_fen": session.registration_fee_fen, "payer_type": "self_pay", "payment_status": "unpaid",
        "substitution_count": session.substitution_count,
        "visit_date": session.date, "starts_at": slot.starts_at, "ends_at": slot.ends_at,
        "check_in_until": slot.ends_at, "hold_expires_at": None, "cancel_reason": "", "record": None,
        "override_reason": "",
        "channel": "miniprogram", "number_state": "taken", "moved_topic": AppointmentExpired.topic,
    }  # fmt: skip


def values_for(slot_id: UUID, patient_id: UUID) -> dict[str, Any]:
    """Everything the statement names."""
    constant, now, key = _constant(slot_id), clock.now(), ids.uuid7()
    event = AppointmentBooked(
        hospital_id=constant["hospital_id"], appointment_id=key, patient_id=patient_id, account_id=None,
        practitioner_id=constant["practitioner_id"], department_id=constant["department_id"],
        starts_at=constant["starts_at"], number=0,
    )  # fmt: skip
    outbox = {f"event_{name}": value for name, value in row_of(event).items()}
    number = f"BARE{key.hex[-20:]}"
    own = {"id": key, "created_at": now, "updated_at": now, "now": now, "patient_id": patient_id}
    return constant | outbox | own | {"appointment_no": number}


def take(slot_id: UUID, patient_id: UUID) -> int | None:
    """One statement, committed by itself."""
    with connection.cursor() as cursor:
        TAKE.execute(cursor, values_for(slot_id, patient_id))
        row = cursor.fetchone()
    return row[0] if row else None
