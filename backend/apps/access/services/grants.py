"""Object grants: rows of guardian's direct-foreign-key tables, written here and nowhere else."""

import datetime as dt
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import connection

from apps.access.policies.base import GrantTable, permission_id

Grants = Mapping[str, dt.datetime | None]


def set_grants(table: GrantTable, object_id: UUID, user_id: UUID, wanted: Grants) -> None:
    """Make `user_id` hold exactly `wanted` on the object: codename (`view_patient`) → end (None = open).

    Call it in the transaction that changes the relation from which the grants follow.
    """
    model = table._meta.get_field("content_object").related_model
    label = model._meta.app_label
    rows = table._default_manager.filter(content_object_id=object_id, user_id=user_id)
    ids = {permission_id(label, codename): until for codename, until in wanted.items()}
    rows.exclude(permission_id__in=ids).delete()
    table._default_manager.bulk_create(
        [
            table(user_id=user_id, permission_id=permission, content_object_id=object_id, valid_until=until)
            for permission, until in ids.items()
        ],
        update_conflicts=True,
        unique_fields=["user", "permission", "content_object"],
        update_fields=["valid_until"],
    )


def grant_open_many(
    table: GrantTable, object_ids: Iterable[UUID], user_id: UUID, codenames: Iterable[str]
) -> None:
    """Add grants without an end on many objects in one statement; what is already so is not touched."""
    name = connection.ops.quote_name(table._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {name} (user_id, permission_id, content_object_id, valid_until) "  # noqa: S608 - quoted name
            "SELECT %s, permission, object, NULL FROM unnest(%s) AS permission, unnest(%s::uuid[]) AS object "
            "ON CONFLICT (user_id, permission_id, content_object_id) "
            f"DO UPDATE SET valid_until = NULL WHERE {name}.valid_until IS NOT NULL",
            [user_id, open_permissions(table, codenames), list(object_ids)],
        )


def grant_open_sql(table: GrantTable, holders: str) -> str:
    """SQL of an INSERT of open grants on the object `%(object)s` for the users (user_id) in the rows `holders`.

    `%(permissions)s` is an integer[] of `open_permissions`. For hot paths, in the statement that writes the relation.
    """
    name = table._meta.db_table
    return f"""
INSERT INTO {name} (user_id, permission_id, content_object_id, valid_until)
SELECT {holders}.user_id, permission, %(object)s, NULL FROM {holders}, unnest(%(permissions)s) AS permission
WHERE {holders}.user_id IS NOT NULL
ON CONFLICT (user_id, permission_id, content_object_id)
DO UPDATE SET valid_until = NULL WHERE {name}.valid_until IS NOT NULL"""  # noqa: S608 - names of our own


def open_permissions(table: GrantTable, codenames: Iterable[str]) -> list[int]:
    """The permissions of the table's objects with these codenames."""
    label = table._meta.get_field("content_object").related_model._meta.app_label
    return [permission_id(label, codename) for codename in codenames]


def revoke(table: GrantTable, object_ids: Iterable[UUID], user_id: UUID) -> None:
    """Take every grant on these objects from `user_id`; call it when no relation carries them any more."""
    table._default_manager.filter(content_object_id__in=list(object_ids), user_id=user_id).delete()


def drop_lapsed(table: GrantTable, before: dt.datetime) -> int:
    """Remove grants that ended before that moment (they stopped counting then); returns how many."""
    deleted: int = table._default_manager.filter(valid_until__lte=before).delete()[0]
    return deleted
