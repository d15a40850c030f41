"""Sessions from weekly templates: calendar, leave and conflicts are heeded, and what was left out is said."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.identity.models import CalendarDay, DayKind
from apps.identity.services.calendar import Days, calendars_of, known_years
from apps.scheduling.models import ClinicSession, ScheduleTemplate
from apps.scheduling.services.conflicts import conflicts_of, lock_resources, overlapping
from apps.scheduling.services.leave import leaves_of
from apps.scheduling.services.slot_plan import span
from kernel import clock
from kernel.errors import DAY_IN_THE_PAST, InvalidValue
from kernel.expectations import within_days

MAX_DAYS = 92
WITHIN_DAYS = within_days(MAX_DAYS)
BATCH = 300

Skip = dict[str, Any]


@dataclass(slots=True)
class Generated:
    """New sessions, and what is not there: days off, doctors away, sessions in the way, years without a calendar."""

    made: list[UUID] = field(default_factory=list)
    holidays: set[dt.date] = field(default_factory=set)
    makeup_days: dict[dt.date, int] = field(default_factory=dict)
    unknown_days: set[dt.date] = field(default_factory=set)
    on_leave: list[Skip] = field(default_factory=list)
    conflicts: list[Skip] = field(default_factory=list)


@transaction.atomic
def generate_sessions(*, templates: Iterable[ScheduleTemplate], first: dt.date, last: dt.date) -> Generated:
    """Draft sessions of those templates for every day from `first` to `last`; a template makes one session a day once.

    On holidays only templates that run on holidays make one; a make-up workday follows the weekday it stands for. Days
    of a year without a calendar go by their weekday and are reported. InvalidValue for more than MAX_DAYS or the past.
    """
    if first < clock.today():
        raise InvalidValue(field="first_date", expected=DAY_IN_THE_PAST)
    if not 0 <= (last - first).days < MAX_DAYS:
        raise InvalidValue(field="last_date", expected=WITHIN_DAYS)
    days = [first + dt.timedelta(days=offset) for offset in range((last - first).days + 1)]
    chosen = sorted(templates, key=lambda template: (template.practitioner_id, template.pk))
    answer = Generated()
    hospitals = {template.hospital_id for template in chosen}
    calendars = calendars_of(hospitals, first, last)
    _report_days(answer, hospitals, days, calendars)
    lock_resources(chosen)
    waiting = iter(chosen)
    while batch := list(islice(waiting, BATCH)):
        _generate(answer, batch, days, calendars)
    return answer


def _report_days(
    answer: Generated, hospitals: set[UUID], days: Sequence[dt.date], calendars: dict[UUID, Days]
) -> None:
    known = known_years(hospitals)
    for hospital in hospitals:
        answer.unknown_days |= {day for day in days if (hospital, day.year) not in known}
        for day in calendars[hospital].values():
            if day.kind == DayKind.HOLIDAY:
                answer.holidays.add(day.date)
            else:
                answer.makeup_days[day.date] = _weekday(day.date, day)


def _generate(
    answer: Generated,
    batch: Sequence[ScheduleTemplate],
    days: Sequence[dt.date],
    calendars: dict[UUID, Days],
) -> None:
    there = ClinicSession.objects.filter(template__in=batch, date__range=(days[0], days[-1]))
    known = set(there.values_list("template_id", "date"))
    wanted = [
        _dated(template, day)
        for template in batch
        for day in days
        if (template.pk, day) not in known and _runs(template, day, calendars[template.hospital_id].get(day))
    ]
    if not wanted:
        return
    fitting = list(_fitting(answer, wanted))
    ClinicSession.objects.bulk_create(fitting, ignore_conflicts=True, batch_size=2_000)
    made = ClinicSession.objects.filter(pk__in=[session.pk for session in fitting])
    answer.made += made.order_by("starts_at", "id").values_list("pk", flat=True)


def _fitting(answer: Generated, wanted: Sequence[ClinicSession]) -> Iterator[ClinicSession]:
    """Those whose doctor and room are free then."""
    leaves = leaves_of(
        {session.practitioner_id for session in wanted}, min(session.date for session in wanted)
    )
    planned: dict[tuple[UUID | None, dt.date], list[ClinicSession]] = defaultdict(list)

    def keep(session: ClinicSession) -> None:
        for day in _touched(session):
            planned[session.practitioner_id, day].append(session)
            if session.room_id is not None:
                planned[session.room_id, day].append(session)

    for session in overlapping(wanted):
        keep(session)
    for session in wanted:
        if any(away.covers(session) for away in leaves[session.practitioner_id]):
            answer.on_leave.append(_skipped(session))
            continue
        owners = [owner for owner in (session.practitioner_id, session.room_id) if owner is not None]
        near = [other for owner in owners for day in _touched(session) for other in planned[owner, day]]
        found = conflicts_of(session, {other.pk: other for other in near}.values()) if near else []
        if found:
            answer.conflicts.append(_skipped(session) | {"conflicts": found})
        else:
            keep(session)
            yield session


def _touched(session: ClinicSession) -> Iterator[dt.date]:
    """Its day, and the next where it lasts beyond midnight."""
    yield session.date
    following = session.date + dt.timedelta(days=1)
    if session.ends_at > clock.local(following, dt.time()):
        yield following


def _skipped(session: ClinicSession) -> Skip:
    return {
        "template_id": session.template_id,
        "date": session.date,
        "practitioner_id": session.practitioner_id,
    }


def _weekday(date: dt.date, day: CalendarDay | None) -> int:
    return date.weekday() if day is None or day.follows_weekday is None else day.follows_weekday


def _runs(template: ScheduleTemplate, date: dt.date, day: CalendarDay | None) -> bool:
    until = template.valid_until
    in_force = template.is_active and template.valid_from <= date and (until is None or date <= until)
    if not in_force or _weekday(date, day) != template.weekday:
        return False
    return template.runs_on_holidays or day is None or day.kind != DayKind.HOLIDAY


def _dated(template: ScheduleTemplate, day: dt.date) -> ClinicSession:
    starts_at, ends_at = span(day, template.start_time, template.end_time)
    return ClinicSession(
        hospital_id=template.hospital_id,
        department_id=template.department_id,
        practitioner_id=template.practitioner_id,
        room_id=template.room_id,
        template_id=template.pk,
        date=day,
        period=template.period,
        starts_at=starts_at,
        ends_at=ends_at,
        slot_minutes=template.slot_minutes,
        capacity_per_slot=template.capacity_per_slot,
        tier=template.tier,
        registration_fee_fen=template.fee_fen,
        channel_quotas=template.channel_quotas,
        quota_per=template.quota_per,
        release_minutes=template.release_minutes,
        release_at=template.release_at,
    )
