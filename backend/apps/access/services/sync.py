"""Brings modules, permission codes and system roles of the database in line with the code."""

from django.db import transaction

from apps.access.codes import MODULES, SYSTEM_ROLES, all_codes
from apps.access.menus import MENUS, MenuSpec
from apps.access.models import MenuItem, Module, Permission, Role, RoleScope
from apps.identity.services.access_version import bump_all_staff


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
        role.scopes.exclude(module__code__in=role_spec.scopes).delete()
        for module_code, kind in role_spec.scopes.items():
            module = Module.objects.get(code=module_code)
            RoleScope.objects.update_or_create(role=role, module=module, defaults={"kind": kind})
    _sync_menus(permissions)
    bump_all_staff()


def _sync_menus(permissions: dict[str, Permission]) -> None:
    """Adds the declared entries that are not there yet, parents first; what is there belongs to the administrators."""
    items = {item.code: item for item in MenuItem.objects.all()}
    modules = {module.code: module for module in Module.objects.all()}

    def add(spec: MenuSpec) -> MenuItem:
        if spec.code not in items:
            parent = add(MENUS[spec.parent]) if spec.parent else None
            items[spec.code] = MenuItem.objects.create(
                code=spec.code, kind=spec.kind, module=modules[spec.module], parent=parent, title=spec.title,
                title_en=spec.title_en, path=spec.path, component=spec.component, icon=spec.icon, sort=spec.sort,
                is_hidden=spec.hidden,
            )  # fmt: skip
            items[spec.code].permissions.set([permissions[code] for code in spec.permissions])
        return items[spec.code]

    for spec in MENUS.values():
        add(spec)
