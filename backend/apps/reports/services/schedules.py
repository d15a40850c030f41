"""报表计划: planned, changed, and asked for when the time comes, once for each period."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language

from apps.access.actor import Actor, actor_of
from apps.identity.services.notices import tell
from apps.reports.errors import NoSuchReport
from apps.reports.models import ReportFormat, ReportJob, ReportSchedule
from apps.reports.notices import SCHEDULE_INVALID, SCHEDULE_PAUSED
from apps.reports.selectors import given as given_of, report_of
from apps.reports.services.ask import digest_of, queue
from apps.reports.services.occurrences import Occurrence, newest, next_at
from apps.reports.states import PauseReason
from kernel import clock, rows
from kernel.errors import Expectation, InvalidValue
from kernel.locks import lock_one
from kernel.reports import Report
from kernel.reports.parameters import FIRST, LAST

NOT_DAYS = Expectation(
    "days_by_schedule", "日期由计划的时间决定,不能填写", "The days follow from the time of the schedule."
)
#: What says when it comes about.
_WHEN = {"every", "at", "weekday", "month_day", "working_days_only", "is_active"}


@transaction.atomic
def plan(actor: Actor, **values: Any) -> ReportSchedule:
    """A schedule of the actor's; NoSuchReport, InvalidValue."""
    schedule = ReportSchedule(**values, owner_id=actor.staff_id, language=get_language() or "zh-hans")
    _check(actor, schedule)
    values |= {"owner_id": actor.staff_id, "language": schedule.language, "due_at": _due(schedule)}
    return rows.create_row(ReportSchedule, **values)


@transaction.atomic
def change(actor: Actor, schedule: ReportSchedule, *, version: int, **values: Any) -> ReportSchedule:
    """Change it; what is switched on again begins with the next time. NoSuchReport, InvalidValue, StaleVersion."""
    for name, value in values.items():
        setattr(schedule, name, value)
    if schedule.owner_id == actor.staff_id or not _WHEN.issuperset(values):
        _check(actor, schedule)
    if _WHEN & values.keys():
        values |= {"due_at": _due(schedule), "paused_reason": ""}
    return rows.update_row(schedule, version=version, **values)


@transaction.atomic
def forget(schedule: ReportSchedule) -> None:
    """No more of it; what it has made stays."""
    lock_one(ReportSchedule.objects, pk=schedule.pk)
    ReportJob.objects.filter(schedule=schedule).update(schedule=None, updated_at=clock.now())
    rows.delete_row(schedule)


def _due(schedule: ReportSchedule) -> dt.datetime | None:
    return next_at(schedule, clock.now()) if schedule.is_active else None


def _check(actor: Actor, schedule: ReportSchedule) -> None:
    """That it could be made now."""
    report, _ = report_of(actor, schedule.report, schedule.hospital_id)
    for name in (FIRST, LAST):
        if name in schedule.parameters:
            raise InvalidValue(field=f"parameters.{name}", expected=NOT_DAYS)
    day = clock.today()
    report.bind(_parameters(report, schedule, Occurrence("", clock.now(), day, day)), schedule.hospital_id)


def _parameters(report: Report, schedule: ReportSchedule, found: Occurrence) -> Mapping[str, str]:
    days = {FIRST: str(found.first), LAST: str(found.last)} if report.days else {}
    return {**given_of(schedule.parameters), **days}


@transaction.atomic
def run_due(schedule_id: UUID) -> ReportJob | None:
    """Ask for the newest period that has come about, if nobody has; the schedule is due again at its next time.

    Paused, and its owner told, where the owner may not see the report any more. Safe to repeat, at once and late.
    """
    schedule = lock_one(ReportSchedule.objects.select_related("hospital", "owner__user"), pk=schedule_id)
    now = clock.now()
    if not schedule.is_active or schedule.due_at is None or schedule.due_at > now:
        return None
    found = newest(schedule, now)
    actor = actor_of(schedule.owner.user) if schedule.owner.user else None
    try:
        if actor is None:
            raise NoSuchReport
        report, reach = report_of(actor, schedule.report, schedule.hospital_id)
        given = _parameters(report, schedule, found) if found else {}
        if found:
            report.bind(given, schedule.hospital_id)
    except NoSuchReport:
        _pause(schedule, PauseReason.RIGHTS_WITHDRAWN)
        return None
    except InvalidValue:
        _pause(schedule, PauseReason.PARAMETERS_INVALID)
        return None
    ReportSchedule.objects.filter(pk=schedule.pk).update(due_at=next_at(schedule, now))
    if found is None or ReportJob.objects.filter(schedule=schedule, period=found.period).exists():
        return None
    digest = digest_of(
        schedule.hospital_id, schedule.report, given, schedule.file_format, schedule.language, reach
    )
    return queue(
        hospital_id=schedule.hospital_id, owner_id=schedule.owner_id, report=schedule.report, parameters=given,
        reach=reach, file_format=ReportFormat(schedule.file_format), language=schedule.language, digest=digest,
        schedule=schedule, period=found.period,
    )  # fmt: skip


def _pause(schedule: ReportSchedule, reason: PauseReason) -> None:
    ReportSchedule.objects.filter(pk=schedule.pk).update(
        is_active=False,
        paused_reason=reason,
        due_at=None,
        version=schedule.version + 1,
        updated_at=clock.now(),
    )
    notice = SCHEDULE_PAUSED if reason == PauseReason.RIGHTS_WITHDRAWN else SCHEDULE_INVALID
    tell([schedule.owner], notice, report=schedule.name)
