"""批量调整: many sessions of a doctor or a department are changed, published or stopped at once."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from apps.scheduling import errors
from apps.scheduling.models import ClinicSession
from apps.scheduling.services.conflicts import COUNTING, lock_resources, refuse_conflicts
from apps.scheduling.services.publish import publish_session
from apps.scheduling.services.resize import resize
from apps.scheduling.services.session_appointments import Outcome
from apps.scheduling.services.slot_plan import check_slot_plan, span
from apps.scheduling.services.stop import stop_session
from apps.scheduling.services.templates import check_room
from apps.scheduling.states import SessionState
from kernel import clock
from kernel.errors import DomainError, Expectation, InvalidValue
from kernel.expectations import within_days
from kernel.locks import lock_rows, save_version

MAX_SESSIONS = 500
BULK_SESSIONS = Expectation(
    "bulk_sessions",
    f"一次最多处理 {MAX_SESSIONS} 个门诊,请缩短日期范围",
    f"At most {MAX_SESSIONS} sessions at once: choose fewer days.",
)
MAX_DAYS = 92
WITHIN_DAYS = within_days(MAX_DAYS)


@dataclass(frozen=True, slots=True)
class Row:
    """One session and what became of it: no error = done."""

    session: ClinicSession
    error: DomainError | None = None
    outcome: Outcome = field(default_factory=Outcome)


@dataclass(slots=True)
class Report:
    """Every session in the order of its time; `applied` says whether anything was written."""

    applied: bool = False
    rows: list[Row] = field(default_factory=list)

    @property
    def refused(self) -> list[Row]:
        """The sessions that could not be changed."""
        return [row for row in self.rows if row.error is not None]


Step = Callable[[ClinicSession], Outcome | None]


def chosen(
    sessions: QuerySet[ClinicSession],
    *,
    first: dt.date,
    last: dt.date,
    weekdays: Iterable[int] = (),
    **of: Any,
) -> QuerySet[ClinicSession]:
    """Drafts and published sessions, not over, of those days. InvalidValue for more than MAX_DAYS."""
    if not 0 <= (last - first).days < MAX_DAYS:
        raise InvalidValue(field="last_date", expected=WITHIN_DAYS)
    rows = sessions.filter(date__range=(first, last), state__in=COUNTING, ends_at__gt=clock.now(), **of)
    return rows.filter(date__iso_week_day__in=[day + 1 for day in weekdays]) if weekdays else rows


def edit_sessions(
    sessions: QuerySet[ClinicSession], changes: dict[str, Any], *, dry_run: bool, all_or_nothing: bool
) -> Report:
    """Fee, tier, room, capacity, and of drafts also the times. As `_apply`."""
    return _apply(sessions, partial(_edit, changes=changes), changes, dry_run, all_or_nothing)


def publish_chosen(sessions: QuerySet[ClinicSession], *, dry_run: bool, all_or_nothing: bool) -> Report:
    """Open the drafts among them. As `_apply`."""
    drafts = sessions.filter(state=SessionState.DRAFT)
    return _apply(drafts, _publish, {}, dry_run, all_or_nothing)


def stop_chosen(
    sessions: QuerySet[ClinicSession], *, reason: str, dry_run: bool, all_or_nothing: bool
) -> Report:
    """停诊 of all of them; their appointments are cancelled. As `_apply`."""
    return _apply(sessions, partial(stop_session, reason=reason), {}, dry_run, all_or_nothing)


@transaction.atomic
def _apply(
    sessions: QuerySet[ClinicSession],
    step: Step,
    changes: dict[str, Any],
    dry_run: bool,
    all_or_nothing: bool,
) -> Report:
    """Take the step for each session. InvalidValue for more than MAX_SESSIONS.

    A dry run writes nothing and reports what would happen. Otherwise, if any is refused, BulkRefused with the reasons
    and nothing is written; or, without `all_or_nothing`, the others are written.
    """
    ids = list(sessions.order_by("pk").values_list("pk", flat=True)[: MAX_SESSIONS + 1])
    if len(ids) > MAX_SESSIONS:
        raise InvalidValue(field="last_date", expected=BULK_SESSIONS)
    report = Report(applied=not dry_run)
    for session in _locked(ids, changes):
        report.rows.append(_try(step, session))
    report.rows.sort(key=lambda row: (row.session.starts_at, row.session.pk))
    if dry_run:
        transaction.set_rollback(True)
    elif report.refused and all_or_nothing:
        raise errors.BulkRefused(
            refused=[refusal(row) for row in report.refused], count=len(report.refused), of=len(report.rows)
        )
    return report


def _locked(ids: list[UUID], changes: dict[str, Any]) -> list[ClinicSession]:
    """Doctors and rooms first if they matter, then the sessions."""
    rows = ClinicSession.objects.filter(pk__in=ids)
    if {"room", "start_time", "end_time"} & changes.keys():
        planned = list(rows)
        if changes.get("room") is not None:
            planned += [
                ClinicSession(practitioner_id=row.practitioner_id, room=changes["room"]) for row in rows
            ]
        lock_resources(planned)
    related = rows.select_related("practitioner", "department", "room")
    return lock_rows(related, no_key=True)


def _try(step: Step, session: ClinicSession) -> Row:
    try:
        with transaction.atomic():
            return Row(session, outcome=step(session) or Outcome())
    except DomainError as error:
        return Row(session, error=error)


def refusal(row: Row) -> dict[str, Any]:
    """A refused session as plain values."""
    error = row.error
    return {
        "id": row.session.pk, "starts_at": row.session.starts_at,
        "practitioner_name": row.session.practitioner.name,
        "code": error.code if error else "", "detail": error.text if error else "",
    }  # fmt: skip


def _publish(session: ClinicSession) -> None:
    publish_session(session)


def _wall_clock(moment: dt.datetime) -> dt.time:
    return moment.astimezone(clock.LOCAL).time()


def _edit(session: ClinicSession, changes: dict[str, Any]) -> None:
    published = session.state == SessionState.PUBLISHED
    values = dict(changes)
    start, end = values.pop("start_time", None), values.pop("end_time", None)
    if (start is not None or end is not None) and published:
        raise errors.SessionTimesFixed
    if start is not None or end is not None:
        values["starts_at"], values["ends_at"] = span(
            session.date, start or _wall_clock(session.starts_at), end or _wall_clock(session.ends_at)
        )
    capacity = session.capacity_per_slot
    for name, value in values.items():
        setattr(session, name, value)
    check_room(session)
    check_slot_plan(session, int((session.ends_at - session.starts_at).total_seconds() // 60))
    if {"starts_at", "ends_at", "room"} & values.keys():
        refuse_conflicts(session)
    if published and session.capacity_per_slot != capacity:
        resize(session, session.capacity_per_slot)
    save_version(session, values, version=session.version)
