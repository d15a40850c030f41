"""Which roles a staff member holds."""

from collections.abc import Iterable

from django.db import transaction

from apps.access.actor import Actor
from apps.access.models import Role, StaffRole
from apps.access.services.authority import ensure_group_administrator_remains, ensure_may_assign
from apps.access.services.roles import whole_roles
from apps.identity.models import StaffMember
from apps.identity.services.access_version import bump
from kernel.errors import Expectation, InvalidValue
from kernel.locks import lock_one

ROLES = Expectation(
    "roles_of_hospital",
    "须为本院或集团的启用角色",
    "They have to be roles in force, of the hospital or of the group.",
)


def roles_of(staff: StaffMember) -> list[Role]:
    """The roles of a staff member, by code."""
    return list(whole_roles().filter(staff_roles__staff=staff).order_by("code"))


@transaction.atomic
def set_staff_roles(actor: Actor, staff: StaffMember, roles: Iterable[Role]) -> list[Role]:
    """Make `staff` hold exactly `roles`; in force with the commit.

    GrantTooWide if a role that is given or taken reaches further than the actor; LastAdministrator; InvalidValue for
    an inactive role or one of another hospital.
    """
    lock_one(StaffMember.objects.all(), pk=staff.pk)
    held, wanted = {role.pk for role in roles_of(staff)}, {role.pk for role in roles}
    changed = list(whole_roles().filter(pk__in=held ^ wanted))
    given = [role for role in changed if role.pk in wanted]
    if any(not role.is_active or role.hospital_id not in (None, staff.hospital_id) for role in given):
        raise InvalidValue(field="role_ids", expected=ROLES)
    ensure_may_assign(actor, staff, changed)
    StaffRole.objects.filter(staff=staff, role__in=held - wanted).delete()
    StaffRole.objects.bulk_create(StaffRole(staff=staff, role=role) for role in given)
    if any(role.is_administrator and role.hospital_id is None for role in changed):
        ensure_group_administrator_remains()
    bump([staff.user_id])
    return roles_of(staff)
