"""Whose rights are cached: a change of what they follow from raises the version in the same transaction."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F

from apps.identity.models import StaffMember, User, UserKind


def bump(user_ids: Iterable[UUID | None]) -> None:
    """The rights of these users may have changed. Call it inside the transaction of the change."""
    wanted = sorted({user_id for user_id in user_ids if user_id is not None})
    if wanted:
        User.objects.filter(pk__in=wanted).update(access_version=F("access_version") + 1)


def bump_units(*paths: str) -> None:
    """The departments below these units' paths changed: everybody who stands on one of the paths."""
    units = {UUID(part) for path in paths for part in path.split("/") if part}
    bump(StaffMember.objects.filter(org_unit_id__in=units).values_list("user_id", flat=True))


def bump_all_staff() -> None:
    """What roles mean has changed for everybody."""
    User.objects.filter(kind=UserKind.STAFF).update(access_version=F("access_version") + 1)
