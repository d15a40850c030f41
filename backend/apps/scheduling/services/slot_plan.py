"""How a session is cut into slots and numbers, and which numbers are kept for a source."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from apps.scheduling.models import AppointmentSource, ClinicSession, ScheduleTemplate
from apps.scheduling.models.schedule import QuotaPer
from kernel import clock
from kernel.errors import Expectation, InvalidValue

MAX_NUMBERS = 2_000
NUMBERS = Expectation(
    "session_numbers", f"一个门诊最多 {MAX_NUMBERS} 个号", f"A session has {MAX_NUMBERS} numbers at most."
)
#: So long may a session over midnight last: more is a pair of times the wrong way round.
MAX_OVERNIGHT = dt.timedelta(hours=16)
END_TIME = Expectation(
    "end_time",
    "结束时间不能与开始时间相同;不晚于开始时间即指次日,跨午夜的出诊最长 16 小时",
    "The end differs from the start; one that is not after the start is of the next day, "
    "and a session over midnight lasts 16 hours at most.",
)
Planned = ClinicSession | ScheduleTemplate
QUOTA = Expectation("quota", "每个渠道的号数须为正整数", "A whole number above 0 for each channel.")
QUOTA_SUM = Expectation(
    "quota_sum",
    "各渠道号数之和不能超过总号数",
    "The channels together must not have more numbers than there are.",
)
ONE_RELEASE = Expectation(
    "one_release", "释放分钟数与释放时刻只填其一", "Either minutes before or a time of day, not both."
)


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """A slot from minute `start` to `end` of the session; one entry a number: its source, or "" for anybody."""

    start: int
    end: int
    channels: tuple[str, ...]


def span(day: dt.date, start: dt.time, end: dt.time) -> tuple[dt.datetime, dt.datetime]:
    """Beginning and end of a session of that day; an end that is not after the start is of the next day.

    InvalidValue where the two are the same, or the session over midnight would be too long.
    """
    over_midnight = end <= start
    starts_at = clock.local(day, start)
    ends_at = clock.local(day + dt.timedelta(days=over_midnight), end)
    if end == start or (over_midnight and ends_at - starts_at > MAX_OVERNIGHT):
        raise InvalidValue(field="end_time", expected=END_TIME)
    return starts_at, ends_at


def check_slot_plan(planned: Planned, minutes: int) -> None:
    """InvalidValue for a session of less than a minute, with too many numbers, or that keeps more than it has."""
    if minutes <= 0:
        raise InvalidValue(field="end_time", expected=END_TIME)
    slots = -(-minutes // planned.slot_minutes) if planned.slot_minutes else 1
    if slots * planned.capacity_per_slot > MAX_NUMBERS:
        raise InvalidValue(field="capacity_per_slot", expected=NUMBERS)
    counts = list(planned.channel_quotas.values())
    known = set(planned.channel_quotas) <= set(AppointmentSource.values)
    if not known:
        raise InvalidValue(field="channel_quotas", choices=AppointmentSource.values)
    if any(type(count) is not int or count < 1 for count in counts):
        raise InvalidValue(field="channel_quotas", expected=QUOTA)
    per_slot = planned.quota_per == QuotaPer.SLOT
    if sum(counts) > planned.capacity_per_slot * (1 if per_slot else slots):
        raise InvalidValue(field="channel_quotas", expected=QUOTA_SUM)
    if planned.release_minutes is not None and planned.release_at is not None:
        raise InvalidValue(field="release_at", expected=ONE_RELEASE)


def plan_slots(session: ClinicSession) -> list[SlotPlan]:
    """The slots in order; the last one ends with the session. Kept numbers come first in each slot.

    So a source uses up its own numbers before anybody's. A quota of the session is spread evenly over the slots.
    """
    minutes = int((session.ends_at - session.starts_at).total_seconds() // 60)
    step = session.slot_minutes or minutes
    starts = range(0, minutes, step)
    slots = len(starts)
    times = slots if session.quota_per == QuotaPer.SLOT else 1
    kept = _spread({source: count * times for source, count in session.channel_quotas.items()})
    plans = []
    for index, start in enumerate(starts):
        own = kept[index * len(kept) // slots : (index + 1) * len(kept) // slots]
        channels = (*own, *[""] * (session.capacity_per_slot - len(own)))
        plans.append(SlotPlan(start, min(start + step, minutes), channels))
    return plans


def _spread(counts: Mapping[str, int]) -> list[str]:
    """Each source as often as it counts, evenly mixed."""
    places = [((n + 0.5) / count, source) for source, count in counts.items() for n in range(count)]
    return [source for _, source in sorted(places)]
