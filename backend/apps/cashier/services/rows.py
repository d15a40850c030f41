"""Locking a shift, and who may do what with it."""

from typing import Any
from uuid import UUID

from apps.access.actor import Actor, actor_of
from apps.cashier.errors import SamePerson
from apps.cashier.models import CashierShift
from apps.identity.models import StaffMember
from apps.identity.selectors import records_of_persons
from kernel import clock
from kernel.errors import PermissionDenied
from kernel.locks import lock_one

COUNTERSIGN = "cashier.shift.countersign"


def lock(shift: CashierShift) -> CashierShift:
    """The row under its lock, with its hospital. NotFound."""
    return lock_one(CashierShift.objects.select_related("hospital", "clerk"), pk=shift.pk)


def lock_own(shift: CashierShift, by: StaffMember) -> CashierShift:
    """The same for the clerk whose shift it is; PermissionDenied for anybody else."""
    row = lock(shift)
    if row.clerk_id != by.pk:
        raise PermissionDenied
    return row


def lock_given(shift: CashierShift, by: StaffMember) -> CashierShift:
    """The same for the clerk, or a supervisor who is another person: the clerk may be gone. PermissionDenied."""
    row = lock(shift)
    stands_in = supervises(row, by) and by.pk not in records_of_persons([row.clerk_id])
    if row.clerk_id != by.pk and not stands_in:
        raise PermissionDenied
    return row


def lock_closing(shift: CashierShift, by: StaffMember) -> CashierShift:
    """The same for who counts it or hands it over; who first does so in the clerk's place is kept."""
    row = lock_given(shift, by)
    if row.clerk_id != by.pk and row.closed_by_id is None:
        write(row, closed_by=by)
    return row


def supervises(row: CashierShift, by: StaffMember) -> bool:
    """Whether that person may countersign shifts of the hospital."""
    return reaches(row, actor_of(by.user) if by.user is not None else None)


def reaches(row: CashierShift, actor: Actor | None) -> bool:
    """The same of who is signed in."""
    scope = actor.scope(COUNTERSIGN) if actor is not None else None
    return scope is not None and (scope.everything or row.hospital_id in scope.hospitals)


def refuse_same_person(by: StaffMember, *others: UUID | None) -> None:
    """SamePerson where that is one of them, under another account, too."""
    if by.pk in records_of_persons([other for other in others if other is not None]):
        raise SamePerson


def write(row: CashierShift, **changes: Any) -> None:
    """Under its lock."""
    for name, value in changes.items():
        setattr(row, name, value)
    row.version, row.updated_at = row.version + 1, clock.now()
    row.save(update_fields=[*changes, "version", "updated_at"])
