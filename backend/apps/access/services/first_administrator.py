"""The account from which everything else is administered; there is no default password."""

from dataclasses import dataclass

from django.db import connection, transaction

from apps.access.errors import AdministratorExists
from apps.access.models import Role, StaffRole
from apps.identity.models import Hospital
from apps.identity.services.first_hospital import first_hospital
from apps.identity.services.staff import create_staff


@dataclass(frozen=True, slots=True)
class FirstAdministrator:
    """`password` works once: it must be changed at the first sign-in."""

    username: str
    password: str
    hospital: Hospital


@transaction.atomic
def create_first_administrator(
    *, username: str, password: str | None, group_name: str, hospital_code: str, hospital_name: str
) -> FirstAdministrator:
    """A group administrator at the first hospital, which is made if there is none; AdministratorExists.

    `password` None: one is made up. The roles must be there (`sync_access`).
    """
    with connection.cursor() as cursor:  # two runs at once must not make two
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('yihui.first_administrator'))")
    if StaffRole.objects.filter(role__is_administrator=True, staff__status="active").exists():
        raise AdministratorExists
    hospital = first_hospital(group_name=group_name, code=hospital_code, name=hospital_name)
    staff, given = create_staff(
        hospital=hospital,
        username=username,
        initial_password=password,
        employee_no=username,
        name="系统管理员",
        gender="unknown",
    )
    StaffRole.objects.create(staff=staff, role=Role.objects.get(hospital=None, code="group_administrator"))
    return FirstAdministrator(username, given or "", hospital)
