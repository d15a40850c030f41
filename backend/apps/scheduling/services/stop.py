"""停诊: a session ends before its time; its patients are told, and moved or given their money back."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from apps.patients.services.handover import lock_patients
from apps.scheduling import errors
from apps.scheduling.events import AppointmentMoved, SessionStopped
from apps.scheduling.models import Appointment, ClinicSession, SlotNumber
from apps.scheduling.ports import tickets
from apps.scheduling.services import session_appointments
from apps.scheduling.services.announce import event_of
from apps.scheduling.services.care_team import move_care, reasons_of
from apps.scheduling.services.renumber import renumber
from apps.scheduling.states import OCCUPYING, SESSIONS, AppointmentState, NumberState, SessionState
from kernel import clock
from kernel.errors import Expectation, InvalidValue, NotFound
from kernel.outbox.events import publish

MOVE_TO = Expectation(
    "move_to", "须为同一科室的另一个门诊", "It has to be another session of the department."
)


@transaction.atomic
def stop_session(session: ClinicSession, *, reason: str) -> session_appointments.Outcome:
    """Nothing can be booked any more and every live appointment is cancelled, each with its event. StateConflict.

    Whoever is with the doctor at this moment is left to be finished.
    """
    _stop(session, reason)
    left, in_service = session_appointments.lock_live(session.pk)
    outcome = session_appointments.cancel_all(left, reason=reason)
    _close_numbers(session)
    return replace(outcome, in_service=in_service)


@transaction.atomic
def stop_and_move(
    session: ClinicSession, *, target: ClinicSession, reason: str
) -> session_appointments.Outcome:
    """Stop a session and give its patients numbers of another one of the department, nearest to their time first.

    Who doesn't fit is cancelled: no free number, already booked there, or checked in for another day.
    InvalidValue (another department, the session itself), SessionNotOpen (the target), StateConflict.
    """
    if target.pk == session.pk or target.department_id != session.department_id:
        raise InvalidValue(field="move_to_id", expected=MOVE_TO)
    both = ClinicSession.objects.filter(pk__in=[session.pk, target.pk]).select_for_update(no_key=True)
    found = {row.pk: row for row in both.order_by("pk")}
    if len(found) != 2:
        raise NotFound
    session, target = found[session.pk], found[target.pk]
    if target.state != SessionState.PUBLISHED or target.ends_at <= clock.now():
        raise errors.SessionNotOpen
    _stop(session, reason)
    lock_patients(session_appointments.patients_of(session.pk))
    left, in_service = session_appointments.lock_live(session.pk, target.pk)
    placed = _place(left, session, target)
    outcome = session_appointments.cancel_all((row for row in left if row.pk not in placed), reason=reason)
    moved = [row for row in left if row.pk in placed]
    _move(moved, placed, session, target)
    _close_numbers(session)
    return replace(outcome, moved=len(moved), in_service=in_service)


def _stop(session: ClinicSession, reason: str) -> None:
    state = SessionState(session.state)
    SESSIONS.move(session, SessionState.STOPPED, expect=state, stop_reason=reason)
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
    open_ones = SlotNumber.objects.filter(session=session, state__in=[NumberState.FREE, NumberState.OFFERED])
    open_ones.update(state=NumberState.STOPPED, held_until=None, updated_at=clock.now())


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
    SlotNumber.objects.filter(pk__in=[row.slot_number_id for row in moved]).update(
        state=NumberState.STOPPED, held_until=None, appointment_id=None, updated_at=clock.now()
    )
    renumber({row.pk: placed[row.pk].pk for row in moved}, target)
    tickets().move([row.pk for row in moved], target.pk, at_the_end=True)
    move_care(session, target.practitioner, patients)
    publish(*(_moved(row, placed[row.pk], session, target) for row in moved))


def _moved(
    row: Appointment, number: SlotNumber, session: ClinicSession, target: ClinicSession
) -> AppointmentMoved:
    before = row.starts_at
    row.practitioner_id, row.number, row.starts_at = (
        target.practitioner_id,
        number.number,
        number.slot.starts_at,
    )
    return event_of(
        AppointmentMoved,
        row,
        previous_starts_at=before,
        previous_practitioner_id=session.practitioner_id,
    )
