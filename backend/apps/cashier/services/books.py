"""The cash of shifts in the ledger: a drawer's account holds what its shift expects, at any moment.

`clearing` (cash) is what payments believe the window to have; the drawer's account takes it from there. Floats and
petty cash stand in `cash_in_transit` under names of their own, so that what is for the bank is not mixed with them.
"""

from apps.cashier.denominations import WORTH
from apps.cashier.models import BankDeposit, CashierShift, EntryKind, ShiftEntry
from apps.cashier.models.entry import SIGN
from apps.payments.drawers import CASH
from apps.payments.services.ledger import Account, AccountKind, Movement, post

TRANSIT = Account(AccountKind.CASH_IN_TRANSIT)
FLOAT = Account(AccountKind.CASH_IN_TRANSIT, "float")
PETTY = Account(AccountKind.CASH_IN_TRANSIT, "petty")
_CLEARING = Account(AccountKind.CLEARING, CASH)
_OTHER_SIDE = {
    EntryKind.CASH_IN: _CLEARING, EntryKind.CASH_REFUND: _CLEARING, EntryKind.PAID_IN: PETTY,
    EntryKind.PAID_OUT: PETTY, EntryKind.SAFE_DROP: TRANSIT,
}  # fmt: skip


def drawer_of(shift: CashierShift) -> Account:
    """The account of a shift's drawer."""
    return Account(AccountKind.CASH_DRAWER, str(shift.pk))


def post_float(shift: CashierShift) -> None:
    """The float is in the drawer."""
    if shift.float_fen:
        amounts = {drawer_of(shift): shift.float_fen, FLOAT: -shift.float_fen}
        _move(shift, f"shift_float:{shift.pk}", "shift_float", amounts)


def post_entry(shift: CashierShift, entry: ShiftEntry) -> None:
    """What came into the drawer or left it."""
    kind = EntryKind(entry.kind)
    amount = SIGN[kind] * entry.amount_fen
    post(
        hospital_id=shift.hospital_id, key=f"shift_entry:{entry.pk}", kind=f"shift_{kind.value}",
        order_id=entry.order_id, refund_id=entry.refund_id, note=entry.reason,
        movements=[Movement(drawer_of(shift), amount), Movement(_OTHER_SIDE[kind], -amount)],
    )  # fmt: skip


def post_difference(shift: CashierShift) -> None:
    """What was counted is in the drawer; more than expected waits to be explained, less the clerk makes good."""
    difference = shift.difference_fen or 0
    key = f"shift_difference:{shift.pk}:{shift.count_no}"
    amounts = {drawer_of(shift): difference, _blamed(shift): -difference}
    _move(shift, key, "shift_difference", amounts, shift.difference_reason)


def take_back_difference(shift: CashierShift, reason: str) -> None:
    """It is counted again: a contra entry."""
    difference = shift.difference_fen or 0
    key = f"shift_difference_undone:{shift.pk}:{shift.count_no}"
    amounts = {drawer_of(shift): -difference, _blamed(shift): difference}
    _move(shift, key, "shift_difference_undone", amounts, reason)


def is_rounding(difference_fen: int) -> bool:
    """Whether no coin makes it: nobody can explain it, nor make it good."""
    return 0 < abs(difference_fen) < min(WORTH.values())


def _blamed(shift: CashierShift) -> Account:
    if is_rounding(shift.difference_fen or 0):
        return Account(AccountKind.OVER_SUSPENSE, "rounding")
    if (shift.difference_fen or 0) > 0:
        return Account(AccountKind.OVER_SUSPENSE)
    return Account(AccountKind.SHORT_RECEIVABLE, str(shift.clerk_id))


def post_acceptance(shift: CashierShift) -> None:
    """The receiver has what was counted: the float as the float it was, the rest for the bank."""
    counted = shift.counted_fen or 0
    amounts = {drawer_of(shift): -counted, FLOAT: shift.float_fen, TRANSIT: counted - shift.float_fen}
    _move(shift, f"shift_accepted:{shift.pk}", "shift_accepted", amounts)


def post_deposit(deposit: BankDeposit) -> None:
    """It is at the bank."""
    post(
        hospital_id=deposit.hospital_id, key=f"bank_deposit:{deposit.pk}", kind="bank_deposit", note=deposit.slip_no,
        movements=[
            Movement(Account(AccountKind.BANK, deposit.bank_account), deposit.amount_fen),
            Movement(TRANSIT, -deposit.amount_fen),
        ],
    )  # fmt: skip


def _move(shift: CashierShift, key: str, kind: str, amounts: dict[Account, int], note: str = "") -> None:
    """Nothing where nothing moves."""
    movements = [Movement(account, amount) for account, amount in amounts.items() if amount]
    if movements:
        post(hospital_id=shift.hospital_id, key=key, kind=kind, movements=movements, note=note)
