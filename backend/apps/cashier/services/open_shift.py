"""开班: a clerk takes a drawer with its float."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from apps.cashier.denominations import worth
from apps.cashier.errors import DrawerInUse, ShiftOpenAlready
from apps.cashier.models import CashDrawer, CashierShift
from apps.cashier.numbers import SHIFTS
from apps.cashier.services.books import post_float
from apps.identity.models import StaffMember
from apps.identity.selectors import records_of_persons
from kernel import clock
from kernel.errors import DomainError, InvalidValue
from kernel.expectations import IN_FORCE, OF_THE_HOSPITAL
from kernel.locks import lock_one, lock_rows


def open_shift(*, clerk: StaffMember, drawer: CashDrawer, cash: Mapping[str, int]) -> CashierShift:
    """A new shift; `cash`: the float by denomination. ShiftOpenAlready, DrawerInUse, InvalidValue."""
    if drawer.hospital_id != clerk.hospital_id:
        raise InvalidValue(field="drawer_id", expected=OF_THE_HOSPITAL)
    number = SHIFTS.next(clerk.hospital_id, clock.today())
    try:
        with transaction.atomic():
            return _open(clerk, drawer, cash, number)
    except IntegrityError as error:
        raise _refusal(error, clerk, drawer) from error


def _open(clerk: StaffMember, drawer: CashDrawer, cash: Mapping[str, int], number: str) -> CashierShift:
    if not lock_one(CashDrawer.objects, pk=drawer.pk).is_active:
        raise InvalidValue(field="drawer_id", expected=IN_FORCE)
    _check_person(clerk)
    shift = CashierShift.objects.create(
        hospital_id=clerk.hospital_id, clerk=clerk, drawer=drawer, shift_no=number, float_fen=worth(cash),
        float_cash=dict(cash),
    )  # fmt: skip
    post_float(shift)
    return shift


def _check_person(clerk: StaffMember) -> None:
    """ShiftOpenAlready also where the other account of the same person has one. Their rows are locked against both."""
    keys = records_of_persons([clerk.pk])
    lock_rows(StaffMember.objects.only("id").filter(pk__in=keys))
    found = CashierShift.objects.filter(handed_over_at=None, clerk_id__in=keys).first()
    if found is not None:
        raise ShiftOpenAlready(shift_no=found.shift_no)


def _refusal(error: IntegrityError, clerk: StaffMember, drawer: CashDrawer) -> DomainError | IntegrityError:
    """Which of the two was taken, and by whom."""
    live = CashierShift.objects.filter(handed_over_at=None)
    if "cashier_shift_one_of_clerk" in str(error):
        return ShiftOpenAlready(
            shift_no=live.filter(clerk=clerk).values_list("shift_no", flat=True).first() or ""
        )
    if "cashier_shift_one_of_drawer" in str(error):
        return DrawerInUse(
            clerk_name=live.filter(drawer=drawer).values_list("clerk__name", flat=True).first() or ""
        )
    return error
