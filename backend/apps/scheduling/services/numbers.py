"""The scarce rows. Everything that takes or frees a number locks the number first and the appointment second."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from apps.scheduling.events import AppointmentExpired, AppointmentMissed
from apps.scheduling.models import Appointment, SlotNumber
from apps.scheduling.selectors.limits import LOCK_BOOKER, limits_used
from apps.scheduling.selectors.offers import TAKEABLE
from apps.scheduling.states import AppointmentState, NumberState
from kernel import clock
from kernel.errors import RequestInProgress
from kernel.idempotency import store
from kernel.outbox.events import INSERT_EVENTS, Event, row_of
from kernel.prepared import Prepared, types_of
from kernel.sql import statement

COLUMNS = (
    "id", "created_at", "updated_at", "version", "hospital_id", "department_id", "practitioner_id", "patient_id",
    "session_id", "slot_id", "appointment_no", "kind", "state", "source", "account_id", "booked_by_id", "fee_fen",
    "payer_type", "payment_status", "visit_date", "starts_at", "ends_at", "check_in_until", "hold_expires_at",
    "cancel_reason", "override_reason",
)  # fmt: skip
#: Events of appointments that a statement has just moved on, built by PostgreSQL from `moved`.
_MOVED = """a.hospital_id, a.id, a.patient_id, a.account_id, a.practitioner_id, a.department_id,
  a.starts_at, a.number"""
_MOVED_EVENTS = f"""{INSERT_EVENTS}
  SELECT uuid7(), %(moved_topic)s, jsonb_build_object('hospital_id', hospital_id, 'appointment_id', id,
    'patient_id', patient_id, 'account_id', account_id, 'practitioner_id', practitioner_id,
    'department_id', department_id, 'starts_at', starts_at, 'number', number), hospital_id, '', %(now)s, 0 FROM moved"""  # noqa: S608

#: A hold that has lapsed ends when its number is `taken` by somebody else.
EXPIRE_PREVIOUS = f"""moved AS (
  UPDATE scheduling_appointment a SET state = 'expired', version = a.version + 1, updated_at = %(now)s
  FROM taken WHERE a.id = taken.previous AND a.state = 'pending' RETURNING {_MOVED}
), moved_events AS ({_MOVED_EVENTS})"""  # noqa: S608

_TAKE = {
    "columns": ", ".join(COLUMNS),
    "values": ", ".join(f"%({name})s" for name in COLUMNS),
    "expire_previous": EXPIRE_PREVIOUS,
    "insert_events": INSERT_EVENTS,
    "lock_running": store.LOCK_RUNNING,
    "finish_running": store.finish_running("%(id)s", rows="taken"),
}
_LIMITS = limits_used(
    hospital="%(hospital_id)s", patient="%(patient_id)s", practitioner="%(practitioner_id)s",
    department="%(department_id)s", date="%(visit_date)s::date",
)  # fmt: skip
GUARD = f"AND NOT EXISTS (SELECT FROM ({_LIMITS}) r WHERE r.used >= r.value)"
_TYPES = types_of(Appointment, COLUMNS) | {
    "event_id": "uuid", "event_topic": "text", "event_request_id": "text", "now": "timestamptz",
    "number_state": "text", "moved_topic": "text", "event_payload": "text", "record": "uuid", "reserved": "uuid",
}  # fmt: skip
#: A number that is being rolled back looks taken: the second attempt waits for it.
_ANY = f"n.slot_id = %(slot_id)s AND {TAKEABLE}"
_TAKE_FREELY, _TAKE_GUARDED = (
    [
        Prepared(
            f"take_number_{rule}_{wait}",
            statement("apps.scheduling", "take_number", which=_ANY, lock=lock, guard=guard, **_TAKE),
            _TYPES,
            writes=True,
            by_key=True,
        )
        for wait, lock in (("at_once", "SKIP LOCKED"), ("waiting", ""))
    ]
    for rule, guard in (("freely", ""), ("guarded", GUARD))
)
#: The number that the waiting list keeps for the patient.
_KEPT = "n.id = %(reserved)s AND n.state = 'offered' AND n.held_until > %(now)s"
_TAKE_KEPT, _TAKE_KEPT_GUARDED = (
    [
        Prepared(
            f"take_kept_{rule}",
            statement("apps.scheduling", "take_number", which=_KEPT, lock="", guard=guard, **_TAKE),
            _TYPES,
            writes=True,
            by_key=True,
        )
    ]
    for rule, guard in (("freely", ""), ("guarded", GUARD))
)

_SWEEP = f"""
WITH due AS (
  SELECT n.id, n.appointment_id FROM scheduling_appointment a
  JOIN scheduling_slotnumber n ON n.id = a.slot_number_id AND n.appointment_id = a.id
  WHERE a.state = %(source)s AND a.{{column}} <= %(now)s AND n.state = %(number_state)s
    AND (%(appointment)s::uuid IS NULL OR a.id = %(appointment)s::uuid)
    AND (%(slot)s::uuid IS NULL OR a.slot_id = %(slot)s::uuid)
  ORDER BY n.id LIMIT %(limit)s FOR UPDATE OF n, a SKIP LOCKED
), freed AS (
  UPDATE scheduling_slotnumber n SET state = 'free', held_until = NULL, appointment_id = NULL, updated_at = %(now)s
  FROM due WHERE n.id = due.id RETURNING due.appointment_id
), moved AS (
  UPDATE scheduling_appointment a SET state = %(target)s, version = a.version + 1, updated_at = %(now)s
  FROM freed WHERE a.id = freed.appointment_id AND a.state = %(source)s RETURNING {_MOVED}
), moved_events AS ({_MOVED_EVENTS})
SELECT count(*) FROM moved
"""  # noqa: S608


def take(
    values: dict[str, Any],
    event: Event,
    *,
    channel: str,
    guarded: bool = False,
    reserved: UUID | None = None,
) -> int | None:
    """Give a number of the slot to a new appointment; the number, or None when the slot is full.

    `guarded`: booking limits apply and are checked once more, one booking of the patient after the other; None then
    also when a limit was reached meanwhile. `reserved`: that number, which the waiting list keeps, and no other.

    One statement takes the number, ends a lapsed hold on it, inserts the appointment and its event, and finishes the
    running idempotency record. Nothing may follow it in the transaction but the commit. RequestInProgress: the record's
    lease was lost to a repetition of the request.
    """
    record = store.current()
    outbox = {f"event_{name}": value for name, value in row_of(event).items()}
    held = values["hold_expires_at"] is not None
    values = {
        **values, **outbox, "record": record, "now": clock.now(), "channel": channel,
        "number_state": NumberState.HELD.value if held else NumberState.TAKEN.value,
        "moved_topic": AppointmentExpired.topic, "account": values["account_id"], "moving": None,
        "reserved": reserved,
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in _statements(guarded, reserved is not None):
            statement.execute(cursor, values, before=LOCK_BOOKER if guarded else "")
            number, runs = cursor.fetchone()
            if not runs:
                raise RequestInProgress(retry_after=1)
            if number is not None:
                return int(number)
    return None


def _statements(guarded: bool, reserved: bool) -> list[Prepared]:
    if reserved:
        return _TAKE_KEPT_GUARDED if guarded else _TAKE_KEPT
    return _TAKE_GUARDED if guarded else _TAKE_FREELY


def expire_holds(*, limit: int = 500, appointment_id: UUID | None = None, slot_id: UUID | None = None) -> int:
    """End holds past their time and free their numbers; returns how many. What another worker has is left to it."""
    return _sweep("hold_expires_at", AppointmentState.PENDING, AppointmentState.EXPIRED, NumberState.HELD,
                  AppointmentExpired, limit, appointment_id, slot_id)  # fmt: skip


def end_uncollected(*, limit: int = 500) -> int:
    """爽约: booked numbers that were not collected before their deadline; returns how many."""
    return _sweep("check_in_until", AppointmentState.BOOKED, AppointmentState.NO_SHOW, NumberState.TAKEN,
                  AppointmentMissed, limit)  # fmt: skip


def _sweep(
    column: str,
    source: AppointmentState,
    target: AppointmentState,
    number_state: NumberState,
    event: type[Event],
    limit: int,
    appointment_id: UUID | None = None,
    slot_id: UUID | None = None,
) -> int:
    values = {
        "source": source.value, "target": target.value, "number_state": number_state.value, "now": clock.now(),
        "limit": limit, "moved_topic": event.topic, "appointment": appointment_id, "slot": slot_id,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SWEEP.format(column=column), values)
        return int(cursor.fetchone()[0])


def keep(appointment: Appointment) -> bool:
    """Turn the held number into a taken one; False if the appointment no longer has it."""
    return bool(
        SlotNumber.objects.filter(
            pk=appointment.slot_number_id, appointment_id=appointment.pk, state=NumberState.HELD
        ).update(state=NumberState.TAKEN, held_until=None, updated_at=clock.now())
    )


def release(appointment: Appointment) -> None:
    """收回号源: free the appointment's number for the next patient."""
    SlotNumber.objects.filter(pk=appointment.slot_number_id, appointment_id=appointment.pk).update(
        state=NumberState.FREE, held_until=None, appointment_id=None, updated_at=clock.now()
    )


def reclaim(appointment: Appointment, *, now: dt.datetime) -> SlotNumber | None:
    """A free number of the appointment's slot, its former one if possible, taken for it; None if the slot is full."""
    expire_holds(slot_id=appointment.slot_id)
    free = SlotNumber.objects.select_for_update(skip_locked=True).filter(
        Q(channel__in=("", appointment.source)) | Q(reserved_until__lte=now),
        Q(state=NumberState.FREE) | Q(state=NumberState.OFFERED, held_until__lte=now),
        slot_id=appointment.slot_id,
    )
    number = free.filter(pk=appointment.slot_number_id).first() or free.order_by("number").first()
    if number is not None:
        number.state, number.appointment_id, number.updated_at = NumberState.TAKEN, appointment.pk, now
        number.held_until = None
        number.save(update_fields=["state", "appointment_id", "held_until", "updated_at"])
    return number
