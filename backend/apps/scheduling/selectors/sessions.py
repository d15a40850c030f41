"""Sessions and slots with their numbers counted."""

import datetime as dt
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.scheduling.models import AppointmentSource, ClinicSession, Slot, SlotNumber
from apps.scheduling.states import NumberState, SessionState
from kernel import clock
from kernel.lookups import Probe


def _count(reference: str, condition: Q) -> Coalesce:
    numbers = SlotNumber.objects.filter(condition, **{reference: OuterRef("pk")}).order_by()
    counted = numbers.values(reference).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _takeable() -> Q:
    return Q(state=NumberState.FREE) | Q(
        state__in=[NumberState.HELD, NumberState.OFFERED], held_until__lte=clock.now()
    )


def _for_window() -> Q:
    """Not kept for another source now."""
    return Q(channel__in=["", AppointmentSource.WINDOW.value]) | Q(reserved_until__lte=clock.now())


def with_numbers(sessions: QuerySet[ClinicSession]) -> QuerySet[ClinicSession]:
    """Sessions with `remaining` numbers, department and doctor joined."""
    counted = sessions.annotate(remaining=_count("session", _takeable()))
    return counted.select_related("department", "practitioner", "substituted_for")


def _first_day() -> dt.date:
    """Of sessions that may still go on: one that began yesterday may end after midnight."""
    return clock.today() - dt.timedelta(days=1)


def sessions_ahead(sessions: QuerySet[ClinicSession]) -> QuerySet[ClinicSession]:
    """Published sessions in which a slot can still be had, the next first."""
    slots = _free_slots(Slot.objects.filter(session=OuterRef("pk")))
    ahead = sessions.filter(Probe(slots), state=SessionState.PUBLISHED, date__gte=_first_day())
    return ahead.order_by("date", "starts_at", "id")


def slots_to_come(slots: QuerySet[Slot]) -> QuerySet[Slot]:
    """Those of published sessions that have not ended and still have a number for the window."""
    return _free_slots(slots).filter(session__state=SessionState.PUBLISHED, session__date__gte=_first_day())


def _free_slots(slots: QuerySet[Slot]) -> QuerySet[Slot]:
    free = SlotNumber.objects.filter(_takeable(), _for_window(), slot=OuterRef("pk"))
    return slots.filter(Exists(free), ends_at__gt=clock.now())


def with_remaining(slots: QuerySet[Slot]) -> QuerySet[Slot]:
    """Slots with the numbers `remaining` for the window."""
    return slots.annotate(remaining=_count("slot", _takeable() & _for_window()))


def slots_with_numbers(session: ClinicSession) -> list[dict[str, Any]]:
    """The slots of a session with `remaining`, and of these `kept`: source → numbers that only it can have now."""
    slots = Slot.objects.filter(session=session).annotate(remaining=_count("slot", _takeable()))
    rows = slots.order_by("starts_at").values("id", "starts_at", "ends_at", "capacity", "remaining")
    released = Q(channel="") | Q(reserved_until__lte=clock.now())
    numbers = SlotNumber.objects.filter(_takeable(), session=session).exclude(released)
    kept: dict[Any, dict[str, int]] = {}
    for slot, channel, count in numbers.values_list("slot_id", "channel").annotate(count=Count("pk")):
        kept.setdefault(slot, {})[channel] = count
    return [dict(row) | {"kept": kept.get(row["id"], {})} for row in rows]
