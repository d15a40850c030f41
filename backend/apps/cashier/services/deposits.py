"""缴款: the takings of accepted shifts go to the bank; another person confirms that they are there (rule 34)."""

from collections.abc import Sequence

from django.db import transaction

from apps.cashier.errors import ACCEPTED_SHIFTS, SUM_OF_SHIFTS
from apps.cashier.models import BankDeposit, CashierShift
from apps.cashier.numbers import DEPOSITS as NUMBERS
from apps.cashier.services.books import post_deposit
from apps.cashier.services.rows import refuse_same_person
from apps.cashier.states import DEPOSITS, SHIFTS, DepositState, ShiftState
from apps.cashier.work import CONFIRM_DEPOSIT
from apps.identity.models import StaffMember
from apps.identity.selectors import records_of_persons
from apps.worklist.services.items import close_item, open_item
from kernel import clock
from kernel.errors import InvalidValue, StateConflict
from kernel.locks import lock_one, lock_rows
from kernel.money import fen_to_yuan


def make_deposit(
    *, shifts: Sequence[CashierShift], amount_fen: int, bank_account: str, bag_no: str, by: StaffMember
) -> BankDeposit:
    """Bring the takings of these shifts to the bank; `amount_fen` is what they add up to. InvalidValue."""
    hospitals = {shift.hospital_id for shift in shifts}
    if len(hospitals) != 1:
        raise InvalidValue(field="shift_ids", expected=ACCEPTED_SHIFTS)
    number = NUMBERS.next(hospitals.pop(), clock.today())
    with transaction.atomic():
        rows = _lock_accepted(shifts)
        if amount_fen != sum(row.takings_fen or 0 for row in rows) or amount_fen <= 0:
            raise InvalidValue(field="amount_fen", expected=SUM_OF_SHIFTS)
        deposit = BankDeposit.objects.create(
            hospital=rows[0].hospital, deposit_no=number, amount_fen=amount_fen, bank_account=bank_account,
            bag_no=bag_no, made_by=by,
        )  # fmt: skip
        _put(rows, deposit)
        open_item(
            CONFIRM_DEPOSIT, hospital=rows[0].hospital, subject_type="cashier.bankdeposit", subject_id=deposit.pk,
            title=f"确认缴款 {number} {fen_to_yuan(amount_fen)}元", barred=records_of_persons([by.pk]),
        )  # fmt: skip
    return deposit


def _lock_accepted(shifts: Sequence[CashierShift]) -> list[CashierShift]:
    keys = {shift.pk for shift in shifts}
    rows = lock_rows(CashierShift.objects.select_related("hospital").filter(pk__in=keys))
    free = all(row.state == ShiftState.ACCEPTED and row.deposit_id is None for row in rows)
    if not free or len(keys) != len(shifts):
        raise InvalidValue(field="shift_ids", expected=ACCEPTED_SHIFTS)
    return rows


def _put(rows: Sequence[CashierShift], deposit: BankDeposit | None) -> None:
    CashierShift.objects.filter(pk__in=[row.pk for row in rows]).update(
        deposit=deposit, updated_at=clock.now()
    )


@transaction.atomic
def confirm(deposit: BankDeposit, *, slip_no: str, by: StaffMember) -> BankDeposit:
    """Another person has seen the bank's slip: the money is at the bank. SamePerson, StateConflict."""
    row = _lock_made(deposit)
    refuse_same_person(by, row.made_by)
    shifts = lock_rows(CashierShift.objects.filter(deposit=row))
    DEPOSITS.move(row, DepositState.CONFIRMED, slip_no=slip_no, decided_by=by, decided_at=clock.now())
    for shift in shifts:
        SHIFTS.move(shift, ShiftState.BANKED)
    post_deposit(row)
    close_item(CONFIRM_DEPOSIT, subject_id=row.pk, outcome="已确认", staff=by)
    return row


@transaction.atomic
def reject(deposit: BankDeposit, *, reason: str, by: StaffMember) -> BankDeposit:
    """It is not at the bank: its shifts are free for another deposit. SamePerson, StateConflict."""
    row = _lock_made(deposit)
    refuse_same_person(by, row.made_by)
    shifts = lock_rows(CashierShift.objects.filter(deposit=row))
    DEPOSITS.move(row, DepositState.REJECTED, reason=reason, decided_by=by, decided_at=clock.now())
    _put(shifts, None)
    close_item(CONFIRM_DEPOSIT, subject_id=row.pk, outcome="已退回", staff=by)
    return row


def _lock_made(deposit: BankDeposit) -> BankDeposit:
    row = lock_one(BankDeposit.objects.select_related("made_by"), pk=deposit.pk)
    if row.state != DepositState.MADE:
        raise StateConflict(current=row.state)
    return row
