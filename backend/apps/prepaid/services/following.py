"""Lots follow what others post to a prepaid account: paid top-ups, refunds, payments out of it, and their way back."""

from collections.abc import Sequence

from apps.payments.models import LedgerTransaction
from apps.payments.models.ledger import PREPAID
from apps.payments.services.ledger import Account, Movement
from apps.prepaid.kinds import KINDS, Use
from apps.prepaid.models import LotPart, MovementKind, PrepaidAccount
from apps.prepaid.services import accounts
from apps.prepaid.services.lots import plan
from apps.prepaid.services.posting import is_own
from kernel import clock

#: What a posting of payments means to the account; others are told by their direction.
_KINDS = {
    "posted": MovementKind.TOP_UP,
    "paid": MovementKind.CONSUME,
    "refund_decided": MovementKind.REFUND,
}


def follow(transaction: LedgerTransaction, movements: Sequence[Movement]) -> None:
    """Move the lots of every prepaid account of a posting that was just written. InsufficientBalance (it is held)."""
    if is_own(transaction.key):
        return
    sums: dict[Account, int] = {}
    for movement in movements:
        if movement.account.kind in PREPAID:
            sums[movement.account] = sums.get(movement.account, 0) - movement.amount_fen
    for account, amount in sorted(sums.items(), key=lambda item: (item[0].kind, item[0].owner)):
        _follow(transaction, account, amount)


def _follow(transaction: LedgerTransaction, named: Account, amount_fen: int) -> None:
    account = accounts.lock_account(transaction.hospital_id, named)
    usual = MovementKind.RETURN if amount_fen > 0 else MovementKind.CONSUME
    kind = _KINDS.get(transaction.kind, usual)
    changes = _into(account, transaction, amount_fen) if amount_fen > 0 else _out_of(account, -amount_fen)
    accounts.write(
        account, kind, transaction.key, changes, transaction_id=transaction.pk, note=transaction.note
    )


def _into(account: PrepaidAccount, transaction: LedgerTransaction, amount_fen: int) -> list[accounts.Change]:
    """Into the only lot, or into one of principal of its own."""
    kind = KINDS.get(account.kind)
    source = "" if kind is None or kind.single else transaction.key
    return [(accounts.lot_for(account, part=LotPart.PRINCIPAL, source=source), amount_fen, 0)]


def _out_of(account: PrepaidAccount, amount_fen: int) -> list[accounts.Change]:
    kind = KINDS.get(account.kind)
    use = kind.use if kind else Use.PRINCIPAL_FIRST
    taken = plan(accounts.lots_of(account), amount_fen, use, clock.now())
    return [(lot, -fen, 0) for lot, fen in taken]
