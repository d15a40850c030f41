"""员工档案: hire, change, departments, account, unmasked phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.audit.services import record
from apps.files.services.attach import detach
from apps.identity.errors import StaffHasAccount
from apps.identity.models import (
    AuthSession,
    Department,
    KnownDevice,
    StaffDepartment,
    StaffMember,
    TotpDevice,
    User,
)
from apps.identity.phones import normalise_phone
from apps.identity.pictures import PORTRAIT
from apps.identity.services.access_version import bump
from apps.identity.services.passwords import check_strength, one_time_password
from apps.identity.services.placing import announce_staff, heads_of, refuse_own
from kernel.errors import Expectation, InvalidValue
from kernel.expectations import OF_THE_HOSPITAL
from kernel.locks import lock_one
from kernel.rows import create_row, delete_row, unique, update_row
from kernel.text import clean_name

MEMBERSHIPS = Expectation(
    "memberships",
    "每个科室只能出现一次,主要科室最多一个",
    "Each department once, and one main department at most.",
)


@dataclass(frozen=True, slots=True)
class Membership:
    """A department somebody works in. At most one is primary; the first is, if none says so."""

    department: Department
    is_primary: bool = False
    is_head: bool = False


@transaction.atomic
def create_staff(
    *,
    username: str = "",
    initial_password: str | None = None,
    memberships: Sequence[Membership] = (),
    by: StaffMember | None = None,
    **fields: Any,
) -> tuple[StaffMember, str | None]:
    """A new file and, with `username`, an account with a one-time password (returned, told once). DuplicateValue.

    `initial_password` sets that password instead of a made-up one; WeakPassword.
    """
    fields["phone"] = normalise_phone(fields.get("phone", ""))
    fields["name"] = clean_name(fields["name"])
    staff = create_row(StaffMember, **fields)
    places = _set_memberships(staff, memberships)
    if places or staff.org_unit_id:
        announce_staff(staff, by=by, department_ids=places, heads=heads_of(places).values())
    password = open_account(staff, username=username, password=initial_password) if username else None
    return staff, password


@transaction.atomic
def update_staff(
    staff: StaffMember,
    *,
    version: int,
    memberships: Sequence[Membership] | None = None,
    by: StaffMember | None = None,
    **changes: Any,
) -> StaffMember:
    """Change a file read at `version`; `memberships` replaces all departments. StaleVersion, DuplicateValue.

    OwnPlacement if `by` (None: the product itself) changes where he works himself.
    """
    unit = staff.org_unit_id
    if "phone" in changes:
        changes["phone"] = normalise_phone(changes["phone"])
    if "name" in changes:
        changes["name"] = clean_name(changes["name"])
    update_row(staff, version=version, **changes)
    before = _places(staff)
    heads = heads_of({*before, *(m.department.pk for m in memberships or ())})
    moved = _set_memberships(staff, memberships) if memberships is not None else set()
    if moved or unit != staff.org_unit_id:
        refuse_own(by, staff)
        places = moved or set(_places(staff))
        announce_staff(
            staff, by=by, department_ids=places, heads=[*heads.values(), *heads_of(places).values()]
        )
        bump([staff.user_id])
    return staff


@transaction.atomic
def refresh_staff_keys() -> int:
    """Bring the search keys of all staff up to date, after an upgrade that changed them; returns how many changed."""
    changed = []
    for staff in StaffMember.objects.select_for_update().only("name", "pinyin").order_by("pk"):
        if (key := StaffMember.spelling(staff.name)) != staff.pinyin:
            staff.pinyin = key
            changed.append(staff)
    StaffMember.objects.bulk_update(changed, ["pinyin"], batch_size=500)
    return len(changed)


@transaction.atomic
def open_account(staff: StaffMember, *, username: str, password: str | None = None) -> str:
    """Give the person a user name and a one-time password, which is returned; StaffHasAccount, DuplicateValue."""
    lock_one(StaffMember.objects, pk=staff.pk)
    if StaffMember.objects.exclude(user=None).filter(pk=staff.pk).exists():
        raise StaffHasAccount
    if password is None:
        password = one_time_password()
    else:
        check_strength(password, User(username=username))
    with unique(User), transaction.atomic():
        user = User.objects.create_user(
            username, password, must_change_password=True, is_active=staff.status == "active"
        )
    StaffMember.objects.filter(pk=staff.pk).update(user=user)
    staff.user = user
    return password


@transaction.atomic
def delete_staff(staff: StaffMember) -> None:
    """Delete a file made by mistake, with its account; InUse once anything refers to the person."""
    user = staff.user
    key = staff.pk
    delete_row(staff, parts=(StaffDepartment,))
    detach(PORTRAIT, owner_id=key)
    if user is not None:
        delete_row(user, parts=(AuthSession, KnownDevice, TotpDevice))


def read_sensitive(staff: StaffMember) -> dict[str, str]:
    """The unmasked fields; the reading is recorded."""
    record(
        action="read_sensitive",
        object_type="identity.staffmember",
        object_id=staff.pk,
        hospital_id=staff.hospital_id,
        detail={"fields": ["phone"]},
    )
    return {"phone": staff.phone}


def placement_of(staff: StaffMember) -> tuple[UUID | None, dict[UUID, tuple[bool, bool]]]:
    """Where the person works: the unit, and department → (primary, head)."""
    return staff.org_unit_id, _places(staff)


def _places(staff: StaffMember) -> dict[UUID, tuple[bool, bool]]:
    """Department → primary, head."""
    rows = StaffDepartment.objects.filter(staff=staff)
    return {row.department_id: (row.is_primary, row.is_head) for row in rows}


def _set_memberships(staff: StaffMember, memberships: Sequence[Membership]) -> set[UUID]:
    """Make the departments exactly these; the departments for which something changed."""
    wanted = {m.department.pk: m for m in memberships}
    if len(wanted) != len(memberships) or sum(m.is_primary for m in memberships) > 1:
        raise InvalidValue(field="memberships", expected=MEMBERSHIPS)
    if any(m.department.hospital_id != staff.hospital_id for m in memberships):
        raise InvalidValue(field="memberships", expected=OF_THE_HOSPITAL)
    primary = next((m.department.pk for m in memberships if m.is_primary), next(iter(wanted), None))
    target = {pk: (pk == primary, m.is_head) for pk, m in wanted.items()}
    before = _places(staff)
    changed = {pk for pk in before.keys() | target.keys() if before.get(pk) != target.get(pk)}
    StaffDepartment.objects.filter(staff=staff).exclude(department_id__in=target).delete()
    for pk in sorted(changed & target.keys(), key=lambda pk: target[pk][0]):  # the primary last
        is_primary, is_head = target[pk]
        StaffDepartment.objects.update_or_create(
            staff=staff,
            department_id=pk,
            defaults={"hospital_id": staff.hospital_id, "is_primary": is_primary, "is_head": is_head},
        )
    return changed
