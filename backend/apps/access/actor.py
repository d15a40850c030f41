"""The acting staff member with everything that decides access, resolved once and cached per `access_version`.

A change of rights raises `User.access_version` in the same transaction, so the cache needs no invalidation.
"""

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from apps.access.codes import all_codes
from apps.access.models import Role, RoleScope, ScopeKind
from apps.identity.models import Department, OrgUnit, StaffDepartment, StaffMember, User


@dataclass(frozen=True, slots=True)
class Scope:
    """How far a permission reaches: everything, hospitals, departments; one's own is always included."""

    everything: bool = False
    hospitals: frozenset[UUID] = frozenset()
    departments: frozenset[UUID] = frozenset()

    def __or__(self, other: "Scope") -> "Scope":
        return Scope(
            self.everything or other.everything,
            self.hospitals | other.hospitals,
            self.departments | other.departments,
        )

    def covers(self, other: "Scope") -> bool:
        """Whether `other` reaches nowhere this does not; the departments of a hospital lie within it."""
        if self.everything:
            return True
        if other.everything or not other.hospitals <= self.hospitals:
            return False
        outside = other.departments - self.departments
        return not outside or (
            bool(self.hospitals)
            and not Department.objects.filter(pk__in=outside).exclude(hospital_id__in=self.hospitals).exists()
        )


@dataclass(frozen=True, slots=True)
class Actor:
    """A staff member who acts. `scopes` has an entry for every permission code the person holds."""

    user_id: UUID
    staff_id: UUID
    hospital_id: UUID
    is_administrator: bool
    scopes: Mapping[str, Scope] = field(default_factory=dict)
    first_pages: tuple[str, ...] = ()

    def has(self, code: str) -> bool:
        """Whether the person holds the permission code at all."""
        return code in self.scopes

    def scope(self, code: str) -> Scope | None:
        """How far that code reaches; None if the person does not hold it."""
        return self.scopes.get(code)


def actor_of(user: User) -> Actor | None:
    """The actor of a signed-in staff user; None for anybody else. No query when cached."""
    staff = getattr(user, "staff", None)
    if staff is None or staff.status != "active":
        return None
    return _resolve(user.pk, user.access_version, staff.pk, staff.hospital_id, staff.org_unit_id)


@functools.lru_cache(maxsize=4096)
def _resolve(
    user_id: UUID, version: int, staff_id: UUID, hospital_id: UUID, org_unit_id: UUID | None
) -> Actor:
    roles = _roles_of(staff_id)
    scopes = effective_scopes(roles, staff_id, hospital_id, org_unit_id)
    administrator = any(role.is_administrator for role in roles)
    first = () if administrator else tuple(page for role in roles for page in role.first_pages)
    return Actor(user_id, staff_id, hospital_id, administrator, scopes, first)


def _roles_of(staff_id: UUID) -> list[Role]:
    roles = Role.objects.filter(staff_roles__staff_id=staff_id, is_active=True)
    rows = roles.prefetch_related("permissions", "scopes__departments", "scopes__module")
    return list(rows.order_by("code", "pk").distinct())


def codes_of(role: Role) -> set[str]:
    """The declared codes that a role grants."""
    declared = all_codes().keys()
    return set(declared) if role.is_administrator else {p.code for p in role.permissions.all()} & declared


def effective_scopes(
    roles: Iterable[Role], staff_id: UUID, hospital_id: UUID, org_unit_id: UUID | None
) -> dict[str, Scope]:
    """What these roles grant that staff member: code → scope. Several roles unite per code, never across codes."""
    resolver = _ScopeResolver(staff_id, hospital_id, org_unit_id)
    scopes: dict[str, Scope] = defaultdict(Scope)
    for role in roles:
        rules = {rule.module.code: rule for rule in role.scopes.all()}
        for code in codes_of(role):
            scopes[code] |= resolver.resolve(role, rules.get(code.split(".", 1)[0]))
    return dict(scopes)


def missing_codes(actor: Actor, wanted: Mapping[str, Scope]) -> list[str]:
    """The codes of `wanted` that the actor does not hold, or not as far."""
    pairs = {code: (actor.scope(code), scope) for code, scope in wanted.items()}
    covered = {pair: pair[0] is not None and pair[0].covers(pair[1]) for pair in set(pairs.values())}
    return sorted(code for code, pair in pairs.items() if not covered[pair])


def may_manage(actor: Actor, staff: StaffMember, *, account: bool) -> bool:
    """Whether the actor may change this person: an administrator only if nothing of his reaches beyond the actor.

    `account`: whoever sets a person's password could act as that person, so it holds for everybody then.
    """
    if staff.pk == actor.staff_id:
        return True
    roles = _roles_of(staff.pk)  # looked at afresh: a file may hold roles before it has an account
    scopes = effective_scopes(roles, staff.pk, staff.hospital_id, staff.org_unit_id)
    administrator = any(role.is_administrator for role in roles)
    return not (account or administrator) or not missing_codes(actor, scopes)


class _ScopeResolver:
    """Turns scope kinds into ids, each look-up made at most once."""

    def __init__(self, staff_id: UUID, hospital_id: UUID, org_unit_id: UUID | None) -> None:
        self.staff_id, self.hospital_id, self.org_unit_id = staff_id, hospital_id, org_unit_id

    def resolve(self, role: Role, rule: RoleScope | None) -> Scope:
        """The scope of a role in a module (its rule, else the role's default)."""
        kind = rule.kind if rule else role.default_scope
        hospital = role.hospital_id or self.hospital_id
        match kind:
            case ScopeKind.ALL:
                return (
                    Scope(everything=True)
                    if role.hospital_id is None
                    else Scope(hospitals=frozenset({hospital}))
                )
            case ScopeKind.HOSPITAL:
                return Scope(hospitals=frozenset({hospital}))
            case ScopeKind.DEPARTMENT:
                return Scope(departments=self.own_departments)
            case ScopeKind.DEPARTMENT_AND_BELOW:
                return Scope(departments=self.own_departments | self.departments_below)
            case ScopeKind.CHOSEN:
                return Scope(departments=_ids(rule.departments.all()) if rule else frozenset())
        return Scope()

    @functools.cached_property
    def own_departments(self) -> frozenset[UUID]:
        rows = StaffDepartment.objects.filter(staff_id=self.staff_id).values_list("department_id", flat=True)
        return frozenset(rows)

    @functools.cached_property
    def departments_below(self) -> frozenset[UUID]:
        if self.org_unit_id is None:
            return frozenset()
        path = OrgUnit.objects.values_list("path", flat=True).get(pk=self.org_unit_id)
        if not path:  # every path starts with the empty one
            return frozenset()
        return _ids(Department.objects.filter(hospital_id=self.hospital_id, org_unit__path__startswith=path))


def _ids(rows: Iterable[Department]) -> frozenset[UUID]:
    return frozenset(row.pk for row in rows)
