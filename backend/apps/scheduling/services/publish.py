"""发布: drafts get their slots and numbers and open for booking, one or thousands in a few statements."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from apps.scheduling import errors
from apps.scheduling.models import ClinicSession
from apps.scheduling.services.slot_plan import SlotPlan, plan_slots
from apps.scheduling.states import SESSIONS, SessionState
from kernel import clock
from kernel.ids import uuid7
from kernel.sql import statement

BATCH = 500

#: The first 96 bits of a key made for the statement, and the row's place in it: random bits a row cost too much.
_KEY = "(%({prefix})s || lpad(to_hex(row_number() OVER ()), 8, '0'))::uuid"
_SLOTS_AND_NUMBERS = statement(
    "apps.scheduling",
    "publish_numbers",
    slot_key=_KEY.format(prefix="slot_keys"),
    number_key=_KEY.format(prefix="number_keys"),
)


@transaction.atomic
def publish_session(session: ClinicSession) -> ClinicSession:
    """Open a draft for booking: its slots and their numbers are made now. StateConflict, SlotPast."""
    if session.ends_at <= clock.now():
        raise errors.SlotPast
    SESSIONS.move(session, SessionState.PUBLISHED, expect=SessionState.DRAFT)
    make_numbers([session])
    return session


@transaction.atomic
def publish_sessions(session_ids: Iterable[UUID]) -> int:
    """Open all drafts among them that are not over; returns how many. Others stay as they are."""
    waiting, opened = iter(session_ids), 0
    while batch := list(islice(waiting, BATCH)):
        drafts = ClinicSession.objects.filter(pk__in=batch, state=SessionState.DRAFT, ends_at__gt=clock.now())
        ready = list(drafts.select_for_update(no_key=True).order_by("pk"))
        ClinicSession.objects.filter(pk__in=[session.pk for session in ready]).update(
            state=SessionState.PUBLISHED, version=F("version") + 1, updated_at=clock.now()
        )
        make_numbers(ready)
        opened += len(ready)
    return opened


def make_numbers(sessions: Iterable[ClinicSession]) -> None:
    """Slots and numbers of sessions that have none yet: one statement for all that are cut alike."""
    alike: dict[Any, list[ClinicSession]] = {}
    for session in sessions:
        quotas = tuple(sorted(session.channel_quotas.items()))
        length = session.ends_at - session.starts_at
        key = (length, session.slot_minutes, session.capacity_per_slot, quotas, session.quota_per)
        alike.setdefault(key, []).append(session)
    for group in alike.values():
        _insert([session.pk for session in group], plan_slots(group[0]))


def _insert(session_ids: list[UUID], plans: Sequence[SlotPlan]) -> None:
    numbers = [(plan.start, channel) for plan in plans for channel in plan.channels]
    with connection.cursor() as cursor:
        cursor.execute(
            _SLOTS_AND_NUMBERS,
            {
                "sessions": session_ids, "now": clock.now(), "slot_keys": uuid7().hex[:24],
                "number_keys": uuid7().hex[:24], "zone": str(clock.LOCAL),
                "starts": [plan.start for plan in plans], "ends": [plan.end for plan in plans],
                "capacities": [len(plan.channels) for plan in plans],
                "minutes": [start for start, _ in numbers], "numbers": list(range(1, len(numbers) + 1)),
                "channels": [channel for _, channel in numbers],
            },
        )  # fmt: skip
