"""Moving rows from one patient to another and back. Called by services.merge, under the lock of both archives."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import models

from apps.patients.models import (
    CapturedValue,
    CardBinding,
    CareTeamMember,
    DuplicatePair,
    Patient,
    PatientDepartment,
    PatientMerge,
    PatientUserObjectPermission,
)
from kernel import clock

#: Tables that follow in a way of their own (services.merge_relations) or tell of pairs.
OWN_WAY = frozenset(
    {
        CapturedValue, CardBinding, CareTeamMember, PatientDepartment, PatientUserObjectPermission, DuplicatePair,
        PatientMerge,
    }
)  # fmt: skip
Moved = dict[str, dict[str, list[str]]]


def columns() -> Iterator[tuple[type[models.Model], str]]:
    """Every column of every app that refers to a patient, but for OWN_WAY: a new table follows by itself."""
    found = {
        (field.related_model, field.field.attname)
        for field in Patient._meta.get_fields(include_hidden=True)
        if isinstance(field, models.ForeignObjectRel) and field.related_model not in OWN_WAY
    }
    yield from sorted(found, key=lambda pair: (pair[0]._meta.label_lower, pair[1]))


def move_all(source_id: UUID, target_id: UUID) -> Moved:
    """Let every row of `source` belong to `target`; returns which did: {table: {column: [ids]}}."""
    moved: Moved = {}
    for model, column in columns():
        ids = move(model, column, source_id, target_id)
        if ids:
            moved.setdefault(model._meta.label_lower, {})[column] = ids
    return moved


def move_back(moved: Moved, source_id: UUID, target_id: UUID) -> Moved:
    """Give those rows of `source` to `target` again; a row that belongs to neither any more stays where it is."""
    back: Moved = {}
    for model, column in columns():
        wanted = moved.get(model._meta.label_lower, {}).get(column, [])
        ids = move(model, column, source_id, target_id, only=wanted) if wanted else []
        if ids:
            back.setdefault(model._meta.label_lower, {})[column] = ids
    return back


def move(
    model: type[models.Model],
    column: str,
    source_id: UUID,
    target_id: UUID,
    *,
    only: Iterable[str] | None = None,
    **lookup: Any,
) -> list[str]:
    """Let the rows (of `only`, if given) follow in one column; their ids, locked in key order."""
    rows = model._default_manager.filter(**{column: source_id}, **lookup)
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    ids = list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    stamp = {"updated_at": clock.now()} if _has(model, "updated_at") else {}
    if ids:
        model._default_manager.filter(pk__in=ids).update(**{column: target_id}, **stamp)
    return [str(pk) for pk in ids]


def join(first: Moved, second: Moved) -> Moved:
    """Both together."""
    together: Moved = {table: dict(columns) for table, columns in first.items()}
    for table, by_column in second.items():
        for column, ids in by_column.items():
            known = together.setdefault(table, {}).setdefault(column, [])
            together[table][column] = known + [pk for pk in ids if pk not in set(known)]
    return together


def counts(moved: Moved) -> dict[str, int]:
    """Rows per table."""
    return {table: sum(len(ids) for ids in by_column.values()) for table, by_column in moved.items()}


def _has(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)
