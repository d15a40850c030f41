"""Reads that other apps may call."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q, QuerySet

from apps.identity.models import Department, DictionaryItem, StaffMember


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a dictionary as people choose it."""

    value: str
    label: str


def dictionaries(codes: Iterable[str] | None, hospital_id: UUID | None) -> dict[str, list[Entry]]:
    """Active entries by dictionary code: the group's, then the hospital's own, which win over equal values."""
    items = DictionaryItem.objects.filter(_in_force(hospital_id), is_active=True)
    if codes is not None:
        items = items.filter(dictionary__code__in=list(codes))
    found: dict[str, dict[str, Entry]] = {}
    for code, value, label in _ordered(items).values_list("dictionary__code", "value", "label"):
        found.setdefault(code, {})[value] = Entry(value, label)
    return {code: list(entries.values()) for code, entries in sorted(found.items())}


def dictionary_label(code: str, value: str, hospital_id: UUID | None = None) -> str:
    """What people read for a stored value, deactivated entries included; the value itself if there is none."""
    items = DictionaryItem.objects.filter(_in_force(hospital_id), dictionary__code=code, value=value)
    return _ordered(items).values_list("label", flat=True).last() or value


def _in_force(hospital_id: UUID | None) -> Q:
    shared = Q(dictionary__hospital=None)
    return shared | Q(dictionary__hospital_id=hospital_id) if hospital_id else shared


def _ordered(items: QuerySet[DictionaryItem]) -> QuerySet[DictionaryItem]:
    return items.order_by(F("dictionary__hospital_id").asc(nulls_first=True), "sort", "id")


def departments_open(hospital_id: UUID) -> QuerySet[Department]:
    """Departments that the public sees, with their location."""
    rows = Department.objects.filter(hospital_id=hospital_id, is_active=True, hospital__is_active=True)
    return rows.select_related("location").order_by("sort", "id")


def doctors_open(hospital_id: UUID) -> QuerySet[StaffMember]:
    """Practitioners at work whom the public sees, with their departments."""
    rows = StaffMember.objects.filter(hospital_id=hospital_id, status="active", hospital__is_active=True)
    return rows.exclude(licence_no="").prefetch_related("memberships__department").order_by("pinyin", "id")
