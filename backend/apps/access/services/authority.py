"""Nobody gives away more than he holds: every change of roles is measured against the actor's own scopes."""

from collections.abc import Iterable, Mapping

from apps.access.actor import Actor, Scope, codes_of, effective_scopes, missing_codes
from apps.access.errors import GrantTooWide
from apps.access.models import Role, RoleScope, ScopeKind, StaffRole
from apps.identity.errors import LastAdministrator
from apps.identity.models import StaffMember
from kernel.locks import lock_rows


def ensure_covers(actor: Actor, wanted: Mapping[str, Scope]) -> None:
    """GrantTooWide unless the actor holds every code of `wanted` at least as far."""
    missing = missing_codes(actor, wanted)
    if missing:
        raise GrantTooWide(codes=missing[:20])


def ensure_may_define(actor: Actor, role: Role) -> None:
    """GrantTooWide unless the role, given to anybody who may have it, stays within the actor's scopes."""
    rules = {rule.module.code: rule for rule in role.scopes.all()}
    bounds = {code: _bound(role, rules.get(code.split(".", 1)[0])) for code in codes_of(role)}
    _ensure_administrator(actor, [role])
    ensure_covers(actor, bounds)


def _bound(role: Role, rule: RoleScope | None) -> Scope:
    """The widest scope that the role can come to in anybody's hands."""
    match rule.kind if rule else role.default_scope:
        case ScopeKind.OWN:
            return Scope()
        case ScopeKind.CHOSEN:
            chosen = rule.departments.all() if rule else ()
            return Scope(departments=frozenset(department.pk for department in chosen))
        case _ if role.hospital_id is None:
            return Scope(everything=True)
    return Scope(hospitals=frozenset({role.hospital_id}))


def ensure_may_assign(actor: Actor, staff: StaffMember, roles: Iterable[Role]) -> None:
    """GrantTooWide unless what these roles mean in the hands of `staff` stays within the actor's scopes."""
    roles = list(roles)
    _ensure_administrator(actor, roles)
    ensure_covers(actor, effective_scopes(roles, staff.pk, staff.hospital_id, staff.org_unit_id))


def _ensure_administrator(actor: Actor, roles: list[Role]) -> None:
    """Every code, of later releases too, is given only by one who has the same."""
    if any(role.is_administrator for role in roles) and not actor.is_administrator:
        raise GrantTooWide(codes=[])


def ensure_group_administrator_remains() -> None:
    """LastAdministrator if nobody who can sign in administers the whole group. Call it after the change, inside its
    transaction: the lock lets such changes pass one at a time."""
    roles = lock_rows(
        Role.objects.filter(hospital=None, is_administrator=True, is_active=True, default_scope=ScopeKind.ALL)
    )
    holders = StaffRole.objects.filter(role__in=roles, staff__status="active", staff__user__is_active=True)
    if not holders.exists():
        raise LastAdministrator
