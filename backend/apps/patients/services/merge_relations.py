"""Relations that one patient can have only once: of two alike one ends with the merge and revives when it is undone."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from apps.patients.models import CapturedValue, CardBinding, CareTeamMember, PatientDepartment, Relationship
from apps.patients.services.bindings import end_one, lock_account
from apps.patients.services.following import follow
from apps.patients.services.merge_rows import Moved, move
from apps.patients.services.upholding import settle_shares
from kernel import clock

OPEN = dt.datetime.max.replace(tzinfo=dt.UTC)
Ended = dict[str, list[str]]
_OWN: tuple[Any, ...] = (CareTeamMember, CardBinding, PatientDepartment, CapturedValue)


def move_relations(merged_id: UUID, survivor_id: UUID) -> tuple[Moved, Ended]:
    """Care team, bindings and treating departments of the merged archive; what moved, and what ended."""
    ended = {
        CareTeamMember._meta.label_lower: _end_twin_relations(merged_id, survivor_id),
        CardBinding._meta.label_lower: _end_twin_bindings(merged_id, survivor_id),
        CapturedValue._meta.label_lower: _end_twin_values(merged_id, survivor_id),
    }
    twins = PatientDepartment.objects.filter(patient_id=survivor_id, department_id=OuterRef("department_id"))
    single = PatientDepartment.objects.filter(~Exists(twins), patient_id=merged_id)
    only = {PatientDepartment: [str(pk) for pk in single.values_list("pk", flat=True)]}
    moved: Moved = {}
    for model in _OWN:
        ids = move(model, "patient_id", merged_id, survivor_id, only=only.get(model))
        if ids:
            moved[model._meta.label_lower] = {"patient_id": ids}
    _follow_all(survivor_id, merged_id)
    return moved, {table: ids for table, ids in ended.items() if ids}


def part_relations(moved: Moved, ended: Ended, survivor_id: UUID, merged_id: UUID) -> tuple[Moved, list[str]]:
    """The reverse; what moved back, and the ids of ended rows that can't revive (their place is taken since)."""
    back: Moved = {}
    for model in _OWN:
        wanted = moved.get(model._meta.label_lower, {}).get("patient_id", [])
        ids = move(model, "patient_id", survivor_id, merged_id, only=wanted) if wanted else []
        if ids:
            back[model._meta.label_lower] = {"patient_id": ids}
    lost = [pk for pk in ended.get(CareTeamMember._meta.label_lower, []) if not _revive_relation(pk)]
    lost += [pk for pk in ended.get(CardBinding._meta.label_lower, []) if not _revive_binding(pk)]
    values = ended.get(CapturedValue._meta.label_lower, [])
    lost += [pk for pk in values if not _revive(CapturedValue, pk, ended_at=None)]
    _follow_all(survivor_id, merged_id)
    return back, lost


def _end_twin_relations(merged_id: UUID, survivor_id: UUID) -> list[str]:
    """Of two live relations of one person in one role the one that allows less ends."""
    both = CareTeamMember.objects.filter(patient_id__in=[merged_id, survivor_id], ended_at=None).order_by(
        "pk"
    )
    widest: dict[tuple[UUID, str], CareTeamMember] = {}
    narrow: list[UUID] = []
    for member in both.select_for_update():
        key = (member.staff_id, member.role)
        other = widest.setdefault(key, member)
        if other is not member:
            less, more = sorted((other, member), key=lambda m: (m.can_change, m.valid_until or OPEN))
            widest[key] = more
            narrow.append(less.pk)
    now = clock.now()
    CareTeamMember.objects.filter(pk__in=narrow).update(ended_at=now, updated_at=now)
    return [str(pk) for pk in narrow]


def _end_twin_bindings(merged_id: UUID, survivor_id: UUID) -> list[str]:
    """An account that has bound both keeps one binding: its own card's, else the survivor's."""
    live = CardBinding.objects.filter(patient_id=merged_id, unbound_at=None)
    ended: list[str] = []
    for account_id in sorted(live.values_list("account_id", flat=True).distinct()):
        held = lock_account(account_id)
        ours = [binding for binding in held if binding.patient_id in (merged_id, survivor_id)]
        if len(ours) < 2:
            continue
        best = max(ours, key=lambda b: (b.relationship == Relationship.SELF, b.patient_id == survivor_id))
        for binding in ours:
            if binding is not best:
                end_one(binding, held)
                ended.append(str(binding.pk))
    return ended


def _end_twin_values(merged_id: UUID, survivor_id: UUID) -> list[str]:
    """Of two values of one field the older one is history."""
    both = CapturedValue.objects.filter(patient_id__in=[merged_id, survivor_id], ended_at=None).order_by("id")
    newest: dict[tuple[str, str], CapturedValue] = {}
    older = []
    for value in both.select_for_update():
        before = newest.get((value.stage, value.key))
        if before is not None:
            older.append(before.pk)
        newest[value.stage, value.key] = value
    CapturedValue.objects.filter(pk__in=older).update(ended_at=clock.now(), updated_at=clock.now())
    return [str(pk) for pk in older]


def _revive_relation(pk: str) -> bool:
    return _revive(CareTeamMember, pk, ended_at=None)


def _revive_binding(pk: str) -> bool:
    account_id = CardBinding.objects.filter(pk=pk).values_list("account_id", flat=True).first()
    if account_id is None:
        return False
    lock_account(account_id)
    return _revive(CardBinding, pk, unbound_at=None)


def _revive(model: Any, pk: str, **changes: Any) -> bool:
    try:
        with transaction.atomic():
            return bool(model.objects.filter(pk=pk).update(**changes, updated_at=clock.now()))
    except IntegrityError:
        return False


def _follow_all(*patient_ids: UUID) -> None:
    """Grants of everybody who is or was in either care team."""
    staff = CareTeamMember.objects.filter(Q(patient_id__in=patient_ids))
    for staff_id in sorted(set(staff.values_list("staff_id", flat=True))):
        for patient_id in patient_ids:
            follow(patient_id, staff_id)
    for patient_id in patient_ids:
        settle_shares(patient_id)
