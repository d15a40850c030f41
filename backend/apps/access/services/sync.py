"""Brings modules, permission codes and system roles of the database in line with the code, by few statements."""

from collections.abc import Iterable
from typing import TypeVar

from django.db import transaction

from apps.access.codes import MODULES, SYSTEM_ROLES, all_codes
from apps.access.menus import MENUS, MenuSpec
from apps.access.models import (
    MenuItem,
    MenuItemPermission,
    Module,
    Permission,
    Role,
    RolePermission,
    RoleScope,
)
from apps.identity.services.access_version import bump_all_staff

Row = TypeVar("Row", Permission, Role)


@transaction.atomic
def sync_access() -> None:
    """Idempotent; run after every migration. Codes that are gone are marked retired, never deleted."""
    modules = _sync_modules()
    permissions = _sync_permissions(modules)
    roles = _sync_roles()
    _sync_role_permissions(roles, permissions)
    _sync_role_scopes(roles, modules)
    _sync_menus(permissions, modules)
    bump_all_staff()


def _sync_modules() -> dict[str, Module]:
    """Adds what is missing; how a module is called belongs to the administrators."""
    known = {module.code: module for module in Module.objects.all()}
    missing = [
        Module(code=spec.code, name=spec.zh, sort=spec.sort)
        for spec in MODULES.values()
        if spec.code not in known
    ]
    return known | {module.code: module for module in Module.objects.bulk_create(missing)}


def _sync_permissions(modules: dict[str, Module]) -> dict[str, Permission]:
    wanted = [
        Permission(code=code, name=name, module=modules[spec.code], is_retired=False)
        for spec in MODULES.values()
        for code, name in spec.codes.items()
    ]
    known = {permission.code: permission for permission in Permission.objects.all()}
    Permission.objects.exclude(code__in=all_codes()).filter(is_retired=False).update(is_retired=True)
    return _brought_in_line(known, wanted, ("name", "module_id", "is_retired"))


def _sync_roles() -> dict[str, Role]:
    wanted = [
        Role(
            code=spec.code, name=spec.zh, is_administrator=spec.is_administrator, is_system=True,
            default_scope=spec.default_scope, first_pages=spec.first_pages,
        )
        for spec in SYSTEM_ROLES.values()
    ]  # fmt: skip
    known = {role.code: role for role in Role.objects.filter(hospital=None)}
    return _brought_in_line(
        known, wanted, ("name", "is_administrator", "is_system", "default_scope", "first_pages")
    )


def _brought_in_line(known: dict[str, Row], wanted: list[Row], columns: tuple[str, ...]) -> dict[str, Row]:
    """Insert what is missing, write what differs in these columns; code → row of what is wanted."""
    found: dict[str, Row] = {}
    for row in wanted:
        stored = found[row.code] = known.get(row.code, row)
        changed = [name for name in columns if getattr(stored, name) != getattr(row, name)]
        for name in changed:
            setattr(stored, name, getattr(row, name))
        if changed:
            stored.save(update_fields=changed)
    missing = [row for row in wanted if row.code not in known]
    if missing:
        type(missing[0])._default_manager.bulk_create(missing)
    return found


def _sync_role_permissions(roles: dict[str, Role], permissions: dict[str, Permission]) -> None:
    wanted = {
        (roles[spec.code].pk, permissions[code].pk) for spec in SYSTEM_ROLES.values() for code in spec.codes
    }
    stored = RolePermission.objects.filter(role__in=roles.values())
    known = {(link.role_id, link.permission_id): link.pk for link in stored}
    RolePermission.objects.filter(pk__in=[known[pair] for pair in known.keys() - wanted]).delete()
    RolePermission.objects.bulk_create(
        RolePermission(role_id=role, permission_id=permission)
        for role, permission in sorted(wanted - known.keys())
    )


def _sync_role_scopes(roles: dict[str, Role], modules: dict[str, Module]) -> None:
    wanted = {
        (roles[spec.code].pk, modules[code].pk): kind
        for spec in SYSTEM_ROLES.values()
        for code, kind in spec.scopes.items()
    }
    known = {(s.role_id, s.module_id): s for s in RoleScope.objects.filter(role__in=roles.values())}
    RoleScope.objects.filter(pk__in=[known[pair].pk for pair in known.keys() - wanted.keys()]).delete()
    for pair in known.keys() & wanted.keys():
        if known[pair].kind != wanted[pair]:
            known[pair].kind = wanted[pair]
            known[pair].save(update_fields=["kind"])
    RoleScope.objects.bulk_create(
        RoleScope(role_id=role, module_id=module, kind=kind)
        for (role, module), kind in wanted.items()
        if (role, module) not in known
    )


def _sync_menus(permissions: dict[str, Permission], modules: dict[str, Module]) -> None:
    """Adds the declared entries that are not there yet, parents first; what is there belongs to the administrators."""
    items = {item.code: item for item in MenuItem.objects.all()}
    missing: list[MenuItem] = []
    for spec in _parents_first(code for code in MENUS if code not in items):
        items[spec.code] = MenuItem(
            code=spec.code, kind=spec.kind, module=modules[spec.module], parent=items.get(spec.parent),
            title=spec.title, title_en=spec.title_en, path=spec.path, component=spec.component, icon=spec.icon,
            sort=spec.sort, is_hidden=spec.hidden,
        )  # fmt: skip
        missing.append(items[spec.code])
    MenuItem.objects.bulk_create(missing)
    MenuItemPermission.objects.bulk_create(
        MenuItemPermission(menu_item=item, permission=permissions[code])
        for item in missing
        for code in MENUS[item.code].permissions
    )


def _parents_first(codes: Iterable[str]) -> list[MenuSpec]:
    """The entries of those codes, each behind its parent if that is among them."""
    wanted, found = set(codes), dict[str, MenuSpec]()

    def add(spec: MenuSpec) -> None:
        if spec.code in wanted and spec.code not in found:
            if spec.parent:
                add(MENUS[spec.parent])
            found[spec.code] = spec

    for spec in MENUS.values():
        add(spec)
    return list(found.values())
