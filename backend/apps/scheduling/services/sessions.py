"""出诊: sessions made one by one, and their end."""

import datetime as dt
from typing import Any

from django.db import transaction

from apps.scheduling import errors
from apps.scheduling.models import ClinicSession
from apps.scheduling.services.conflicts import refuse_conflicts
from apps.scheduling.services.slot_plan import check_slot_plan, span
from apps.scheduling.services.templates import check_practitioner, check_room
from apps.scheduling.states import SessionState
from kernel import clock
from kernel.errors import IN_THE_PAST, InvalidValue
from kernel.locks import save_version


def create_session(*, date: dt.date, start_time: dt.time, end_time: dt.time, **fields: Any) -> ClinicSession:
    """A single session in draft. InvalidValue, SessionConflict (the doctor or the room is taken then).

    `date` is the day of its start, and of every visit, even where it ends on the next.
    """
    starts_at, ends_at = span(date, start_time, end_time)
    session = ClinicSession(
        **fields,
        hospital_id=fields["department"].hospital_id,
        date=date,
        starts_at=starts_at,
        ends_at=ends_at,
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

    SessionPublished once published, InvalidValue, SessionConflict (the room), StaleVersion.
    """
    if session.state != SessionState.DRAFT:
        raise errors.SessionPublished
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
    """Delete a draft; SessionPublished once published (stop it instead)."""
    if not ClinicSession.objects.filter(pk=session.pk, state=SessionState.DRAFT).delete()[0]:
        raise errors.SessionPublished


def _check_times(session: ClinicSession) -> None:
    minutes = int((session.ends_at - session.starts_at).total_seconds() // 60)
    check_slot_plan(session, minutes)
    if session.ends_at <= clock.now():
        raise InvalidValue(field="date", expected=IN_THE_PAST)


def close_past_sessions() -> int:
    """Published sessions that are over become `closed`; returns how many."""
    over = ClinicSession.objects.filter(state=SessionState.PUBLISHED, ends_at__lt=clock.now())
    return over.update(state=SessionState.CLOSED, updated_at=clock.now())
