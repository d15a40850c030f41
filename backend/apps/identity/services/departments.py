"""Clinical departments: create, change, deactivate, delete while unused."""

from typing import Any

from django.db import transaction

from apps.identity.models import Department, StaffMember
from apps.identity.services.access_version import bump_units
from apps.identity.services.placing import announce_move, refuse_own_units
from kernel.rows import create_row, delete_row, update_row


@transaction.atomic
def create_department(*, by: StaffMember | None = None, **fields: Any) -> Department:
    """Add a department; DuplicateValue: the hospital has its code already; OwnPlacement below the own unit of `by`."""
    department = create_row(Department, **fields)
    refuse_own_units(by, "", _path(department))
    bump_units(_path(department))
    return department


@transaction.atomic
def update_department(
    department: Department, *, version: int, by: StaffMember | None = None, **changes: Any
) -> Department:
    """Change a department read at `version`; StaleVersion, DuplicateValue, OwnPlacement (see placing)."""
    before = _path(department)
    update_row(department, version=version, **changes)
    if _path(department) != before:
        refuse_own_units(by, before, _path(department))
        announce_move(department, by=by, department_ids=[department.pk])
        bump_units(before, _path(department))
    return department


@transaction.atomic
def delete_department(department: Department) -> None:
    """Delete a department that nothing refers to; InUse otherwise (deactivate it instead)."""
    path = _path(department)
    delete_row(department)
    bump_units(path)


def _path(department: Department) -> str:
    return department.org_unit.path if department.org_unit else ""
