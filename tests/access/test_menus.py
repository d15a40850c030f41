"""Menus, modules, permission codes, and the one document that the admin app starts from."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from apps.access.codes import all_codes
from apps.access.menus import MENUS
from apps.access.models import MenuItem, Module, Permission, Role, RoleScope
from apps.access.services.sync import sync_access
from apps.audit.models import AuditEvent
from apps.identity.models import User
from tests.support.world import World

pytestmark = pytest.mark.requirement("ACC-02")
MENU_URL = "/api/admin/v1/menus"
ME = "/api/admin/v1/me/access"


def body(**changes: Any) -> dict[str, Any]:
    return {"module": "access", "kind": "page", "code": "extra", "title": "附加", "path": "extra"} | changes


def names(nodes: list[dict[str, Any]]) -> set[str]:
    return {name for node in nodes for name in ({node["name"]} | names(node["children"]))}


def test_a_menu_is_made_moved_changed_and_deleted(world: World) -> None:
    boss, system = world.client("boss"), MenuItem.objects.get(code="system")
    made = boss.post(
        MENU_URL,
        body(parent_id=str(system.pk), permissions=["access.role.list"], title_en="Extra"),
        format="json",
    )
    assert made.status_code == 201, made.json()
    url = f"{MENU_URL}/{made.json()['id']}"
    assert "extra" in names(boss.get(ME).json()["menus"])
    moved = boss.patch(
        url, {"version": 1, "parent_id": None, "permissions": [], "title": "移动"}, format="json"
    )
    assert (moved.status_code, moved.json()["permissions"], moved.json()["parent_id"]) == (200, [], None)
    assert "extra" in names(world.client("doctor_a").get(ME).json()["menus"])  # no code: open to all staff
    assert boss.delete(url).status_code == 204


def test_a_menu_never_stands_below_itself(world: World) -> None:
    boss, top = world.client("boss"), MenuItem.objects.get(code="system")
    below = boss.post(MENU_URL, body(kind="directory", parent_id=str(top.pk)), format="json").json()
    for pk, parent in ((top.pk, below["id"]), (below["id"], below["id"])):
        version = MenuItem.objects.get(pk=pk).version
        answer = boss.patch(f"{MENU_URL}/{pk}", {"version": version, "parent_id": str(parent)}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (409, "menu_cycle")
    assert MenuItem.objects.get(code="system").parent_id is None


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "button"}, {"kind": "x"}, {"module": "x"}, {"code": "Ü"}, {"code": "roles", "expect": 409},
        {"permissions": ["x"]}, {"parent_id": "x"}, {"sort": -1}, {"path": "x" * 161}, {"title": None},
    ],
)  # fmt: skip
def test_what_is_not_a_menu_is_refused(world: World, changes: dict[str, Any]) -> None:
    expected, before = changes.pop("expect", 400), MenuItem.objects.count()
    assert world.client("boss").post(MENU_URL, body(**changes), format="json").status_code == expected
    assert MenuItem.objects.count() == before


def test_a_page_holds_only_buttons_and_one_with_entries_is_not_deleted(world: World) -> None:
    boss, page = world.client("boss"), MenuItem.objects.get(code="roles")
    assert boss.post(MENU_URL, body(parent_id=str(page.pk)), format="json").status_code == 400
    answer = boss.delete(f"{MENU_URL}/{page.pk}")
    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
    assert MenuItem.objects.filter(code="roles").exists()


def test_the_catalogue_is_read_by_administrators_and_changed_only_for_the_whole_group(world: World) -> None:
    item, module = MenuItem.objects.get(code="roles"), Module.objects.get(code="audit")
    admin = world.client("admin1")
    assert admin.get(f"{MENU_URL}/{item.pk}").status_code == 200
    before = MenuItem.objects.count()
    for answer in (
        admin.post(MENU_URL, body(), format="json"),
        admin.patch(f"{MENU_URL}/{item.pk}", {"version": 1, "title": "x"}, format="json"),
        admin.delete(f"{MENU_URL}/{item.pk}"),
        admin.patch(f"/api/admin/v1/modules/{module.pk}", {"version": 1, "name": "x"}, format="json"),
    ):
        assert answer.status_code == 403
    assert MenuItem.objects.count() == before
    assert (MenuItem.objects.get(pk=item.pk).title, Module.objects.get(pk=module.pk).name) == (
        "角色",
        "操作日志",
    )


def test_a_module_switched_off_hides_its_menus_at_once(world: World) -> None:
    boss, module = world.client("boss"), Module.objects.get(code="audit")
    assert "operation_log" in names(boss.get(ME).json()["menus"])
    url = f"/api/admin/v1/modules/{module.pk}"
    assert boss.patch(url, {"version": module.version, "is_active": False}, format="json").status_code == 200
    assert "operation_log" not in names(boss.get(ME).json()["menus"])


def test_permission_codes_are_listed(world: World) -> None:
    answer = world.client("admin1").get("/api/admin/v1/permissions?module=access&page_size=100")
    codes = {row["code"] for row in answer.json()["results"]}
    assert {"access.role.list", "access.role.add", "access.role.change", "access.role.delete"} <= codes
    assert all(code.startswith("access.") for code in codes)
    url = f"/api/admin/v1/permissions/{Permission.objects.get(code='access.role.list').pk}"
    assert world.client("admin1").patch(url, {}, format="json").status_code == 405


def test_synchronising_takes_few_statements_and_writes_nothing_when_nothing_changed(world: World) -> None:
    before = AuditEvent.objects.count()
    with CaptureQueriesContext(connection) as queries:
        sync_access()
    assert len(queries) < 20
    assert AuditEvent.objects.count() == before


def test_what_the_code_says_of_codes_and_system_roles_comes_back(world: World) -> None:
    role = Role.objects.get(hospital=None, code="clerk")
    codes, scopes = set(role.permissions.values_list("code", flat=True)), set(role.scopes.values_list("kind"))
    Role.objects.filter(pk=role.pk).update(name="x", default_scope="all")
    role.permissions.set(Permission.objects.filter(code="access.role.list"))
    role.scopes.all().delete()
    RoleScope.objects.create(role=role, module=Module.objects.get(code="access"), kind="all")
    Permission.objects.filter(code="patients.patient.list").update(name="x", is_retired=True)
    gone = Permission.objects.create(
        code="patients.gone.list", name="x", module=Module.objects.get(code="patients")
    )
    sync_access()
    role.refresh_from_db()
    assert (role.name, role.default_scope) == ("窗口人员", "hospital")
    assert set(role.permissions.values_list("code", flat=True)) == codes
    assert set(role.scopes.values_list("kind")) == scopes
    listed = Permission.objects.get(code="patients.patient.list")
    assert (listed.is_retired, listed.name) == (False, all_codes()[listed.code])
    gone.refresh_from_db()
    assert gone.is_retired


def test_synchronising_again_keeps_what_administrators_changed(world: World) -> None:
    MenuItem.objects.filter(code="roles").update(title="我们的角色", is_hidden=True)
    MenuItem.objects.get(code="roles").permissions.clear()
    MenuItem.objects.get(code="menus.delete").delete()
    before = MenuItem.objects.count()
    sync_access()
    kept = MenuItem.objects.get(code="roles")
    assert (kept.title, kept.is_hidden, kept.permissions.count()) == ("我们的角色", True, 0)
    assert MenuItem.objects.count() == before + 1 >= len(MENUS)


def test_the_document_has_the_shape_that_the_admin_app_expects(world: World) -> None:
    answer = world.client("head").get(ME)
    document = answer.json()
    assert set(document) == {"me", "menus", "permissions", "data_scopes"}
    me = document["me"]
    assert (me["username"], me["hospital"]["name"], me["must_change_password"]) == ("head", "第一医院", False)
    assert [row["name"] for row in me["departments"]] == ["心内科"]
    directory = next(node for node in document["menus"] if node["name"] == "organisation")
    assert (directory["path"], directory["component"]) == ("/organisation", "Layout")
    page = next(node for node in directory["children"] if node["name"] == "departments")
    assert set(page) == {"path", "name", "component", "meta", "children"}
    assert page["meta"] == {
        "title": "科室", "icon": "department", "hidden": False, "permissions": ["identity.department.list"],
    }  # fmt: skip
    assert "system" not in names(document["menus"])  # a directory with nothing open in it
    scopes = {row["module"]: row for row in document["data_scopes"]}
    assert scopes["identity"]["hospital_ids"] == [str(world.h1.pk)]
    assert scopes["patients"]["department_ids"] == [str(world.departments["cardiology"].pk)]
    assert not scopes["patients"]["everything"]


def test_the_administrator_sees_every_menu_with_its_buttons(world: World) -> None:
    document = world.client("boss").get(ME).json()
    pages = {code for code, spec in MENUS.items() if spec.kind != "button"}
    assert names(document["menus"]) >= pages
    system = next(node for node in document["menus"] if node["name"] == "system")
    roles = next(node for node in system["children"] if node["name"] == "roles")
    assert roles["meta"]["permissions"] == [
        "access.role.add", "access.role.change", "access.role.delete", "access.role.list",
    ]  # fmt: skip


def test_a_menu_begins_with_the_first_pages_of_the_persons_role(world: World) -> None:
    assert world.client("doctor_a").get(ME).json()["menus"][0]["children"][0]["name"] == "queue"
    Role.objects.filter(code="doctor").update(first_pages=["patient_archive", "queue"])
    User.objects.filter(username="doctor_a").update(access_version=F("access_version") + 1)
    first = world.client("doctor_a").get(ME).json()["menus"][0]
    assert first["children"][0]["name"] == "patient_archive"
    arranged = [spec.code for spec in sorted(MENUS.values(), key=lambda spec: (spec.sort, spec.code))]
    boss = [node["name"] for node in world.client("boss").get(ME).json()["menus"]]
    assert boss == sorted(boss, key=arranged.index)  # who sees everything has it in its usual order


def test_titles_follow_the_language(world: World) -> None:
    document = world.client("boss").get(ME, HTTP_ACCEPT_LANGUAGE="en").json()
    assert "System" in {node["meta"]["title"] for node in document["menus"]}


def test_the_document_is_sent_again_only_when_rights_changed(world: World) -> None:
    client = world.client("doctor_a")
    tag = client.get(ME)["ETag"]
    again = client.get(ME, HTTP_IF_NONE_MATCH=tag)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    url = f"/api/admin/v1/staff/{world.staff['doctor_a'].pk}/roles"
    assert world.client("admin1").put(url, {"role_ids": []}, format="json").status_code == 200
    changed = client.get(ME, HTTP_IF_NONE_MATCH=tag)
    assert (changed.status_code, changed.json()["permissions"]) == (200, [])


def test_who_must_change_the_password_still_reads_the_document_and_nothing_else(world: World) -> None:
    User.objects.filter(username="doctor_a").update(must_change_password=True)
    client = world.client("doctor_a")
    assert client.get(ME).json()["me"]["must_change_password"] is True
    assert client.get("/api/admin/v1/departments").json()["code"] == "password_change_required"


def test_patients_and_strangers_have_no_such_document(world: World) -> None:
    assert world.client(None).get(ME).status_code == 401
    assert world.client("patient_a").get(ME).status_code == 403
