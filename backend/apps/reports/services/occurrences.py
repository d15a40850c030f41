"""When a schedule comes about, and which days its report is of. All days are those of Asia/Shanghai."""

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from apps.identity.services.working_time import WorkingTime, working_time
from apps.reports.models import ReportEvery, ReportSchedule
from kernel import clock

#: Days looked back and ahead: longer than a month, with all the days off that may lie in between.
AROUND = 70
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """`at`: when; the report is of `first` to `last`. `period` names it within its schedule, for ever."""

    period: str
    at: dt.datetime
    first: dt.date
    last: dt.date


def newest(schedule: ReportSchedule, now: dt.datetime) -> Occurrence | None:
    """The last one that has come about, of the latest days; what was missed before it is not made up for."""
    past = [each for each in _around(schedule, now) if each.at <= now]
    return max(past, key=lambda each: (each.at, each.last), default=None)


def next_at(schedule: ReportSchedule, now: dt.datetime) -> dt.datetime:
    """When it comes about after `now`."""
    ahead = [each.at for each in _around(schedule, now) if each.at > now]
    return min(ahead, default=now + AROUND * _DAY)


def _around(schedule: ReportSchedule, now: dt.datetime) -> Iterator[Occurrence]:
    today = now.astimezone(clock.LOCAL).date()
    begin = today - AROUND * _DAY
    work = working_time(schedule.hospital, clock.local(begin, dt.time()))
    for number in range(2 * AROUND):
        found = _occurrence(schedule, begin + number * _DAY, work)
        if found is not None:
            yield found


def _occurrence(schedule: ReportSchedule, day: dt.date, work: WorkingTime) -> Occurrence | None:
    """What is planned for that day; None where nothing is."""
    only = schedule.working_days_only
    match schedule.every:
        case ReportEvery.DAY:
            if only and not work.spans(day):
                return None
            first = _worked(day - _DAY, work, -1) if only else day - _DAY
            return Occurrence(f"{day}", clock.local(day, schedule.at), first, day - _DAY)
        case ReportEvery.WEEK:
            if day.isoweekday() != schedule.weekday:
                return None
            last = day - day.isoweekday() * _DAY
            year, week, _ = last.isocalendar()
            period, first = f"{year}-W{week:02d}", last - 6 * _DAY
        case _:
            if day.day != min(schedule.month_day, calendar.monthrange(day.year, day.month)[1]):
                return None
            last = day.replace(day=1) - _DAY
            period, first = f"{last:%Y-%m}", last.replace(day=1)
    made_on = _worked(day, work, 1) if only else day
    return Occurrence(period, clock.local(made_on, schedule.at), first, last)


def _worked(day: dt.date, work: WorkingTime, step: int) -> dt.date:
    """That day, or the nearest working day in that direction; the day itself in a hospital that never works."""
    for number in range(31):
        near = day + number * step * _DAY
        if work.spans(near):
            return near
    return day
