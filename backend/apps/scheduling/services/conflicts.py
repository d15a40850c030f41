"""A doctor is in one place at a time, and a room holds one session at a time."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q

from apps.identity.models import Location, StaffMember
from apps.scheduling import errors
from apps.scheduling.models import ClinicSession, ScheduleTemplate, StaffLeave
from apps.scheduling.states import SessionState
from kernel import clock

COUNTING = (SessionState.DRAFT, SessionState.PUBLISHED)
NAMED = 5


def lock_resources(sessions: Iterable[ClinicSession | ScheduleTemplate]) -> None:
    """Doctors and rooms of the sessions are locked, so that nobody else plans with them until the commit.

    Weak locks: what only refers to a doctor (a booking) goes on.
    """
    sessions = list(sessions)
    for model, ids in (
        (StaffMember, {session.practitioner_id for session in sessions}),
        (Location, {session.room_id for session in sessions if session.room_id}),
    ):
        rows = model._default_manager.filter(pk__in=ids).select_for_update(no_key=True)
        list(rows.order_by("pk").values_list("pk"))


def refuse_conflicts(session: ClinicSession) -> None:
    """Lock doctor and room of the session; SessionConflict if another one overlaps it there, PractitionerOnLeave."""
    lock_resources([session])
    away = StaffLeave.objects.filter(
        practitioner=session.practitioner_id, starts_at__lt=session.ends_at, ends_at__gt=session.starts_at
    ).first()
    if away is not None:
        raise errors.PractitionerOnLeave(leave_id=away.pk, starts_at=away.starts_at, ends_at=away.ends_at)
    found = conflicts_of(session, overlapping([session]))
    if found:
        what = "; ".join(_words(row) for row in found)
        raise errors.SessionConflict(what=what, conflicts=found)


def overlapping(sessions: Sequence[ClinicSession]) -> list[ClinicSession]:
    """Sessions that count, of the doctors and rooms of those given, in the span that they cover together."""
    starts, ends = min(s.starts_at for s in sessions), max(s.ends_at for s in sessions)
    doctors = {session.practitioner_id for session in sessions}
    rooms = {session.room_id for session in sessions if session.room_id}
    same = Q(practitioner__in=doctors) | Q(room__in=rooms) if rooms else Q(practitioner__in=doctors)
    # A session never lasts as long as a day, which bounds the index range.
    found = ClinicSession.objects.filter(
        same, starts_at__lt=ends, starts_at__gt=starts - dt.timedelta(days=1), ends_at__gt=starts
    ).filter(state__in=COUNTING)
    return list(found.select_related("practitioner", "department", "room").order_by("starts_at", "id"))


def conflicts_of(session: ClinicSession, others: Iterable[ClinicSession]) -> list[dict[str, Any]]:
    """Which of the others are in the way of the session, as SessionConflict shows them; the first few."""
    found = []
    for other in others:
        because = _because(session, other)
        if because and other.pk != session.pk:
            found.append(shown(other, because))
    return found[:NAMED]


def _because(session: ClinicSession, other: ClinicSession) -> str:
    if not (other.starts_at < session.ends_at and session.starts_at < other.ends_at):
        return ""
    if other.practitioner_id == session.practitioner_id:
        return "practitioner"
    return "room" if session.room_id is not None and other.room_id == session.room_id else ""


def shown(other: ClinicSession, because: str) -> dict[str, Any]:
    """A session in the way: plain values."""
    room = other.room
    place = f"{room.building} {room.floor} {room.room}".strip() if room else ""
    return {
        "id": other.pk, "because": because, "starts_at": other.starts_at, "ends_at": other.ends_at,
        "practitioner_name": other.practitioner.name, "department_name": other.department.name, "room_name": place,
    }  # fmt: skip


def _words(row: dict[str, Any]) -> str:
    start, end = (row[name].astimezone(clock.LOCAL) for name in ("starts_at", "ends_at"))
    who = row["practitioner_name"] if row["because"] == "practitioner" else row["room_name"]
    return f"{who} {start:%Y-%m-%d %H:%M}-{end:%H:%M} {row['department_name']} {row['practitioner_name']}"
