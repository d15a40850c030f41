"""工作时间: hours and days of work pass only while the hospital works."""

import datetime as dt

import pytest

from apps.identity.models import CalendarDay
from apps.identity.services.working_time import working_time
from kernel import clock
from tests.support.world import World

pytestmark = pytest.mark.requirement("ORG-04")

#: A Monday.
MONDAY = dt.date(2026, 11, 23)


def at(days: int, hour: int, minute: int = 0) -> dt.datetime:
    return clock.local(MONDAY + dt.timedelta(days=days), dt.time(hour, minute))


@pytest.mark.parametrize(
    ("since", "hours", "until"),
    [
        (at(0, 8), 4, at(0, 12)),
        (at(0, 11), 2, at(0, 15)),  # an hour before lunch, one after
        (at(0, 12, 30), 1, at(0, 15)),
        (at(0, 17), 1, at(1, 8, 30)),
        (at(0, 20), 4, at(1, 12)),
        (at(4, 17), 1, at(7, 8, 30)),  # over the weekend
        (at(0, 8), 15, at(1, 17, 30)),  # two whole days of seven and a half hours
    ],
)
def test_hours_pass_while_the_hospital_works(
    world: World, since: dt.datetime, hours: int, until: dt.datetime
) -> None:
    assert working_time(world.h1, since).after_hours(since, hours) == until


def test_a_holiday_is_no_day_of_work_and_a_make_up_day_is_one(world: World) -> None:
    for days, kind in ((1, "holiday"), (5, "workday")):
        CalendarDay.objects.create(hospital=world.h1, date=MONDAY + dt.timedelta(days=days), kind=kind)
    assert working_time(world.h1, at(0, 17)).after_hours(at(0, 17), 1) == at(2, 8, 30)
    assert working_time(world.h1, at(4, 17)).after_hours(at(4, 17), 1) == at(5, 8, 30)
    assert working_time(world.h2, at(0, 17)).after_hours(at(0, 17), 1) == at(1, 8, 30)


def test_a_working_day_later_is_the_same_time_of_the_next_day_of_work(world: World) -> None:
    time = working_time(world.h1, at(0, 10))
    assert time.after_days(at(0, 10), 1) == at(1, 10)
    assert time.after_days(at(4, 10), 1) == at(7, 10)
    assert time.after_days(at(0, 22), 1) == at(1, 17, 30)
    assert time.after_days(at(0, 6), 1) == at(1, 8)


@pytest.mark.parametrize(
    ("hours", "until"),
    [
        ({"mon": ["09:00-10:00"], "wed": ["9:00-11:00"]}, at(2, 10)),
        ({"mon": ["20:00-02:00"]}, at(0, 22)),
        ({"mon": ["00:00-24:00"], "tue": ["全天"]}, at(0, 10)),
        ({"mon": ["24小时"]}, at(0, 10)),  # nothing that can be read: the usual hours
    ],
)
def test_a_hospitals_own_hours_count_as_it_wrote_them(
    world: World, hours: dict[str, list[str]], until: dt.datetime
) -> None:
    world.h1.opening_hours = hours
    assert working_time(world.h1, at(0, 8)).after_hours(at(0, 8), 2) == until


def test_a_hospital_that_never_opens_again_ends_the_search(world: World) -> None:
    world.h1.opening_hours = {"mon": ["08:00-09:00"]}
    days = [
        CalendarDay(hospital=world.h1, date=MONDAY + dt.timedelta(days=n), kind="holiday") for n in range(401)
    ]
    CalendarDay.objects.bulk_create(days)
    assert working_time(world.h1, at(0, 8)).after_hours(at(0, 8), 1) > at(365, 0)
