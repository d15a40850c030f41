"""任职安排: where somebody works decides whose patients a department scope reaches, so nobody arranges it himself."""

from typing import Any

import pytest

from apps.access.models import Module, Permission, Role, RoleScope, ScopeKind, StaffRole
from apps.audit.models import AuditEvent
from apps.identity.models import Department, OrgUnit, StaffDepartment, StaffMember, StaffNotice
from apps.patients.models import Patient, PatientDepartment
from kernel.text import pinyin_key
from tests.support.world import World

pytestmark = pytest.mark.requirement("ORG-02", "ACC-03")
FILES = (
    "identity.staff.list", "identity.staff.add", "identity.staff.change", "identity.staff.account",
    "identity.department.list", "identity.department.add", "identity.department.change",
    "identity.org_unit.list", "identity.org_unit.add", "identity.org_unit.change",
)  # fmt: skip
PLACE = "identity.placement.change"


def as_officer(world: World, *codes: str) -> StaffMember:
    """doctor_c keeps the hospital's employee files, and sees the patients of her department and below."""
    person = world.staff["doctor_c"]
    StaffRole.objects.filter(staff=person).delete()
    role = Role.objects.create(
        hospital=world.h1, code="hr", name="人事", default_scope=ScopeKind.DEPARTMENT_AND_BELOW
    )
    role.permissions.set(Permission.objects.filter(code__in=[*FILES, "patients.patient.list", *codes]))
    RoleScope.objects.create(role=role, module=Module.objects.get(code="identity"), kind=ScopeKind.HOSPITAL)
    StaffRole.objects.create(staff=person, role=role)
    return person


def file_patients(world: World) -> None:
    """3 patients of surgery, 40 of cardiology."""
    for name, number in (("surgery", 3), ("cardiology", 40)):
        rows = Patient.objects.bulk_create(
            Patient(hospital=world.h1, mrn=f"{name}{n}", name="某某", pinyin="mm") for n in range(number)
        )
        PatientDepartment.objects.bulk_create(
            PatientDepartment(hospital=world.h1, patient=row, department=world.departments[name])
            for row in rows
        )


def unit(world: World) -> OrgUnit:
    office = OrgUnit(hospital=world.h1, code="office", name="院办")
    office.path = f"/{office.pk}/"
    office.save()
    return office


def seen(world: World) -> int:
    count: int = world.client("doctor_c").get("/api/admin/v1/patients").json()["count"]
    return count


def patch(world: World, row: StaffMember | Department | OrgUnit, **changes: Any) -> Any:
    path = {"StaffMember": "staff", "Department": "departments", "OrgUnit": "org-units"}[type(row).__name__]
    row.refresh_from_db()
    url = f"/api/admin/v1/{path}/{row.pk}"
    return world.client("doctor_c").patch(url, {"version": row.version, **changes}, format="json")


def everywhere(world: World) -> list[dict[str, Any]]:
    return [{"department_id": str(world.departments[name].pk)} for name in ("surgery", "cardiology")]


def test_whoever_keeps_the_files_comes_to_no_patient_more_by_any_door(world: World) -> None:
    me = as_officer(world, PLACE)
    file_patients(world)
    assert seen(world) == 3
    cardiology, mine = world.departments["cardiology"], me.org_unit
    assert mine is not None and cardiology.org_unit is not None
    tried = [
        patch(world, me, memberships=everywhere(world)),
        patch(world, me, memberships=[{**everywhere(world)[0], "is_head": True}]),
        patch(world, me, memberships=[]),
        patch(world, me, org_unit_id=str(cardiology.org_unit_id)),
        patch(world, me, org_unit_id=None),
        patch(world, cardiology, org_unit_id=str(mine.pk)),
        patch(world, cardiology.org_unit, parent_id=str(mine.pk)),
        world.client("doctor_c").post(
            "/api/admin/v1/departments",
            {"hospital_id": str(world.h1.pk), "code": "x", "name": "新科", "org_unit_id": str(mine.pk)}, format="json",
        ),
    ]  # fmt: skip
    assert [(a.status_code, a.json()["code"]) for a in tried] == [(403, "own_placement")] * len(tried)
    assert seen(world) == 3
    assert not StaffNotice.objects.exists()
    assert list(StaffDepartment.objects.filter(staff=me).values_list("department__code", flat=True)) == [
        "surgery"
    ]
    assert not Department.objects.filter(code="x").exists()
    assert not AuditEvent.objects.filter(action="place").exists()


def test_a_file_is_kept_without_the_right_to_place_anybody(world: World) -> None:
    me, other = as_officer(world), world.staff["doctor_b"]
    denied = [
        patch(world, other, memberships=everywhere(world)),
        patch(world, other, org_unit_id=str(me.org_unit_id)),
        patch(world, world.departments["cardiology"], org_unit_id=None),
        patch(world, unit(world),
              parent_id=str(world.departments["cardiology"].org_unit_id)),
        world.client("doctor_c").post(
            "/api/admin/v1/staff",
            {"hospital_id": str(world.h1.pk), "employee_no": "E9", "name": "新人", "gender": "male",
             "memberships": everywhere(world)}, format="json",
        ),
    ]  # fmt: skip
    assert [(a.status_code, a.json()["code"]) for a in denied] == [(403, "permission_denied")] * len(denied)
    assert not StaffMember.objects.filter(employee_no="E9").exists()
    assert not StaffNotice.objects.exists()
    same = [{"department_id": str(world.departments["cardiology"].pk)}]
    StaffDepartment.objects.filter(staff=other).update(is_primary=True)
    kept = patch(world, other, title="主任医师", memberships=same, org_unit_id=str(other.org_unit_id))
    assert kept.status_code == 200, kept.content  # a form sends everything, nothing of it moved


def test_placing_another_is_told_to_the_heads_and_written_down(world: World) -> None:
    as_officer(world, PLACE)
    file_patients(world)
    head, other = world.staff["head"], world.staff["doctor_b"]
    StaffDepartment.objects.filter(staff=head).update(is_head=True)
    assert patch(world, other, memberships=everywhere(world)).status_code == 200
    assert seen(world) == 3  # the officer saw none of cardiology's patients by it
    line = AuditEvent.objects.get(action="place")
    assert (line.object_id, line.user_id, line.hospital_id) == (
        str(other.pk), world.staff["doctor_c"].user_id, world.h1.pk,
    )  # fmt: skip
    assert line.after is not None and line.after["told"] == [str(head.pk)]
    notices = world.client("head").get("/api/admin/v1/auth/notices").json()["results"]
    assert [n["text"] for n in notices] == ["doctor_c调整了doctor_b的任职,涉及:外科"]
    url = f"/api/admin/v1/auth/notices/{notices[0]['id']}/read"
    assert world.client("doctor_b").post(url).status_code == 404
    assert world.client("head").post(url).json()["read_at"] is not None
    assert not world.client("doctor_b").get("/api/admin/v1/auth/notices").json()["results"]


def test_a_former_head_and_the_head_of_a_moved_department_are_told(world: World) -> None:
    as_officer(world, PLACE)
    head = world.staff["head"]
    StaffDepartment.objects.filter(staff=head).update(is_head=True)
    new = [{"department_id": str(world.departments["cardiology"].pk), "is_head": True}]
    assert patch(world, world.staff["doctor_b"], memberships=new).status_code == 200
    assert StaffNotice.objects.filter(recipient=head, kind="staff_placed").count() == 1
    moved = patch(world, world.departments["cardiology"], org_unit_id=str(unit(world).pk))
    assert moved.status_code == 200
    assert StaffNotice.objects.filter(recipient=head, kind="department_moved").count() == 1


def test_who_also_gives_roles_widens_nobody_by_placing_him_afterwards(world: World) -> None:
    """A narrow role for a colleague first, all departments for him then: measured like giving the wide role."""
    me = as_officer(world, PLACE, "access.staff_role.list", "access.staff_role.change", "access.role.list")
    role = StaffRole.objects.get(staff=me).role
    puppet, cardiology = world.staff["doctor_b"], world.departments["cardiology"]
    StaffRole.objects.filter(staff=puppet).update(role=role)
    StaffDepartment.objects.filter(staff=puppet).update(department=world.departments["surgery"])
    StaffMember.objects.filter(pk=puppet.pk).update(org_unit=None)
    office = unit(world)
    StaffMember.objects.filter(pk=puppet.pk).update(org_unit=office)
    tried = [
        patch(world, puppet, memberships=everywhere(world)),
        patch(world, puppet, org_unit_id=str(cardiology.org_unit_id)),
        patch(world, cardiology, org_unit_id=str(office.pk)),
    ]
    assert [(a.status_code, a.json()["code"]) for a in tried] == [(403, "permission_denied")] * 3
    assert StaffDepartment.objects.get(staff=puppet).department == world.departments["surgery"]
    assert not StaffNotice.objects.exists()
    assert patch(world, puppet, memberships=everywhere(world)[:1], org_unit_id=None).status_code == 200


def test_no_account_is_opened_for_a_file_that_holds_more_rights_than_the_opener(world: World) -> None:
    as_officer(world, PLACE)
    waiting = StaffMember.objects.create(
        hospital=world.h1, employee_no="W1", name="待开通", pinyin=pinyin_key("待开通"), gender="male"
    )
    StaffRole.objects.create(staff=waiting, role=Role.objects.get(hospital=None, code="clerk"))
    url = f"/api/admin/v1/staff/{waiting.pk}/account"
    assert world.client("doctor_c").post(url, {"username": "waiting"}, format="json").status_code == 403
    waiting.refresh_from_db()
    assert waiting.user_id is None
    assert world.client("admin1").post(url, {"username": "waiting"}, format="json").status_code == 201
