"""Row locks, always in primary-key order so that two use cases cannot wait for each other in a circle."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models

from kernel import clock
from kernel.crypto.fields import BlindIndexField
from kernel.errors import NotFound, StaleVersion

M = TypeVar("M", bound=models.Model)


def lock_rows(queryset: models.QuerySet[M], *, no_key: bool = False) -> list[M]:
    """Lock and return the rows of `queryset`, re-read under the lock. Only inside a transaction.

    `no_key`: others may still write rows that refer to these.
    """
    locked = queryset.select_for_update(of=("self",), no_key=no_key).order_by("pk")
    if not queryset.query.select_related:
        return list(locked)
    # A row that was waited for is joined with what its keys said before: absent, or not found at all.
    keys = list(locked.select_related(None).values_list("pk", flat=True))
    return list(queryset.filter(pk__in=keys).order_by("pk"))


def lock_one(queryset: models.QuerySet[M] | models.Manager[M], **lookup: Any) -> M:
    """Lock and return the one row matching `lookup`; raises NotFound."""
    rows = lock_rows(queryset.filter(**lookup))
    if len(rows) != 1:
        raise NotFound
    return rows[0]


def save_version(instance: models.Model, fields: Iterable[str], *, version: int) -> None:
    """Write `fields` if the row still has `version`, and raise it by one; StaleVersion otherwise.

    Blind indexes of written fields are written with them.
    """
    values = {name: getattr(instance, name) for name in fields}
    for field in instance._meta.concrete_fields:
        if isinstance(field, BlindIndexField) and values.keys() & set(field.columns):
            values[field.name] = field.pre_save(instance, add=False)
    manager = type(instance)._default_manager
    values |= {"version": version + 1, "updated_at": clock.now()}
    if not manager.filter(pk=instance.pk, version=version).update(**values):
        raise StaleVersion
    instance.version, instance.updated_at = version + 1, values["updated_at"]  # type: ignore[attr-defined]
