"""Names beside the accounts and objects of the log's lines, as they are called now."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import CharField, F, Model, QuerySet, Value
from django.db.models.functions import Cast

from apps.audit.models import AuditEvent
from kernel.ids import uuid_of


def give_names(events: Iterable[AuditEvent]) -> None:
    """`actor_name` (who is no member of staff: as the line has it) and `object_name` on each.

    A query for people, one for all objects.
    """
    wanted = list(events)
    staff = apps.get_model("identity.StaffMember")._default_manager
    users = {event.user_id for event in wanted if event.user_id}
    people: dict[UUID | None, str] = (
        dict(staff.filter(user_id__in=users).values_list("user_id", "name")) if users else {}
    )
    objects = _names_of((event.object_type, event.object_id) for event in wanted)
    for event in wanted:
        event.actor_name = people.get(event.user_id, event.actor)  # type: ignore[attr-defined]
        event.object_name = objects.get((event.object_type, event.object_id), "")  # type: ignore[attr-defined]


def _names_of(found: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    ids: dict[str, set[UUID]] = defaultdict(set)
    for label, key in found:
        if pk := uuid_of(key):
            ids[label].add(pk)
    parts = [part for label in sorted(ids) if (part := _named_rows(label, ids[label])) is not None]
    if not parts:
        return {}
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return {(label, str(pk)): name for label, pk, name in rows}


def _named_rows(label: str, ids: set[UUID]) -> QuerySet[Any, Any] | None:
    """(label, id, name) of those rows; None where the table has no name for people."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return None
    name = _name_column(model)
    if name is None:
        return None
    rows = model._default_manager.filter(pk__in=ids).order_by()
    named: QuerySet[Any, Any] = rows.values_list(
        Value(label, CharField()), F("pk"), Cast(F(name), CharField())
    )
    return named


def _name_column(model: type[Model]) -> str | None:
    """The name, else the number or the title that people know a row by."""
    plain = [each.name for each in model._meta.concrete_fields if type(each) is CharField]
    numbers = [name for name in plain if name.endswith("_no")]
    return next((name for name in ("name", *numbers, "title", "code") if name in plain), None)
