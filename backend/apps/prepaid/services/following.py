"""Lots follow what others post to a prepaid account: paid top-ups, refunds, payments out of it, and their way back."""

from collections.abc import Sequence

from django.db import IntegrityError, connection

from apps.payments.errors import InsufficientBalance
from apps.payments.services.ledger import Account, Movement
from apps.payments.types import PREPAID, LedgerTransaction
from apps.prepaid.kinds import KINDS, Use
from apps.prepaid.models import LotPart, MovementKind, PrepaidAccount, PrepaidMovement
from apps.prepaid.services import accounts
from apps.prepaid.services.lots import plan
from apps.prepaid.services.posting import is_own
from kernel import clock
from kernel.prepared import Prepared, types_of
from kernel.sql import statement

#: What a posting of payments means to the account; others are told by their direction.
_KINDS = {
    "posted": MovementKind.TOP_UP,
    "paid": MovementKind.CONSUME,
    "refund_decided": MovementKind.REFUND,
}
_COLUMNS = ("id", "kind", "amount_fen", "key", "transaction_id", "note", "created_at", "updated_at")
_VALUES = ", ".join(f"%({name})s" for name in _COLUMNS)
#: Moves the only lot of an account; nothing is written, and 0 answered, before there is one.
_FOLLOW = Prepared(
    "prepaid_follow",
    statement("apps.prepaid", "follow", columns=", ".join(_COLUMNS), values=_VALUES),
    types_of(PrepaidMovement, _COLUMNS),
    writes=True,
    by_key=True,
)


def follow(transaction: LedgerTransaction, movements: Sequence[Movement]) -> None:
    """Move the lots of every prepaid account of a posting that was just written. InsufficientBalance (it is held)."""
    if is_own(transaction.key):
        return
    sums: dict[Account, int] = {}
    for movement in movements:
        if movement.account.kind in PREPAID:
            sums[movement.account] = sums.get(movement.account, 0) - movement.amount_fen
    for account, amount in sorted(sums.items(), key=lambda item: (item[0].kind, item[0].owner)):
        if amount:
            _follow(transaction, account, amount)


def _follow(transaction: LedgerTransaction, named: Account, amount_fen: int) -> None:
    usual = MovementKind.RETURN if amount_fen > 0 else MovementKind.CONSUME
    made = PrepaidMovement(
        kind=_KINDS.get(transaction.kind, usual), amount_fen=amount_fen, key=transaction.key,
        transaction_id=transaction.pk, note=transaction.note,
    )  # fmt: skip
    kind = KINDS.get(named.kind)
    if kind is None or not kind.single:
        _move_lots(transaction, named, made)
    elif not _move_only_lot(transaction, named, made):
        account = accounts.lock_account(transaction.hospital_id, named)
        accounts.lot_for(account, part=LotPart.PRINCIPAL, source="")
        _move_only_lot(transaction, named, made)


def _move_only_lot(transaction: LedgerTransaction, named: Account, made: PrepaidMovement) -> bool:
    """Whether there was one."""
    values = {name: getattr(made, name) for name in _COLUMNS} | {
        "hospital_id": transaction.hospital_id, "account_kind": str(named.kind), "owner": named.owner,
    }  # fmt: skip
    try:
        with connection.cursor() as cursor:
            _FOLLOW.execute(cursor, values)
            return bool(cursor.fetchone()[0])
    except IntegrityError as error:
        if "prepaid_lot_holds_within" in str(error):
            raise InsufficientBalance from error
        raise


def _move_lots(transaction: LedgerTransaction, named: Account, made: PrepaidMovement) -> None:
    """What comes in is principal of its own; what goes out, by the kind's order."""
    account = accounts.lock_account(transaction.hospital_id, named)
    if made.amount_fen > 0:
        lot = accounts.lot_for(account, part=LotPart.PRINCIPAL, source=transaction.key)
        changes = [(lot, made.amount_fen, 0)]
    else:
        changes = _out_of(account, -made.amount_fen)
    accounts.write(
        account, MovementKind(made.kind), made.key, changes, transaction_id=transaction.pk, note=made.note
    )


def _out_of(account: PrepaidAccount, amount_fen: int) -> list[accounts.Change]:
    kind = KINDS.get(account.kind)
    use = kind.use if kind else Use.PRINCIPAL_FIRST
    taken = plan(accounts.lots_of(account), amount_fen, use, clock.now())
    return [(lot, -fen, 0) for lot, fen in taken]
