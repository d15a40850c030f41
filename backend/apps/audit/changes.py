"""What a line of the log changed, as people read it: words instead of names, names instead of ids, local times."""

import datetime as dt
import json
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateTimeField, Field, ForeignKey, Model

from apps.audit.models import AuditEvent
from kernel import clock
from kernel.money import fen_to_yuan
from kernel.words import YES_NO, column_title, property_words, words_of_values

#: Columns that follow from the change itself.
OWN = frozenset({"id", "version", "created_at", "updated_at", "pinyin"})


def changes_of(event: AuditEvent) -> list[dict[str, str]]:
    """Column by column its title, what it was and what it is; what stayed the same is left out."""
    model = _model_of(event.object_type)
    before, after = event.before or {}, event.after or {}
    names = [name for name in {**before, **after} if name not in OWN and before.get(name) != after.get(name)]
    return [
        {
            "name": name,
            "title": _title(model, name),
            "was": _text(model, name, before.get(name)),
            "became": _text(model, name, after.get(name)),
        }
        for name in names
    ]


def _model_of(label: str) -> type[Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _field_of(model: type[Model] | None, name: str) -> "Field[Any, Any] | None":
    try:
        found = model._meta.get_field(name.removesuffix("_id")) if model else None
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, Field) else None


def _title(model: type[Model] | None, name: str) -> str:
    owner = model.__name__ if model else ""
    return column_title(owner, name if property_words(owner, name) else name.removesuffix("_id"))


def _text(model: type[Model] | None, name: str, value: Any) -> str:
    field = _field_of(model, name)
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return YES_NO[value].text
    if isinstance(value, int) and name.endswith("_fen"):
        return fen_to_yuan(value)
    if isinstance(field, DateTimeField):
        return f"{dt.datetime.fromisoformat(str(value)).astimezone(clock.LOCAL):%Y-%m-%d %H:%M}"
    if isinstance(field, ForeignKey):
        return _named(field, value)
    if field is not None and field.choices:
        said = words_of_values([key for key, _ in field.flatchoices]).get(str(value))
        return said.text if said else str(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _named(field: "ForeignKey[Any, Any]", value: Any) -> str:
    """The name of the row that an id means, where its table has one; else the id."""
    target: Any = field.related_model
    if all(each.name != "name" for each in target._meta.concrete_fields):
        return str(value)
    found = target._default_manager.filter(pk=UUID(str(value))).values_list("name", flat=True).first()
    return str(found or value)
