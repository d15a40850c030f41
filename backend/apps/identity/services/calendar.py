"""节假日与调休: which days differ from their weekday, by hospital; filled from the published calendar or by hand."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.identity import errors
from apps.identity.models import CalendarDay, DayKind, Hospital
from kernel.errors import DuplicateValue, InvalidValue
from kernel.locks import save_version

Days = dict[dt.date, CalendarDay]


def create_day(**fields: Any) -> CalendarDay:
    """Add a day; InvalidValue for a holiday that follows a weekday, DuplicateValue."""
    day = CalendarDay(**fields)
    _check(day)
    try:
        with transaction.atomic():
            day.save(force_insert=True)
    except IntegrityError as error:
        raise DuplicateValue(field="date") from error
    return day


def update_day(day: CalendarDay, *, version: int, **changes: Any) -> CalendarDay:
    """Change a day read at `version`; as create_day, and StaleVersion. Sessions made before stay as they are."""
    for name, value in changes.items():
        setattr(day, name, value)
    _check(day)
    try:
        with transaction.atomic():
            save_version(day, changes, version=version)
    except IntegrityError as error:
        raise DuplicateValue(field="date") from error
    return day


def delete_day(day: CalendarDay) -> None:
    """The day is like its weekday again."""
    day.delete()


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


def _check(day: CalendarDay) -> None:
    if day.kind == DayKind.HOLIDAY and day.follows_weekday is not None:
        raise InvalidValue(field="follows_weekday")
