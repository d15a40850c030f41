"""节假日与调休: which days differ from their weekday, by hospital; filled from the published calendar or by hand."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.identity import errors
from apps.identity.models import CalendarDay, DayKind, Hospital

Days = dict[dt.date, CalendarDay]


def fill_year(hospital: Hospital, year: int) -> tuple[int, int]:
    """Enter the public holidays and make-up workdays of the year; returns (entered, kept).

    Days that the hospital has decided on itself are kept. CalendarYearUnknown: that year is not published yet, or the
    product is older than its publication; nothing is guessed.
    """
    days = [CalendarDay(hospital=hospital, **fields) for fields in published(year)]
    with transaction.atomic():
        CalendarDay.objects.bulk_create(days, ignore_conflicts=True)
        made = CalendarDay.objects.filter(pk__in=[day.pk for day in days]).count()
    return made, len(days) - made


def published(year: int) -> list[dict[str, Any]]:
    """The year's special days as fields of CalendarDay; CalendarYearUnknown.

    A make-up workday follows the weekday of the day off that it makes up for, in order within the same holiday.
    """
    import chinese_calendar

    known = {day.year for day in chinese_calendar.holidays}
    if year not in known:
        raise errors.CalendarYearUnknown(year=year, first_year=min(known), last_year=max(known))
    off: dict[str, list[dt.date]] = defaultdict(list)
    for day, name in sorted(chinese_calendar.in_lieu_days.items()):
        if day.year == year:
            off[name].append(day)
    rows = [
        {"date": day, "kind": DayKind.HOLIDAY, "note": _named(name)}
        for day, name in sorted(chinese_calendar.holidays.items())
        if day.year == year
    ]
    for day, name in sorted(chinese_calendar.workdays.items()):
        if day.year == year:
            instead = off[name].pop(0) if off[name] else None
            weekday = None if instead is None else instead.weekday()
            rows.append(
                {"date": day, "kind": DayKind.WORKDAY, "follows_weekday": weekday, "note": _named(name)}
            )
    return rows


def _named(name: str) -> str:
    from chinese_calendar import Holiday

    return str(Holiday(name).chinese)


def calendars_of(hospital_ids: Iterable[UUID], first: dt.date, last: dt.date) -> dict[UUID, Days]:
    """The special days of the hospitals from `first` to `last`."""
    found: dict[UUID, Days] = defaultdict(dict)
    rows = CalendarDay.objects.filter(hospital__in=set(hospital_ids), date__range=(first, last))
    for day in rows:
        found[day.hospital_id][day.date] = day
    return found


def known_years(hospital_ids: Iterable[UUID]) -> set[tuple[UUID, int]]:
    """(hospital, year) of the calendars that have been entered."""
    rows = CalendarDay.objects.filter(hospital__in=set(hospital_ids)).values_list("hospital_id", "date__year")
    return set(rows.distinct())
