"""停诊: a session ends before its time; its patients are told, and moved or given their money back."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from apps.patients.services.handover import lock_patients
from apps.scheduling import errors
from apps.scheduling.events import AppointmentMoved, SessionStopped
from apps.scheduling.models import Appointment, AppointmentKind, ClinicSession, SlotNumber
from apps.scheduling.services import live
from apps.scheduling.services.announce import event_of
from apps.scheduling.services.attend import follow_patients, reasons_of
from apps.scheduling.services.follow import take_tickets_along
from apps.scheduling.states import OCCUPYING, SESSIONS, AppointmentState, NumberState, SessionState
from kernel import clock
from kernel.errors import InvalidValue, NotFound
from kernel.outbox.events import publish


@transaction.atomic
def stop_session(session: ClinicSession, *, reason: str) -> live.Outcome:
    """Nothing can be booked any more and every live appointment is cancelled, each with its event. StateConflict.

    Whoever is with the doctor at this moment is left to be finished.
    """
    _stop(session, reason)
    left, in_service = live.lock_live(session.pk)
    outcome = live.cancel_all(left, reason=reason)
    _close_numbers(session)
    return replace(outcome, in_service=in_service)


@transaction.atomic
def stop_and_move(session: ClinicSession, *, target: ClinicSession, reason: str) -> live.Outcome:
    """Stop a session and give its patients numbers of another one of the department, nearest to their time first.

    Who doesn't fit is cancelled: no free number, already booked there, or checked in for another day.
    InvalidValue (another department, the session itself), SessionNotOpen (the target), StateConflict.
    """
    if target.pk == session.pk or target.department_id != session.department_id:
        raise InvalidValue(field="move_to")
    both = ClinicSession.objects.filter(pk__in=[session.pk, target.pk]).select_for_update(no_key=True)
    found = {row.pk: row for row in both.order_by("pk")}
    if len(found) != 2:
        raise NotFound
    session, target = found[session.pk], found[target.pk]
    if target.state != SessionState.PUBLISHED or target.ends_at <= clock.now():
        raise errors.SessionNotOpen
    _stop(session, reason)
    lock_patients(live.patients_of(session.pk))
    left, in_service = live.lock_live(session.pk, target.pk)
    placed = _place(left, session, target)
    outcome = live.cancel_all((row for row in left if row.pk not in placed), reason=reason)
    moved = [row for row in left if row.pk in placed]
    _move(moved, placed, session, target)
    _close_numbers(session)
    return replace(outcome, moved=len(moved), in_service=in_service)


def _stop(session: ClinicSession, reason: str) -> None:
    state = SessionState(session.state)
    SESSIONS.move(session, SessionState.STOPPED, expect=state, stop_reason=reason, updated_at=clock.now())
    publish(
        SessionStopped(
            hospital_id=session.hospital_id,
            session_id=session.pk,
            practitioner_id=session.practitioner_id,
            department_id=session.department_id,
            starts_at=session.starts_at,
        )
    )


def _close_numbers(session: ClinicSession) -> None:
    SlotNumber.objects.filter(session=session, state=NumberState.FREE).update(
        state=NumberState.STOPPED, updated_at=clock.now()
    )


def _place(
    left: Sequence[Appointment], session: ClinicSession, target: ClinicSession
) -> dict[UUID, SlotNumber]:
    """Appointment → the free number it gets: the nearest time of day, in the order of the old numbers."""
    there = Appointment.objects.filter(session=target, state__in=OCCUPYING)
    known = set(there.values_list("patient_id", flat=True))
    free = list(
        SlotNumber.objects.filter(session=target, state=NumberState.FREE, slot__ends_at__gt=clock.now())
        .select_related("slot")
        .order_by("number")
    )
    shift = dt.timedelta(days=(target.date - session.date).days)
    placed: dict[UUID, SlotNumber] = {}
    for row in left:
        elsewhere = row.state == AppointmentState.CHECKED_IN and target.date != session.date
        fitting = [number for number in free if is_open_to(number, row.source)]
        if not fitting or elsewhere or row.patient_id in known:
            continue
        wanted = row.starts_at + shift
        chosen = min(fitting, key=lambda number: (abs(number.slot.starts_at - wanted), number.number))
        free.remove(chosen)
        known.add(row.patient_id)
        placed[row.pk] = chosen
    return placed


def is_open_to(number: SlotNumber, source: str) -> bool:
    """Whether the number is not kept for another source now."""
    released = number.reserved_until is not None and number.reserved_until <= clock.now()
    return released or number.channel in ("", source)


def _move(
    moved: list[Appointment],
    placed: dict[UUID, SlotNumber],
    session: ClinicSession,
    target: ClinicSession,
) -> None:
    patients = reasons_of(session.practitioner, moved)
    now, left_numbers = clock.now(), [row.slot_number_id for row in moved]
    starts = {row.pk: row.starts_at for row in moved}
    SlotNumber.objects.filter(pk__in=left_numbers).update(
        state=NumberState.STOPPED, held_until=None, appointment_id=None, updated_at=now
    )
    for row in moved:
        _give(row, placed[row.pk], target)
    SlotNumber.objects.bulk_update(
        [placed[row.pk] for row in moved], ["state", "held_until", "appointment_id", "updated_at"]
    )
    Appointment.objects.bulk_update(moved, COLUMNS)
    take_tickets_along([row.pk for row in moved], target.pk, at_the_end=True)
    follow_patients(session, target.practitioner, patients)
    publish(
        *(
            event_of(
                AppointmentMoved,
                row,
                previous_starts_at=starts[row.pk],
                previous_practitioner_id=session.practitioner_id,
            )
            for row in moved
        )
    )


COLUMNS = (
    "session", "slot", "slot_number", "number", "practitioner", "visit_date", "starts_at", "ends_at",
    "check_in_until", "hold_expires_at", "reminded_at", "version", "updated_at",
)  # fmt: skip


def _give(row: Appointment, number: SlotNumber, target: ClinicSession) -> None:
    now, pending = clock.now(), row.state == AppointmentState.PENDING
    same_day = row.kind == AppointmentKind.SAME_DAY
    until = target.ends_at if same_day else number.slot.ends_at
    row.session, row.slot, row.slot_number, row.number = target, number.slot, number, number.number
    row.practitioner_id, row.visit_date = target.practitioner_id, target.date
    row.starts_at, row.ends_at, row.check_in_until = number.slot.starts_at, number.slot.ends_at, until
    if row.hold_expires_at is not None:
        row.hold_expires_at = min(row.hold_expires_at, until)
    row.reminded_at, row.version, row.updated_at = None, row.version + 1, now
    number.state = NumberState.HELD if pending else NumberState.TAKEN
    number.held_until = row.hold_expires_at if pending else None
    number.appointment_id, number.updated_at = row.pk, now
