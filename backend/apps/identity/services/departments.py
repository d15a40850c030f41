"""Clinical departments: create, change, deactivate, delete while unused."""

from typing import Any

from django.db import transaction

from apps.identity.models import Department
from apps.identity.services.access_version import bump_units
from apps.identity.services.rows import create_row, delete_row, update_row


@transaction.atomic
def create_department(**fields: Any) -> Department:
    """Add a department; DuplicateValue if the hospital already has its code."""
    department = create_row(Department, **fields)
    bump_units(_path(department))
    return department


@transaction.atomic
def update_department(department: Department, *, version: int, **changes: Any) -> Department:
    """Change a department read at `version`; StaleVersion, DuplicateValue."""
    before = _path(department)
    update_row(department, version=version, **changes)
    if _path(department) != before:
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
