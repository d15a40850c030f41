"""Object grants: rows of guardian's direct-foreign-key tables, written here and nowhere else."""

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from guardian.models import UserObjectPermissionBase

from apps.access.policies.base import permission_id

Grants = Mapping[str, dt.datetime | None]


def set_grants(table: type[UserObjectPermissionBase], object_id: UUID, user_id: UUID, wanted: Grants) -> None:
    """Make `user_id` hold exactly `wanted` on the object: codename (`view_patient`) → end (None = open).

    Call it in the transaction that changes the relation from which the grants follow.
    """
    model = table._meta.get_field("content_object").related_model
    label = model._meta.app_label  # type: ignore[union-attr]
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
