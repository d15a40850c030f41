"""缴款: the takings of accepted shifts go to the bank; another person confirms that they are there (rule 34)."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F

from apps.cashier.errors import ACCEPTED_SHIFTS, SUM_OF_SHIFTS
from apps.cashier.models import BankDeposit, CashierShift
from apps.cashier.numbers import DEPOSITS as NUMBERS
from apps.cashier.services.books import post_deposit
from apps.cashier.services.rows import refuse_same_person
from apps.cashier.states import DEPOSITS, SHIFTS, DepositState, ShiftState
from apps.cashier.work import BANK, CONFIRM_DEPOSIT
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
        for row in rows:
            close_item(BANK, subject_id=row.pk, outcome="已缴款", staff=by)
        open_item(
            CONFIRM_DEPOSIT, hospital=rows[0].hospital, subject_type="cashier.bankdeposit", subject_id=deposit.pk,
            title=f"确认缴款 {number} {fen_to_yuan(amount_fen)}元",
            barred=records_of_persons([by.pk, *_hands(rows)]),
        )  # fmt: skip
    return deposit


def _lock_accepted(shifts: Sequence[CashierShift]) -> list[CashierShift]:
    keys = {shift.pk for shift in shifts}
    rows = lock_rows(CashierShift.objects.select_related("hospital").filter(pk__in=keys))
    free = all(row.state == ShiftState.ACCEPTED and row.deposit_id is None for row in rows)
    if not free or len(keys) != len(shifts):
        raise InvalidValue(field="shift_ids", expected=ACCEPTED_SHIFTS)
    return rows


def _hands(rows: Sequence[CashierShift]) -> list[UUID]:
    """Through whose hands the cash of these shifts went."""
    keys = {key for row in rows for key in (row.clerk_id, row.receiver_id, row.closed_by_id) if key}
    return sorted(keys)


def _put(rows: Sequence[CashierShift], deposit: BankDeposit | None) -> None:
    CashierShift.objects.filter(pk__in=[row.pk for row in rows]).update(
        deposit=deposit, unbanked_at=None, version=F("version") + 1, updated_at=clock.now()
    )


@transaction.atomic
def confirm(deposit: BankDeposit, *, slip_no: str, by: StaffMember) -> BankDeposit:
    """Who had nothing to do with the cash has seen the bank's slip: it is at the bank. SamePerson, StateConflict."""
    row = _lock_made(deposit)
    shifts = lock_rows(CashierShift.objects.filter(deposit=row))
    refuse_same_person(by, row.made_by_id, *_hands(shifts))
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
    shifts = lock_rows(CashierShift.objects.filter(deposit=row))
    refuse_same_person(by, row.made_by_id, *_hands(shifts))
    DEPOSITS.move(row, DepositState.REJECTED, reason=reason, decided_by=by, decided_at=clock.now())
    _put(shifts, None)
    close_item(CONFIRM_DEPOSIT, subject_id=row.pk, outcome="已退回", staff=by)
    return row


def _lock_made(deposit: BankDeposit) -> BankDeposit:
    row = lock_one(BankDeposit.objects, pk=deposit.pk)
    if row.state != DepositState.MADE:
        raise StateConflict(current=row.state)
    return row
