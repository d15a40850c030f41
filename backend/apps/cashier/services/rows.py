"""Locking a shift, and who may do what with it."""

from apps.cashier.errors import SamePerson
from apps.cashier.models import CashierShift
from apps.identity.models import StaffMember
from apps.identity.selectors import records_of_persons
from kernel.errors import PermissionDenied
from kernel.locks import lock_one


def lock(shift: CashierShift) -> CashierShift:
    """The row under its lock, with its hospital. NotFound."""
    return lock_one(CashierShift.objects.select_related("hospital", "clerk"), pk=shift.pk)


def lock_own(shift: CashierShift, by: StaffMember) -> CashierShift:
    """The same for the clerk whose shift it is; PermissionDenied for anybody else."""
    row = lock(shift)
    if row.clerk_id != by.pk:
        raise PermissionDenied
    return row


def refuse_same_person(by: StaffMember, other: StaffMember) -> None:
    """SamePerson where both are one, under another account, too."""
    if by.pk in records_of_persons([other.pk]):
        raise SamePerson
