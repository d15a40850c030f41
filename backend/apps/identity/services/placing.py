"""任职安排: where people and units stand. It decides what department scopes reach, so nobody does it for himself."""

from collections.abc import Collection, Iterable
from uuid import UUID

from apps.audit.services import record
from apps.identity.errors import OwnPlacement
from apps.identity.models import Department, OrgUnit, StaffDepartment, StaffMember
from apps.identity.notices import DEPARTMENT_MOVED, STAFF_PLACED, NoticeKind
from apps.identity.services.notices import tell

#: The permission code, asked for beside the code of what is changed.
PLACE = "identity.placement.change"


def refuse_own(by: StaffMember | None, staff: StaffMember) -> None:
    """OwnPlacement if somebody would place himself; `by` None: the product itself."""
    if by is not None and by.pk == staff.pk:
        raise OwnPlacement


def refuse_own_units(by: StaffMember | None, before: str, after: str) -> None:
    """OwnPlacement if what stands below the actor's own unit would grow or shrink by the move."""
    unit = by.org_unit_id if by else None
    if unit is not None and (f"/{unit}/" in before) != (f"/{unit}/" in after):
        raise OwnPlacement


def heads_of(department_ids: Collection[UUID]) -> dict[UUID, StaffMember]:
    """The active heads of these departments."""
    rows = StaffDepartment.objects.filter(
        department_id__in=department_ids, is_head=True, staff__status="active"
    )
    return {row.staff_id: row.staff for row in rows.select_related("staff")}


def announce_staff(
    staff: StaffMember,
    *,
    by: StaffMember | None,
    department_ids: Collection[UUID],
    heads: Iterable[StaffMember],
) -> None:
    """Tell the heads (before and after) and the operation log that a person was placed."""
    _announce(STAFF_PLACED, staff, by=by, department_ids=department_ids, heads=heads)


def announce_move(
    row: Department | OrgUnit, *, by: StaffMember | None, department_ids: Collection[UUID]
) -> None:
    """Tell the heads of the departments that moved with `row` (a department or a unit), and the operation log."""
    heads = heads_of(department_ids).values()
    _announce(DEPARTMENT_MOVED, row, by=by, department_ids=department_ids, heads=heads)


def _announce(
    kind: NoticeKind,
    row: StaffMember | Department | OrgUnit,
    *,
    by: StaffMember | None,
    department_ids: Collection[UUID],
    heads: Iterable[StaffMember],
) -> None:
    told = [head for head in heads if head.pk != row.pk and (by is None or head.pk != by.pk)]
    names = (
        Department.objects.filter(pk__in=department_ids)
        .order_by("sort", "code")
        .values_list("name", flat=True)
    )
    told_of = "、".join(names[:20]) or "—"
    tell(told, kind, name=row.name, by=by.name if by else "系统", departments=told_of)
    record(
        action="place",
        object_type=row._meta.label_lower,
        object_id=row.pk,
        hospital_id=row.hospital_id,
        detail={
            "departments": sorted(map(str, department_ids)),
            "told": sorted({str(head.pk) for head in told}),
        },
    )
