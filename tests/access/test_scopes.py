"""Data scopes: each kind shows exactly its rows; roles unite per code; whatever is unknown shows nothing."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import FieldError
from hypothesis import HealthCheck, given, settings, strategies as st

from apps.access.actor import Actor, Scope, actor_of
from apps.access.models import Module, Permission, Role, RoleScope, ScopeKind, StaffRole
from apps.access.policies import Policy, policy_of
from apps.access.policies.base import NoPolicy
from apps.audit.models import AuditEvent
from apps.identity.models import Department, Dictionary, OrgUnit, StaffDepartment, StaffMember, User
from kernel.models import OutboxEvent
from tests.support.world import World

pytestmark = pytest.mark.requirement("ACC-03")
LIST, CHANGE = "identity.staff.list", "identity.staff.change"
H1 = {"boss", "admin1", "head", "doctor_a", "doctor_b", "doctor_c", "clerk"}
H2 = {"admin2", "doctor_h2"}


def give(world: World, who: str, kind: str, codes: tuple[str, ...] = (LIST,), **fields: Any) -> Role:
    """One more role for `who`, in hospital 1 unless said otherwise."""
    fields = {"hospital": world.h1, "default_scope": kind} | fields
    role = Role.objects.create(code=uuid4().hex, name=kind, **fields)
    role.permissions.set(Permission.objects.filter(code__in=codes))
    StaffRole.objects.create(staff=world.staff[who], role=role)
    return role


def actor(world: World, who: str) -> Actor:
    from apps.access import actor as module

    module._resolve.cache_clear()
    found = actor_of(User.objects.get(pk=world.staff[who].user_id))
    assert found is not None
    return found


def seen(world: World, who: str, code: str = LIST, grant: str = "view") -> set[str]:
    rows = policy_of(StaffMember).scope(actor(world, who), code, StaffMember.objects.all(), grant)
    names = list(rows.values_list("name", flat=True))
    assert len(names) == len(set(names)), "a row appears twice"
    return set(names)


def only(world: World, who: str) -> None:
    StaffRole.objects.filter(staff=world.staff[who]).delete()


@pytest.mark.parametrize(
    ("kind", "group_role", "expected"),
    [
        ("all", True, H1 | H2),
        ("all", False, H1),
        ("hospital", True, H1),
        ("hospital", False, H1),
        ("department_and_below", True, {"head", "doctor_a", "doctor_b", "doctor_c"}),
        ("department", True, {"head", "doctor_a", "doctor_b"}),
        ("chosen", True, {"doctor_a", "doctor_c"}),
        ("own", True, {"doctor_a"}),
    ],
)
def test_each_kind_of_scope_shows_exactly_its_rows(
    world: World, kind: str, group_role: bool, expected: set[str]
) -> None:
    cardiology, surgery = (world.departments[key].org_unit for key in ("cardiology", "surgery"))
    assert cardiology is not None and surgery is not None
    OrgUnit.objects.filter(pk=surgery.pk).update(parent=cardiology, path=f"{cardiology.path}{surgery.pk}/")
    only(world, "doctor_a")
    role = give(
        world, "doctor_a", "own" if kind == "chosen" else kind, hospital=None if group_role else world.h1
    )
    if kind == "chosen":
        rule = RoleScope.objects.create(role=role, module=Module.objects.get(code="identity"), kind=kind)
        rule.departments.set([world.departments["surgery"]])
    assert seen(world, "doctor_a") == expected


def test_the_scope_of_a_module_goes_before_the_roles_default(world: World) -> None:
    only(world, "doctor_a")
    role = give(world, "doctor_a", "own", (LIST, "audit.event.list"))
    RoleScope.objects.create(role=role, module=Module.objects.get(code="identity"), kind="hospital")
    me = actor(world, "doctor_a")
    assert me.scope(LIST) == Scope(hospitals=frozenset({world.h1.pk}))
    assert me.scope("audit.event.list") == Scope()


def test_a_wide_role_to_list_does_not_widen_a_narrow_role_to_change(world: World) -> None:
    only(world, "doctor_a")
    give(world, "doctor_a", "hospital", (LIST,))
    give(world, "doctor_a", "own", (CHANGE,))
    assert seen(world, "doctor_a") == H1
    assert seen(world, "doctor_a", CHANGE, "change") == {"doctor_a"}
    url = f"/api/admin/v1/staff/{world.staff['doctor_b'].pk}"
    client = world.client("doctor_a")
    assert client.get(url).status_code == 200
    version = world.staff["doctor_b"].version
    assert client.patch(url, {"version": version, "title": "主任医师"}, format="json").status_code == 403
    assert StaffMember.objects.get(pk=world.staff["doctor_b"].pk).title == world.staff["doctor_b"].title


def test_roles_unite_for_the_same_code(world: World) -> None:
    only(world, "doctor_a")
    give(world, "doctor_a", "own")
    give(world, "doctor_a", "department")
    assert seen(world, "doctor_a") == {"head", "doctor_a", "doctor_b"}


def test_an_inactive_role_and_a_retired_code_grant_nothing(world: World) -> None:
    only(world, "doctor_a")
    give(world, "doctor_a", "hospital", is_active=False)
    old = Permission.objects.create(
        module=Module.objects.get(code="identity"), code="identity.old.list", name="x"
    )
    give(world, "doctor_a", "hospital", (old.code,))
    assert actor(world, "doctor_a").scopes == {}
    assert seen(world, "doctor_a") == set()


def test_without_the_code_there_are_no_rows(world: World) -> None:
    assert seen(world, "clerk", "identity.staff.delete") == set()
    assert seen(world, "clerk", "no.such.code") == set()
    assert seen(world, "clerk", "") == set()


def test_a_person_in_two_departments_is_one_row(world: World) -> None:
    StaffDepartment.objects.create(
        hospital=world.h1, staff=world.staff["doctor_b"], department=world.departments["surgery"]
    )
    only(world, "doctor_a")
    role = give(world, "doctor_a", "own")
    rule = RoleScope.objects.create(role=role, module=Module.objects.get(code="identity"), kind="chosen")
    rule.departments.set([world.departments["surgery"], world.departments["cardiology"]])
    assert seen(world, "doctor_a") == {"head", "doctor_a", "doctor_b", "doctor_c"}


def test_a_unit_without_a_path_reaches_nothing_below(world: World) -> None:
    OrgUnit.objects.filter(pk=world.staff["head"].org_unit_id).update(path="")
    me = actor(world, "head")
    scope = me.scope("patients.patient.list")
    assert scope == Scope(departments=frozenset({world.departments["cardiology"].pk}))


def test_rows_of_the_whole_group_are_read_by_all_and_changed_only_with_a_scope_of_everything(
    world: World,
) -> None:
    shared = Dictionary.objects.create(hospital=None, code="shared_list", name="共用")
    policy = policy_of(Dictionary)
    admin, boss = actor(world, "admin1"), actor(world, "boss")
    assert policy.allows(admin, "identity.dictionary.list", shared)
    assert not policy.allows(admin, "identity.dictionary.change", shared, "change")
    assert policy.allows(boss, "identity.dictionary.change", shared, "change")


def test_a_model_without_a_policy_is_an_error_and_a_hidden_one_is_empty(world: World) -> None:
    class Unknown:
        _meta = type("Meta", (), {"label": "x.Unknown"})

    with pytest.raises(NoPolicy):
        policy_of(Unknown)  # type: ignore[arg-type]
    OutboxEvent.objects.create(topic="x", payload={})
    assert not policy_of(OutboxEvent).scope(actor(world, "boss"), LIST, OutboxEvent.objects.all()).exists()


def test_a_policy_that_names_an_unknown_column_fails_instead_of_showing_all(world: World) -> None:
    class Wrong(Policy):
        hospital = "no_such_column"

    policy = Wrong()
    policy.model = Department
    with pytest.raises(FieldError):
        policy.scope(actor(world, "admin1"), LIST, Department.objects.all())


def test_lines_of_no_hospital_are_for_those_who_reach_everything(world: World) -> None:
    policy, code = policy_of(AuditEvent), "audit.event.list"
    lines = AuditEvent.objects.filter(hospital_id=None)
    assert lines.exists()
    assert not policy.scope(actor(world, "admin1"), code, lines).exists()
    assert policy.scope(actor(world, "boss"), code, lines).exists()
    assert not policy.scope(actor(world, "head"), code, AuditEvent.objects.all()).exists()


def test_staff_who_left_are_nobody(world: World) -> None:
    StaffMember.objects.filter(pk=world.staff["doctor_a"].pk).update(status="left")
    assert actor_of(User.objects.get(username="doctor_a")) is None
    assert world.client("doctor_a").get("/api/admin/v1/departments").status_code == 403


ids = st.frozensets(st.sampled_from([uuid4() for _ in range(3)]))


@given(st.booleans(), ids, st.booleans(), ids)
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_a_union_covers_both_and_nothing_covers_more_than_itself(
    wide: bool, mine: frozenset[Any], other_wide: bool, others: frozenset[Any]
) -> None:
    one, two = Scope(wide, mine), Scope(other_wide, others)
    both = one | two
    assert both.covers(one) and both.covers(two)
    assert one.covers(two) == (wide or (not other_wide and others <= mine))
    assert both.covers(Scope())


def test_every_kind_is_in_the_table_above() -> None:
    assert {kind.value for kind in ScopeKind} == {
        "all", "hospital", "department_and_below", "department", "chosen", "own",
    }  # fmt: skip
