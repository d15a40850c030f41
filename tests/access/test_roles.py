"""Roles: edited by administrators, never beyond their own rights, in force with the commit."""

from typing import Any

import pytest

from apps.access.codes import SYSTEM_ROLES
from apps.access.models import Permission, Role, RoleScope, StaffRole
from apps.identity.models import User
from tests.support.world import World

pytestmark = pytest.mark.requirement("ACC-02")
ROLES = "/api/admin/v1/roles"


def draft(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "hospital_id": str(world.h1.pk), "code": "nurse", "name": "护士", "default_scope": "department",
        "permissions": ["identity.department.list"],
    } | changes  # fmt: skip


def make(world: World, who: str = "admin1", **changes: Any) -> Any:
    return world.client(who).post(ROLES, draft(world, **changes), format="json")


def role(code: str, hospital: Any = None) -> Role:
    return Role.objects.get(code=code, hospital=hospital)


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Role, Role.permissions.through, RoleScope, StaffRole))  # type: ignore[attr-defined]


def test_a_role_is_made_read_changed_and_deleted(world: World) -> None:
    client = world.client("admin1")
    pages = ["queue", "approvals"]
    chosen = {
        "module": "identity",
        "kind": "chosen",
        "department_ids": [str(world.departments["surgery"].pk)],
    }
    made = make(world, scopes=[chosen], first_pages=pages)
    assert made.status_code == 201, made.json()
    url = f"{ROLES}/{made.json()['id']}"
    read = client.get(url).json()
    assert (read["scopes"], read["first_pages"]) == ([chosen], pages)
    changed = client.patch(
        url,
        {
            "version": 1,
            "permissions": ["identity.department.list", "identity.department.change"],
            "scopes": [],
        },
        format="json",
    )
    assert changed.status_code == 200, changed.json()
    assert (len(changed.json()["permissions"]), changed.json()["scopes"], changed.json()["version"]) == (
        2,
        [],
        2,
    )
    assert client.patch(url, {"version": 1, "name": "x"}, format="json").json()["code"] == "stale_version"
    assert client.delete(url).status_code == 204
    assert not Role.objects.filter(code="nurse").exists()


def test_a_code_is_taken_once_in_a_hospital(world: World) -> None:
    assert make(world).status_code == 201
    answer = make(world)
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate")
    assert make(world, "admin2", hospital_id=str(world.h2.pk)).status_code == 201


@pytest.mark.parametrize("who", ["doctor_a", "head", "clerk"])
def test_who_holds_no_code_of_roles_is_refused(world: World, who: str) -> None:
    before = counts()
    assert world.client(who).get(ROLES).status_code == 403
    assert make(world, who).status_code == 403
    assert counts() == before


def test_an_administrator_of_a_hospital_makes_no_role_of_the_group(world: World) -> None:
    before = counts()
    answer = make(world, hospital_id=None)
    assert answer.status_code == 403
    assert counts() == before
    assert make(world, "boss", hospital_id=None).status_code == 201


def test_another_hospital_does_not_exist_for_an_administrator(world: World) -> None:
    made = make(world, "admin2", hospital_id=str(world.h2.pk)).json()
    before = counts()
    assert make(world, hospital_id=str(world.h2.pk)).status_code == 400
    client, url = world.client("admin1"), f"{ROLES}/{made['id']}"
    assert client.get(url).status_code == 404
    assert client.patch(url, {"version": 1, "name": "x"}, format="json").status_code == 404
    assert client.delete(url).status_code == 404
    assert (
        client.post(f"{url}/copy", {"hospital_id": None, "code": "x", "name": "x"}, format="json").status_code
        == 404
    )
    dental = {"module": "identity", "kind": "chosen", "department_ids": [str(world.departments["dental"].pk)]}
    assert make(world, scopes=[dental]).status_code == 400
    assert counts() == before


def test_all_in_a_hospitals_role_means_that_hospital(world: World) -> None:
    assert make(world, default_scope="all", code="keeper").status_code == 201
    world.client("admin1").put(
        f"/api/admin/v1/staff/{world.staff['clerk'].pk}/roles",
        {"role_ids": [str(role("keeper", world.h1).pk)]}, format="json",
    )  # fmt: skip
    codes = {row["code"] for row in world.client("clerk").get("/api/admin/v1/departments").json()["results"]}
    assert codes == {"cardiology", "surgery"}


@pytest.fixture
def personnel(world: World) -> World:
    """clerk may define and assign roles in hospital 1, but holds only codes of departments (list) beside that."""
    codes = ["access.role.list", "access.role.add", "access.role.change", "access.staff_role.list",
             "access.staff_role.change", "identity.department.list"]  # fmt: skip
    made = make(world, "boss", code="personnel", default_scope="hospital", permissions=codes)
    assert made.status_code == 201, made.json()
    StaffRole.objects.filter(staff=world.staff["clerk"]).delete()
    put = world.client("boss").put(
        f"/api/admin/v1/staff/{world.staff['clerk'].pk}/roles",
        {"role_ids": [made.json()["id"]]},
        format="json",
    )
    assert put.status_code == 200, put.json()
    return world


@pytest.mark.parametrize(
    "changes",
    [
        {"permissions": ["identity.department.delete"]},
        {"permissions": ["identity.department.list", "audit.event.list"], "default_scope": "own"},
    ],
)
def test_nobody_defines_a_role_with_codes_he_does_not_hold(personnel: World, changes: dict[str, Any]) -> None:
    before = counts()
    answer = make(personnel, "clerk", **changes)
    assert (answer.status_code, answer.json()["code"]) == (403, "grant_too_wide")
    assert counts() == before


def test_nobody_widens_a_role_beyond_his_own_scope(personnel: World) -> None:
    admin = personnel.client("admin1")
    head_only = make(personnel, code="list_own", default_scope="department").json()
    staff = f"/api/admin/v1/staff/{personnel.staff['clerk'].pk}/roles"
    narrow = make(
        personnel, "boss", code="narrow", default_scope="hospital",
        permissions=["access.role.list", "access.role.change", "identity.department.list"],
        scopes=[{"module": "identity", "kind": "chosen", "department_ids": [str(personnel.departments["surgery"].pk)]}],
    ).json()  # fmt: skip
    assert admin.put(staff, {"role_ids": [narrow["id"]]}, format="json").status_code == 200
    url, clerk = f"{ROLES}/{head_only['id']}", personnel.client("clerk")
    answer = clerk.patch(url, {"version": 1, "default_scope": "hospital"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "grant_too_wide")
    assert role("list_own", personnel.h1).default_scope == "department"
    surgery = [
        {"module": "identity", "kind": "chosen", "department_ids": [str(personnel.departments["surgery"].pk)]}
    ]
    cardiology = [
        {
            "module": "identity",
            "kind": "chosen",
            "department_ids": [str(personnel.departments["cardiology"].pk)],
        }
    ]
    mine = make(personnel, "boss", code="mine", default_scope="own", scopes=surgery).json()
    assert (
        clerk.patch(f"{ROLES}/{mine['id']}", {"version": 1, "name": "我的"}, format="json").status_code == 200
    )
    answer = clerk.patch(f"{ROLES}/{mine['id']}", {"version": 2, "scopes": cardiology}, format="json")
    assert answer.status_code in {400, 403}
    assert [s.departments.get().code for s in role("mine", personnel.h1).scopes.all()] == ["surgery"]


def test_a_role_of_the_system_is_copied_not_changed(world: World) -> None:
    url, boss = f"{ROLES}/{role('doctor').pk}", world.client("boss")
    for answer in (boss.patch(url, {"version": 1, "name": "x"}, format="json"), boss.delete(url)):
        assert (answer.status_code, answer.json()["code"]) == (409, "system_role")
    made = world.client("admin1").post(
        f"{url}/copy",
        {"hospital_id": str(world.h1.pk), "code": "doctor_plus", "name": "医生+"},
        format="json",
    )
    assert made.status_code == 201, made.json()
    copy = role("doctor_plus", world.h1)
    assert set(copy.permissions.values_list("code", flat=True)) == set(
        role("doctor").permissions.values_list("code", flat=True)
    )
    assert [(s.module.code, s.kind) for s in copy.scopes.all()] == [
        (s.module.code, s.kind) for s in role("doctor").scopes.all()
    ]
    assert (
        not copy.is_system
        and copy.first_pages == role("doctor").first_pages == SYSTEM_ROLES["doctor"].first_pages
    )


def test_a_copy_of_an_administrators_role_holds_todays_codes_and_is_no_administrator(world: World) -> None:
    body = {"hospital_id": str(world.h1.pk), "code": "deputy", "name": "副手"}
    url = f"{ROLES}/{role('group_administrator').pk}/copy"
    assert world.client("admin1").post(url, body, format="json").status_code == 201
    copy = role("deputy", world.h1)
    assert not copy.is_administrator
    assert copy.permissions.count() == Permission.objects.filter(is_retired=False).count()
    assert (
        world.client("admin1")
        .post(url, body | {"hospital_id": None, "code": "d2"}, format="json")
        .status_code
        == 403
    )


def test_a_role_that_is_held_is_not_deleted(world: World) -> None:
    made = make(world).json()
    StaffRole.objects.create(staff=world.staff["doctor_a"], role_id=made["id"])
    answer = world.client("admin1").delete(f"{ROLES}/{made['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
    assert Role.objects.filter(pk=made["id"]).exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "Bad Code"}, {"code": "x" * 65}, {"name": ""}, {"name": 7 * "长" * 20}, {"default_scope": "galaxy"},
        {"default_scope": "chosen"}, {"permissions": ["no.such.code"]}, {"permissions": "identity"},
        {"scopes": [{"module": "nowhere", "kind": "own"}]}, {"scopes": [{"module": "identity", "kind": "chosen"}]},
        {"scopes": [{"module": "identity", "kind": "own"}, {"module": "identity", "kind": "all"}]},
        {"first_pages": ["nowhere"]}, {"first_pages": ["queue", "queue"]}, {"first_pages": ["system"]},
        {"is_administrator": True}, {"is_system": True}, {"unknown": 1}, {"hospital_id": "x"}, {"version": "x"},
    ],
)  # fmt: skip
def test_what_is_not_a_role_is_refused(world: World, changes: dict[str, Any]) -> None:
    before = counts()
    assert make(world, **changes).status_code == 400
    assert counts() == before


def test_a_changed_role_is_in_force_on_the_next_request(world: World) -> None:
    made = make(world, default_scope="hospital").json()
    staff = f"/api/admin/v1/staff/{world.staff['doctor_a'].pk}/roles"
    admin, doctor = world.client("admin1"), world.client("doctor_a")
    assert admin.put(staff, {"role_ids": [made["id"]]}, format="json").status_code == 200
    version = User.objects.get(username="doctor_a").access_version
    assert doctor.get("/api/admin/v1/departments").status_code == 200
    changed = admin.patch(
        f"{ROLES}/{made['id']}", {"version": 1, "permissions": ["identity.department.add"]}, format="json"
    )
    assert changed.status_code == 200
    assert User.objects.get(username="doctor_a").access_version == version + 1
    assert doctor.get("/api/admin/v1/departments").status_code == 403


def test_a_refused_change_leaves_everybodys_rights_as_they_were(world: World) -> None:
    made = make(world).json()
    StaffRole.objects.create(staff=world.staff["doctor_a"], role_id=made["id"])
    before = dict(User.objects.values_list("username", "access_version"))
    body = {"version": 9, "permissions": []}
    assert world.client("admin1").patch(f"{ROLES}/{made['id']}", body, format="json").status_code == 409
    assert dict(User.objects.values_list("username", "access_version")) == before
    assert role("nurse", world.h1).permissions.count() == 1


@pytest.mark.parametrize(
    ("scope", "missing"),
    [({}, {"module", "kind"}), ({"kind": "own"}, {"module"}), ({"module": "patients"}, {"kind"})],
)
def test_a_scope_of_a_change_is_given_whole(world: World, scope: dict[str, str], missing: set[str]) -> None:
    made = make(world).json()
    before = counts()
    answer = world.client("admin1").patch(
        f"{ROLES}/{made['id']}", {"version": 1, "scopes": [scope]}, format="json"
    )
    assert answer.status_code == 400
    assert {each["field"] for each in answer.json()["errors"]} == {f"scopes.0.{name}" for name in missing}
    assert {each["code"] for each in answer.json()["errors"]} == {"required"} and counts() == before
