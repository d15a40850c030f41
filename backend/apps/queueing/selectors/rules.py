"""The rules in force for a queue: the department's row, else the hospital's settings; and its priority groups."""

import datetime as dt
from dataclasses import dataclass, fields
from uuid import UUID

from apps.identity.models import Hospital
from apps.queueing import settings
from apps.queueing.models import QueuePriority, QueueRule
from apps.queueing.priorities import SHIPPED, Priority
from kernel.errors import InvalidValue


@dataclass(frozen=True, slots=True)
class Rules:
    """As `QueueRule`, with nothing left open."""

    order: str
    late_after_minutes: int
    late_behind: int
    return_behind: int
    skip_behind: int
    max_skips: int


_SETTINGS = {
    "order": settings.QUEUE_ORDER,
    "late_after_minutes": settings.LATE_AFTER_MINUTES,
    "late_behind": settings.LATE_BEHIND,
    "return_behind": settings.RETURN_BEHIND,
    "skip_behind": settings.SKIP_BEHIND,
    "max_skips": settings.MAX_SKIPS,
}


def rules_of(hospital: Hospital, department_id: UUID) -> Rules:
    """The rules of that department's queues."""
    names = [field.name for field in fields(Rules)]
    own = QueueRule.objects.filter(department_id=department_id).values(*names).first() or {}
    values = {
        name: _SETTINGS[name].of(hospital) if own.get(name) is None else own[name]  # type: ignore[attr-defined]
        for name in names
    }
    return Rules(**values)


def priorities_of(hospital_id: UUID) -> dict[str, Priority]:
    """Active groups by code, the hospital's rows in front of the shipped ones, the weightiest first."""
    found = {group.code: group for group in SHIPPED}
    for row in QueuePriority.objects.filter(hospital_id=hospital_id):
        found[row.code] = Priority(row.code, row.name, row.minutes, row.from_age, row.is_active)
    active = (group for group in found.values() if group.is_active)
    return {group.code: group for group in sorted(active, key=lambda group: (-group.minutes, group.code))}


def chosen_group(hospital_id: UUID, code: str, birth_date: dt.date | None, day: dt.date) -> Priority | None:
    """The group that was asked for (InvalidValue if unknown), else the one the patient's age gives on that day."""
    groups = priorities_of(hospital_id)
    if code and code not in groups:
        raise InvalidValue(field="priority", choices=groups)
    return groups[code] if code else by_age(groups, birth_date, day)


def by_age(groups: dict[str, Priority], birth_date: dt.date | None, today: dt.date) -> Priority | None:
    """The weightiest group that a patient born on that day is in without being asked."""
    if birth_date is None:
        return None
    age = today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))
    return next((g for g in groups.values() if g.from_age is not None and age >= g.from_age), None)
