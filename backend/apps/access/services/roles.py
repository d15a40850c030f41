"""Roles: made, copied, changed and deleted within the actor's own reach."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, QuerySet

from apps.access.actor import Actor
from apps.access.errors import SystemRole
from apps.access.models import MenuItem, Module, Permission, Role, RoleScope, ScopeKind, StaffRole
from apps.access.services.authority import ensure_may_define
from apps.identity.models import Hospital
from apps.identity.services.access_version import bump
from kernel.errors import FIXED, DuplicateValue, Expectation, InvalidValue
from kernel.expectations import EACH_ONCE, OF_THE_HOSPITAL
from kernel.locks import lock_one, save_version
from kernel.rows import in_use

Scopes = Iterable[Mapping[str, Any]]
DEFAULT_SCOPE = Expectation(
    "default_scope", "默认数据范围不能是指定科室", "The scope by default can't be chosen departments."
)
PAGE_CODES = Expectation("page_codes", "应为菜单中页面的编码", "Codes of pages of the menu are expected.")
SCOPE_DEPARTMENTS = Expectation(
    "scope_departments",
    "指定科室的范围须列出科室,其他范围不列",
    "The scope of chosen departments lists them, no other does.",
)


def whole_roles() -> QuerySet[Role]:
    """Roles with everything that is shown of them."""
    return Role.objects.select_related("hospital").prefetch_related(
        "permissions", "scopes__module", "scopes__departments"
    )


def create_role(
    *,
    actor: Actor,
    hospital: Hospital | None,
    permissions: Iterable[Permission] = (),
    scopes: Scopes = (),
    **fields: Any,
) -> Role:
    """A new role; DuplicateValue for its code, GrantTooWide beyond the actor's own rights."""
    try:
        with transaction.atomic():
            role = Role(hospital=hospital, **fields)
            _check_pages(role.first_pages)
            role.save(force_insert=True)
            return _define(actor, role, permissions, scopes)
    except IntegrityError as error:
        raise DuplicateValue(field="code") from error


@transaction.atomic
def update_role(actor: Actor, role: Role, *, version: int, **changes: Any) -> Role:
    """Change a role read at `version`; its holders' rights change with the commit.

    StaleVersion, DuplicateValue, SystemRole, GrantTooWide (for the role as it was, and as it would be).
    """
    role = _changeable(actor, role)
    if "hospital" in changes and changes.pop("hospital") != role.hospital:
        raise InvalidValue(field="hospital_id", expected=FIXED)
    permissions, scopes = changes.pop("permissions", None), changes.pop("scopes", None)
    _check_pages(changes.get("first_pages", ()))
    for name, value in changes.items():
        setattr(role, name, value)
    try:
        with transaction.atomic():
            save_version(role, changes, version=version)
    except IntegrityError as error:
        raise DuplicateValue(field="code") from error
    role = _define(actor, role, permissions, scopes)
    bump(StaffRole.objects.filter(role=role).values_list("staff__user_id", flat=True))
    return role


@transaction.atomic
def copy_role(actor: Actor, role: Role, *, hospital: Hospital | None, code: str, name: str) -> Role:
    """A role of one's own with the same codes and scopes; administrators' roles are copied code by code."""
    scopes: list[dict[str, Any]] = [
        {"module": rule.module, "kind": rule.kind, "departments": list(rule.departments.all())}
        for rule in role.scopes.all()
    ]
    if hospital is not None and any(d.hospital_id != hospital.pk for s in scopes for d in s["departments"]):
        raise InvalidValue(field="hospital_id", expected=OF_THE_HOSPITAL)
    codes = Permission.objects.filter(is_retired=False) if role.is_administrator else role.permissions.all()
    return create_role(
        actor=actor, hospital=hospital, code=code, name=name, default_scope=role.default_scope,
        permissions=list(codes), scopes=scopes, first_pages=role.first_pages,
    )  # fmt: skip


@transaction.atomic
def delete_role(actor: Actor, role: Role) -> None:
    """Delete a role that nobody holds; InUse, SystemRole, GrantTooWide."""
    role = _changeable(actor, role)
    try:
        with transaction.atomic():
            role.delete()
    except (ProtectedError, IntegrityError) as error:
        raise in_use(StaffRole) from error


def _changeable(actor: Actor, role: Role) -> Role:
    if role.is_system:
        raise SystemRole
    lock_one(Role.objects.all(), pk=role.pk)
    role = whole_roles().get(pk=role.pk)
    ensure_may_define(actor, role)
    return role


def _define(
    actor: Actor, role: Role, permissions: Iterable[Permission] | None, scopes: Scopes | None
) -> Role:
    """Write codes and scopes (None: as they are), then measure the result."""
    if permissions is not None:
        role.permissions.set(permissions)
    if scopes is not None:
        _set_scopes(role, list(scopes))
    role = whole_roles().get(pk=role.pk)
    if role.default_scope == ScopeKind.CHOSEN:
        raise InvalidValue(field="default_scope", expected=DEFAULT_SCOPE)
    ensure_may_define(actor, role)
    return role


def _check_pages(codes: Collection[str]) -> None:
    """InvalidValue unless each is a page of the menu, named once."""
    if len(set(codes)) != len(codes):
        raise InvalidValue(field="first_pages", expected=EACH_ONCE)
    pages = MenuItem.objects.filter(kind=MenuItem.Kind.PAGE, code__in=codes)
    if codes and pages.count() != len(codes):
        raise InvalidValue(field="first_pages", expected=PAGE_CODES)


def _set_scopes(role: Role, scopes: list[Mapping[str, Any]]) -> None:
    modules: list[Module] = [scope["module"] for scope in scopes]
    if len({module.pk for module in modules}) != len(modules):
        raise InvalidValue(field="scopes", expected=EACH_ONCE)
    role.scopes.exclude(module__in=modules).delete()
    for scope in scopes:
        departments = scope.get("departments", ())
        if bool(departments) != (scope["kind"] == ScopeKind.CHOSEN):
            raise InvalidValue(field="scopes", expected=SCOPE_DEPARTMENTS)
        if role.hospital_id is not None and any(d.hospital_id != role.hospital_id for d in departments):
            raise InvalidValue(field="scopes", expected=OF_THE_HOSPITAL)
        rule, _ = RoleScope.objects.update_or_create(
            role=role, module=scope["module"], defaults={"kind": scope["kind"]}
        )
        rule.departments.set(departments)
