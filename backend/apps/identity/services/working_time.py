"""工作时间: when a hospital works, by its opening hours and calendar, and when so much of it has passed."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from apps.identity.models import CalendarDay, DayKind, Hospital
from kernel import clock

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: Of a hospital that has not said when it is open.
USUAL_HOURS = {day: ["08:00-12:00", "14:00-17:30"] for day in WEEKDAYS[:5]}
#: No work takes longer: the end of the search in a hospital that is hardly ever open.
HORIZON = dt.timedelta(days=400)
#: Hours are typed by people; what cannot be read as a span counts as closed.
_HOURS = re.compile(r"\s*([01]?\d|2[0-4])[::]([0-5]\d)\s*[-–—~至]\s*([01]?\d|2[0-4])[::]([0-5]\d)\s*")
Span = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """The working time of a hospital from a day on; `days`: those that differ from their weekday."""

    hours: dict[str, list[str]]
    days: dict[dt.date, CalendarDay]

    def spans(self, day: dt.date) -> list[Span]:
        """When the hospital works on that day, in order; nothing on a day off."""
        special = self.days.get(day)
        if special is not None and special.kind == DayKind.HOLIDAY:
            return []
        weekday = day.weekday()
        if special is not None and special.follows_weekday is not None:
            weekday = special.follows_weekday
        elif special is not None and not self.hours.get(WEEKDAYS[weekday]):
            weekday = 0  # a make-up workday of nobody in particular is worked like a Monday
        read = (_HOURS.fullmatch(text) for text in self.hours.get(WEEKDAYS[weekday], ()))
        return sorted(_span(day, found) for found in read if found)

    def after_hours(self, moment: dt.datetime, hours: float) -> dt.datetime:
        """When so many working hours have passed since then."""
        left = dt.timedelta(hours=hours)
        for begin, end in self._from(moment):
            if end - begin >= left:
                return begin + left
            left -= end - begin
        return moment + HORIZON

    def after_days(self, moment: dt.datetime, count: int) -> dt.datetime:
        """The same time of day so many working days later; at its end where that day ends before."""
        local = moment.astimezone(clock.LOCAL)
        day = local.date()
        for _ in range(count):
            day = self._next_day(day)
        spans = self.spans(day)
        wanted = clock.local(day, local.timetz().replace(tzinfo=None))
        return min(max(wanted, spans[0][0]), spans[-1][1]) if spans else wanted

    def next_day_at(self, moment: dt.datetime, time: dt.time) -> dt.datetime:
        """That time of the next working day."""
        return clock.local(self._next_day(moment.astimezone(clock.LOCAL).date()), time)

    def _from(self, moment: dt.datetime) -> Iterator[Span]:
        day = moment.astimezone(clock.LOCAL).date()
        last = day + HORIZON
        while day < last:
            for begin, end in self.spans(day):
                if end > moment:
                    yield max(begin, moment), end
            day += dt.timedelta(days=1)

    def _next_day(self, day: dt.date) -> dt.date:
        for step in range(1, HORIZON.days):
            if self.spans(day + dt.timedelta(days=step)):
                return day + dt.timedelta(days=step)
        return day + HORIZON


def working_time(hospital: Hospital, since: dt.datetime) -> WorkingTime:
    """The hospital's working time from `since` on."""
    first = since.astimezone(clock.LOCAL).date()
    known = {day: texts for day, texts in hospital.opening_hours.items() if any(map(_HOURS.fullmatch, texts))}
    return WorkingTime(known or USUAL_HOURS, _special_days(hospital.pk, first))


def _special_days(hospital_id: UUID, first: dt.date) -> dict[dt.date, CalendarDay]:
    rows = CalendarDay.objects.filter(hospital=hospital_id, date__range=(first, first + HORIZON))
    return {row.date: row for row in rows}


def _span(day: dt.date, found: re.Match[str]) -> Span:
    """Of that day, up to 24:00; beyond midnight where the end is not later than the beginning."""
    hours = [int(part) for part in found.groups()]
    midnight = clock.local(day, dt.time())
    starts, ends = (
        midnight + dt.timedelta(hours=hour, minutes=minute) for hour, minute in (hours[:2], hours[2:])
    )
    return starts, ends if ends > starts else ends + dt.timedelta(days=1)
