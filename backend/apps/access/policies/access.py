"""Policies of roles, menus and codes."""

from django.db.models import Q

from apps.access.actor import Actor
from apps.access.models import (
    MenuItem,
    MenuItemPermission,
    Module,
    Permission,
    Role,
    RolePermission,
    RoleScope,
    RoleScopeDepartment,
    StaffRole,
)
from apps.access.policies.base import Policy, hide, policy_for

hide(MenuItemPermission, RolePermission, RoleScope, RoleScopeDepartment, StaffRole)


class CataloguePolicy(Policy):
    """Belongs to no hospital: whoever holds the code sees all; changing needs a scope of everything."""

    hospital = ""

    def arms(self, actor: Actor, code: str, grant: str = "view") -> list[Q]:
        scope = actor.scope(code)
        if scope is None or (grant != "view" and not scope.everything):
            return []
        return [Q()]


for _model in (Module, Permission, MenuItem):
    policy_for(_model)(CataloguePolicy)


@policy_for(Role)
class RolePolicy(Policy):
    shared = True
