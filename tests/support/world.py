"""The small world most tests live in, built through the product's own services where they exist.

H1 一院: departments cardiology (心内科) and surgery (外科); H2 二院: department dental (口腔科).
Staff: boss (group administrator), admin1/admin2 (hospital administrators of H1/H2), head (of cardiology),
doctor_a and doctor_b (both cardiology, ordinary doctors), doctor_c (surgery), clerk (H1 window), doctor_h2.
"""

from dataclasses import dataclass, field
from typing import Any

from rest_framework.test import APIClient

from apps.access.models import Role, StaffRole
from apps.identity.models import (
    AuthSession,
    Department,
    Group,
    Hospital,
    OrgUnit,
    StaffDepartment,
    StaffMember,
    User,
    UserKind,
    WeChatAccount,
)
from kernel.text import pinyin_key

PASSWORD = "correct horse 医院 staple"


def client_for(user: User | None) -> APIClient:
    """An API client signed in as `user` (None: nobody)."""
    client = APIClient()
    if user is not None:
        _, token = AuthSession.objects.create(user=user)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


@dataclass
class World:
    """Handles to everything; `client("doctor_a")` is signed in, `client(None)` is nobody."""

    h1: Hospital
    h2: Hospital
    departments: dict[str, Department] = field(default_factory=dict)
    staff: dict[str, StaffMember] = field(default_factory=dict)
    accounts: dict[str, WeChatAccount] = field(default_factory=dict)
    _clients: dict[str | None, APIClient] = field(default_factory=dict)

    def client(self, who: str | None) -> APIClient:
        """The client of a staff member or account by its name here."""
        if who not in self._clients:
            found = self.staff.get(who or "") or self.accounts.get(who or "")
            self._clients[who] = client_for(found.user if found else None)
        return self._clients[who]

    def add_staff(
        self, name: str, role: str, hospital: Hospital, departments: list[str], **extra: Any
    ) -> StaffMember:
        """A staff member with a user, a system role and departments."""
        user = User.objects.create_user(name, PASSWORD)
        unit = self.departments[departments[0]].org_unit if departments else None
        staff = StaffMember.objects.create(
            hospital=hospital, user=user, org_unit=unit, employee_no=name, name=name, pinyin=pinyin_key(name),
            gender="female", **extra,
        )  # fmt: skip
        for key in departments:
            StaffDepartment.objects.create(hospital=hospital, staff=staff, department=self.departments[key])
        StaffRole.objects.create(staff=staff, role=Role.objects.get(hospital=None, code=role))
        self.staff[name] = staff
        return staff

    def add_account(self, name: str) -> WeChatAccount:
        """A mini-program user who has signed in before."""
        user = User.objects.create(username=f"wx:{name}", kind=UserKind.PATIENT)
        self.accounts[name] = WeChatAccount.objects.create(
            user=user, app_id="wx00000000sandbox1", openid=f"o-{name}"
        )
        return self.accounts[name]


def build_world() -> World:
    """Make the world of the module's docstring."""
    group = Group.objects.create(name="医汇医疗集团")
    h1 = Hospital.objects.create(group=group, code="H1", name="第一医院")
    h2 = Hospital.objects.create(group=group, code="H2", name="第二医院")
    world = World(h1, h2)
    for key, hospital, name in (
        ("cardiology", h1, "心内科"),
        ("surgery", h1, "外科"),
        ("dental", h2, "口腔科"),
    ):
        unit = OrgUnit.objects.create(hospital=hospital, code=key, name=name)
        unit.path = f"/{unit.pk}/"
        unit.save()
        world.departments[key] = Department.objects.create(
            hospital=hospital, org_unit=unit, code=key, name=name, pinyin=pinyin_key(name)
        )
    world.add_staff("boss", "group_administrator", h1, [])
    world.add_staff("admin1", "hospital_administrator", h1, [])
    world.add_staff("admin2", "hospital_administrator", h2, [])
    world.add_staff("head", "department_head", h1, ["cardiology"], licence_no="L0")
    for name, department in (("doctor_a", "cardiology"), ("doctor_b", "cardiology"), ("doctor_c", "surgery")):
        world.add_staff(name, "doctor", h1, [department], licence_no=f"L-{name}")
    world.add_staff("doctor_h2", "doctor", h2, ["dental"], licence_no="L-h2")
    world.add_staff("clerk", "clerk", h1, [])
    for name in ("patient_a", "patient_b"):
        world.add_account(name)
    return world
