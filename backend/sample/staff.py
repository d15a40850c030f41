"""Doctors of both tiers, heads, window clerks and administrators."""

import datetime as dt
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password

from apps.access.models import Role, StaffRole
from apps.identity.models import Department, Hospital, StaffDepartment, StaffMember, User
from apps.identity.models.staff import VisitTier
from kernel.text import name_spellings
from sample import names, numbers
from sample.hospitals import EXPERT_TITLES, NORMAL_TITLES
from sample.organisation import House

CLERKS = 4
DOCTORS_PER_DEPARTMENT = 4
FIRST_YEAR = 2006
#: People whose accounts get passwords: (hospital, employee number) → user name.
NAMED = {
    (1, "A001"): "admin",
    (1, "D0001"): "head",
    (1, "D0002"): "doctor_a",
    (1, "D0003"): "doctor_b",
    (1, "C001"): "clerk",
    (1, "C002"): "clerk_b",
    (1, "F001"): "finance",
    (1, "F002"): "finance_head",
}


@dataclass(slots=True)
class Roster:
    """Rows of staff, collected and written together."""

    roles: dict[str, Role]
    users: list[User] = field(default_factory=list)
    staff: list[StaffMember] = field(default_factory=list)
    memberships: list[StaffDepartment] = field(default_factory=list)
    held: list[StaffRole] = field(default_factory=list)

    def add(
        self, house: House, number: str, role: str, department: Department | None = None, **facts: object
    ) -> StaffMember:
        """A person who can be given a password, with a role and at most one department."""
        serial = len(self.staff)
        chance = random.Random(f"{house.plan.code}{number}")  # noqa: S311 - sample data
        male = chance.random() < 0.5
        name = names.full_name(chance, male)
        username = NAMED.get((house.ordinal, number)) or f"{house.plan.code}.{number}".lower()
        user = User(username=username, password=make_password(None))
        position = {"department_head": "director", "doctor": "physician", "clerk": "window"}.get(
            role, "office"
        )
        staff = StaffMember(
            hospital=house.hospital,
            user=user,
            org_unit=department.org_unit if department else house.root,
            position=house.positions.get(position),
            employee_no=number,
            name=name,
            pinyin=name_spellings(name)[0],
            gender="male" if male else "female",
            phone=numbers.staff_phone(house.ordinal * 1_000_000 + serial),
            languages=["普通话"],
            employed_on=dt.date(FIRST_YEAR + chance.randrange(18), 7, 1),
            **facts,
        )
        self.users.append(user)
        self.staff.append(staff)
        self.held.append(StaffRole(staff=staff, role=self.roles[role]))
        if department:
            self._join(house.hospital, staff, department, role == "department_head")
        return staff

    def _join(self, hospital: Hospital, staff: StaffMember, department: Department, head: bool) -> None:
        self.memberships.append(
            StaffDepartment(
                hospital=hospital, staff=staff, department=department, is_primary=True, is_head=head
            )
        )

    def write(self) -> None:
        """Insert everything that was collected."""
        User.objects.bulk_create(self.users, batch_size=500)
        StaffMember.objects.bulk_create(self.staff, batch_size=500)
        StaffDepartment.objects.bulk_create(self.memberships, batch_size=1000)
        StaffRole.objects.bulk_create(self.held, batch_size=1000)


def system_roles() -> dict[str, Role]:
    """The product's roles by code; `manage.py sync_access` makes them."""
    return {role.code: role for role in Role.objects.filter(hospital=None, is_system=True)}


def create_staff(houses: Iterable[House], per_department: int = DOCTORS_PER_DEPARTMENT) -> None:
    """Everybody. The first doctor of a department is its head; the first two are experts."""
    roster = Roster(system_roles())
    for house in houses:
        roster.add(house, "A001", "group_administrator" if house.ordinal == 1 else "hospital_administrator")
        roster.add(house, "A002", "hospital_administrator")
        for number in range(1, CLERKS + 1):
            roster.add(house, f"C{number:03d}", "clerk")
        roster.add(house, "F001", "finance")
        roster.add(house, "F002", "finance_head")
        _doctors(roster, house, per_department)
    roster.write()


def _doctors(roster: Roster, house: House, per_department: int) -> None:
    number = 0
    for department, plan in zip(house.departments, house.plan.departments, strict=True):
        for rank in range(per_department):
            number += 1
            expert = rank % DOCTORS_PER_DEPARTMENT < 2
            titles = EXPERT_TITLES if expert else NORMAL_TITLES
            title = titles[rank % 2]
            roster.add(
                house,
                f"D{number:04d}",
                "department_head" if rank == 0 else "doctor",
                department,
                title=title,
                tier=VisitTier.EXPERT if expert else VisitTier.NORMAL,
                licence_no=f"99{house.ordinal:02d}{number:011d}",
                speciality=plan.speciality,
                introduction=f"{title},擅长{plan.speciality}。",
            )
