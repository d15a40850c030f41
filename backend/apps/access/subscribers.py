"""What access has to say about changes of the apps below it."""

from apps.access.models import Role
from apps.access.services.authority import ensure_group_administrator_remains
from apps.identity.models import StaffMember
from apps.identity.services.staff_status import AFTER_CLOSING


def keep_a_group_administrator(staff: StaffMember) -> None:
    """Whoever leaves or is suspended must not be the last who administers the group; LastAdministrator."""
    if Role.objects.filter(staff_roles__staff=staff, is_administrator=True, hospital=None).exists():
        ensure_group_administrator_remains()


AFTER_CLOSING.append(keep_a_group_administrator)
