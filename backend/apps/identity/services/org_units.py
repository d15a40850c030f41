"""部门: the administrative tree of a hospital. Every change holds the tree's locks, so no cycle can arise."""

from typing import Any

from django.db import connection, transaction

from apps.identity.errors import OrgUnitCycle
from apps.identity.models import Department, OrgUnit, StaffMember
from apps.identity.services.access_version import bump_units
from apps.identity.services.placing import announce_move, refuse_own_units
from kernel.errors import InvalidValue
from kernel.expectations import OF_THE_HOSPITAL
from kernel.locks import lock_rows
from kernel.rows import create_row, update_row


@transaction.atomic
def create_org_unit(*, hospital: Any, parent: OrgUnit | None = None, **fields: Any) -> OrgUnit:
    """Add a unit at the root or below `parent`; DuplicateValue."""
    above = _locked_path(hospital.pk, parent)
    unit = OrgUnit(hospital=hospital)
    path = f"{above}{unit.pk}/"
    return create_row(OrgUnit, id=unit.pk, hospital=hospital, parent=parent, path=path, **fields)


@transaction.atomic
def update_org_unit(unit: OrgUnit, *, version: int, by: StaffMember | None = None, **changes: Any) -> OrgUnit:
    """Change a unit read at `version`; with `parent` the subtree moves.

    StaleVersion, DuplicateValue, OrgUnitCycle, OwnPlacement (see placing).
    """
    if "parent" not in changes:
        return update_row(unit, version=version, **changes)
    parent: OrgUnit | None = changes["parent"]
    above = _locked_path(unit.hospital_id, parent)
    before = OrgUnit.objects.values_list("path", flat=True).get(pk=unit.pk)
    if above.startswith(before):
        raise OrgUnitCycle(field="parent_id")
    after = f"{above}{unit.pk}/"
    update_row(unit, version=version, **changes, path=after)
    if after != before:
        refuse_own_units(by, before, after)
        _move_below(unit, before, after)
        below = Department.objects.filter(hospital_id=unit.hospital_id, org_unit__path__startswith=after)
        announce_move(unit, by=by, department_ids=list(below.values_list("pk", flat=True)))
        bump_units(before, after)
    return unit


def _locked_path(hospital_id: Any, parent: OrgUnit | None) -> str:
    """Lock the hospital's tree; the path of `parent` under the lock ("/" above the roots)."""
    units = {unit.pk: unit for unit in lock_rows(OrgUnit.objects.filter(hospital_id=hospital_id))}
    if parent is None:
        return "/"
    if parent.pk not in units:
        raise InvalidValue(field="parent_id", expected=OF_THE_HOSPITAL)
    return units[parent.pk].path


def _move_below(unit: OrgUnit, before: str, after: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE identity_orgunit SET path = %s || substr(path, %s) "
            "WHERE hospital_id = %s AND path LIKE %s AND id <> %s",
            [after, len(before) + 1, unit.hospital_id, before + "%", unit.pk],
        )
