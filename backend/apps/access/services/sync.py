"""Brings modules, permission codes and system roles of the database in line with the code."""

from django.db import transaction
from django.db.models import F

from apps.access.codes import MODULES, SYSTEM_ROLES, all_codes
from apps.access.models import Module, Permission, Role, RoleScope
from apps.identity.models import User, UserKind


@transaction.atomic
def sync_access() -> None:
    """Idempotent; run after every migration. Codes that are gone are marked retired, never deleted."""
    for spec in MODULES.values():
        module, _ = Module.objects.get_or_create(
            code=spec.code, defaults={"name": spec.zh, "sort": spec.sort}
        )
        for code, name in spec.codes.items():
            Permission.objects.update_or_create(
                code=code, defaults={"module": module, "name": name, "is_retired": False}
            )
    Permission.objects.exclude(code__in=all_codes()).update(is_retired=True)
    permissions = {p.code: p for p in Permission.objects.filter(is_retired=False)}
    for role_spec in SYSTEM_ROLES.values():
        role, _ = Role.objects.update_or_create(
            hospital=None,
            code=role_spec.code,
            defaults={
                "name": role_spec.zh,
                "is_administrator": role_spec.is_administrator,
                "is_system": True,
                "default_scope": role_spec.default_scope,
            },
        )
        role.permissions.set([permissions[code] for code in role_spec.codes])
        for module_code, kind in role_spec.scopes.items():
            module = Module.objects.get(code=module_code)
            RoleScope.objects.update_or_create(role=role, module=module, defaults={"kind": kind})
    User.objects.filter(kind=UserKind.STAFF).update(access_version=F("access_version") + 1)
