"""出诊: made from templates or one by one, published with slots and numbers."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from apps.scheduling import errors
from apps.scheduling.models import ClinicSession, ScheduleTemplate, Slot, SlotNumber
from apps.scheduling.services.conflicts import refuse_conflicts
from apps.scheduling.services.layout import check_layout, cut
from apps.scheduling.services.templates import check_practitioner, check_room
from apps.scheduling.states import SESSIONS, SessionState
from kernel import clock
from kernel.errors import InvalidValue
from kernel.locks import save_version

MAX_DAYS = 62


def generate_sessions(
    *, templates: Iterable[ScheduleTemplate], first: dt.date, last: dt.date
) -> list[ClinicSession]:
    """Draft sessions of those templates for every day from `first` to `last`; what is there already stays as it is.

    Returns the sessions that are new. InvalidValue for more than MAX_DAYS or days in the past.
    """
    if not clock.today() <= first <= last:
        raise InvalidValue(field="first_date")
    if (last - first).days >= MAX_DAYS:
        raise InvalidValue(field="last_date")
    days = [first + dt.timedelta(days=offset) for offset in range((last - first).days + 1)]
    wanted = [_dated(template, day) for template in templates for day in days if _holds(template, day)]
    with transaction.atomic():
        ClinicSession.objects.bulk_create(wanted, ignore_conflicts=True)
        made = ClinicSession.objects.filter(pk__in=[session.pk for session in wanted])
        return list(made.order_by("starts_at", "id"))


def _holds(template: ScheduleTemplate, day: dt.date) -> bool:
    until = template.valid_until
    in_force = template.valid_from <= day and (until is None or day <= until)
    return template.is_active and in_force and day.weekday() == template.weekday


def _dated(template: ScheduleTemplate, day: dt.date) -> ClinicSession:
    return ClinicSession(
        hospital_id=template.hospital_id,
        department_id=template.department_id,
        practitioner_id=template.practitioner_id,
        room_id=template.room_id,
        template=template,
        date=day,
        period=template.period,
        starts_at=clock.local(day, template.start_time),
        ends_at=clock.local(day, template.end_time),
        slot_minutes=template.slot_minutes,
        capacity_per_slot=template.capacity_per_slot,
        tier=template.tier,
        registration_fee_fen=template.fee_fen,
    )


def create_session(*, date: dt.date, start_time: dt.time, end_time: dt.time, **fields: Any) -> ClinicSession:
    """A single session in draft. InvalidValue, SessionConflict (the doctor or the room is taken then)."""
    session = ClinicSession(
        **fields,
        hospital_id=fields["department"].hospital_id,
        date=date,
        starts_at=clock.local(date, start_time),
        ends_at=clock.local(date, end_time),
    )
    check_practitioner(session.practitioner, session.department)
    check_room(session)
    _check_times(session)
    with transaction.atomic():
        refuse_conflicts(session)
        session.save(force_insert=True)
    return session


def update_session(session: ClinicSession, *, version: int, **changes: Any) -> ClinicSession:
    """Change fee, tier, room, or the layout of a draft.

    SessionNotOpen once published, InvalidValue, SessionConflict (the room), StaleVersion.
    """
    if session.state != SessionState.DRAFT:
        raise errors.SessionNotOpen
    for name, value in changes.items():
        setattr(session, name, value)
    check_room(session)
    _check_times(session)
    with transaction.atomic():
        if changes.get("room") is not None:
            refuse_conflicts(session)
        save_version(session, changes, version=version)
    return session


def delete_session(session: ClinicSession) -> None:
    """Delete a draft; SessionNotOpen once published (stop it instead)."""
    if not ClinicSession.objects.filter(pk=session.pk, state=SessionState.DRAFT).delete()[0]:
        raise errors.SessionNotOpen


def _check_times(session: ClinicSession) -> None:
    minutes = int((session.ends_at - session.starts_at).total_seconds() // 60)
    check_layout(minutes, session.slot_minutes, session.capacity_per_slot)
    if session.ends_at <= clock.now():
        raise InvalidValue(field="date")


@transaction.atomic
def publish_session(session: ClinicSession) -> ClinicSession:
    """Open a draft for booking: its slots and their numbers are made now. StateConflict, SlotPast."""
    if session.ends_at <= clock.now():
        raise errors.SlotPast
    SESSIONS.move(session, SessionState.PUBLISHED, expect=SessionState.DRAFT, updated_at=clock.now())
    slots = [
        Slot(session=session, starts_at=start, ends_at=end, capacity=session.capacity_per_slot)
        for start, end in cut(session)
    ]
    Slot.objects.bulk_create(slots)
    numbers = (slot for slot in slots for _ in range(slot.capacity))
    SlotNumber.objects.bulk_create(
        (
            SlotNumber(hospital_id=session.hospital_id, session=session, slot=slot, number=number)
            for number, slot in enumerate(numbers, start=1)
        ),
        batch_size=1_000,
    )
    return session


def close_past_sessions() -> int:
    """Published sessions that are over become `closed`; returns how many."""
    over = ClinicSession.objects.filter(state=SessionState.PUBLISHED, ends_at__lt=clock.now())
    return over.update(state=SessionState.CLOSED, updated_at=clock.now())
