"""记账: every movement of money is written here, and nowhere else."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Sum
from django.db.transaction import TransactionManagementError

from apps.payments.errors import InsufficientBalance, LedgerConflict
from apps.payments.models.ledger import (
    DEBIT_KINDS,
    PREPAID,
    AccountKind,
    LedgerAccount,
    LedgerBalance,
    LedgerEntry,
    LedgerTransaction,
)
from apps.payments.selectors.closes import is_reopened
from kernel.money import MAX_FEN
from kernel.prepared import Prepared, types_of
from kernel.sql import statement

__all__ = ["AFTER_POSTING", "Account", "AccountKind", "Movement", "balance", "natural", "post"]


@dataclass(frozen=True, slots=True)
class Account:
    """An account by its name; it comes into being with its first movement."""

    kind: AccountKind
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Movement:
    """`amount_fen` > 0 debits the account, < 0 credits it."""

    account: Account
    amount_fen: int


Follower: TypeAlias = Callable[[LedgerTransaction, Sequence[Movement]], None]
#: Called with a posting that has just moved a prepaid account, in its transaction. One may refuse money that goes out
#: by raising, which undoes the posting; what comes in is refused by nobody.
AFTER_POSTING: list[Follower] = []
_GIVEN = ("id", "hospital_id", "key", "kind", "order_id", "refund_id", "note", "created_at")
_COLUMNS = (*_GIVEN, "posted_on", "corrects_date")
#: A day that was closed meanwhile takes nothing: the first open one does, and says which it corrects.
_DAYS = (
    "greatest(%(posted_on)s, through + 1)",
    "CASE WHEN coalesce(%(about)s, %(posted_on)s) <= through THEN coalesce(%(about)s, %(posted_on)s) END",
)
_ROW = ", ".join([*(f"%({name})s" for name in _GIVEN), *_DAYS])
#: Nothing is written if an account is missing, a prepaid one would fall below zero or the key is known.
_POST = Prepared(
    "payments_post",
    statement("apps.payments", "post", columns=", ".join(_COLUMNS), values=_ROW),
    types_of(LedgerTransaction, (*_GIVEN, "posted_on")) | {"about": "date"},
    writes=True,
    by_key=True,
)


def post(
    *,
    hospital_id: UUID,
    key: str,
    kind: str,
    movements: Sequence[Movement],
    order_id: UUID | None = None,
    refund_id: UUID | None = None,
    note: str = "",
    about: dt.date | None = None,
) -> LedgerTransaction:
    """Write one balanced transaction, in the caller's own transaction; call it late there, as it locks accounts.

    It is of today. `about`: the day on which it happened, if that may be another one: a closed day is named as the one
    that it corrects, a reopened one takes it. The day is not closed before the caller's transaction has ended.

    `key` names the movement within the hospital: the same movements again (of the same kind, order and refund) are the
    first one, others LedgerConflict. InsufficientBalance when a prepaid account would fall below zero. After either of
    them nothing is written and the caller's transaction may go on.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("money is moved inside a transaction only")
    _check(movements)
    made = LedgerTransaction(
        hospital_id=hospital_id, key=key, kind=kind, order_id=order_id, refund_id=refund_id, note=note
    )
    if about is not None and about < made.posted_on:
        made.corrects_date = about  # unless the database knows better
        if is_reopened(hospital_id, about):
            made.posted_on = about
    prepaid = [movement for movement in movements if movement.account.kind in PREPAID]
    if not any(movement.amount_fen > 0 for movement in prepaid):  # what comes in is refused by nobody
        return _posted(hospital_id, made, movements, AFTER_POSTING if prepaid else ())
    with transaction.atomic():  # what follows money that goes out may refuse the posting
        return _posted(hospital_id, made, movements, AFTER_POSTING)


def _posted(
    hospital_id: UUID,
    made: LedgerTransaction,
    movements: Sequence[Movement],
    followers: Sequence[Follower] = (),
) -> LedgerTransaction:
    written, known = _write(made, movements)
    if known < len(movements):
        _open_accounts(hospital_id, movements)
        written, known = _write(made, movements)
    if not written:
        return _posted_before(made, movements)
    made._state.adding, made._state.db = False, connection.alias
    for follow in followers:
        follow(made, movements)
    return made


def balance(*, hospital_id: UUID, account: Account) -> int:
    """What the owner of a prepaid account has, what a channel holds, what is owed … in fen; 0 if never moved."""
    rows = LedgerBalance.objects.filter(
        account__hospital_id=hospital_id, account__kind=account.kind, account__owner=account.owner
    )
    return natural(account.kind, rows.aggregate(total=Sum("balance_fen"))["total"] or 0)


def natural(kind: str, signed_fen: int) -> int:
    """A sum of debits and credits as people read it for that kind of account: positive is the usual side."""
    return signed_fen if kind in DEBIT_KINDS else -signed_fen


def _check(movements: Sequence[Movement]) -> None:
    """ValueError for what no caller may ask; the database would refuse it too, later and less clearly."""
    amounts = [movement.amount_fen for movement in movements]
    if len(amounts) < 2 or sum(amounts) != 0:
        raise ValueError(f"movements do not balance: {movements}")
    if not all(0 < abs(amount) <= MAX_FEN for amount in amounts):
        raise ValueError(f"an amount is zero or beyond {MAX_FEN}: {movements}")


def _write(made: LedgerTransaction, movements: Sequence[Movement]) -> tuple[int, int]:
    """How many transactions were written (one or none), and how many movements found their account."""
    values: dict[str, Any] = {name: getattr(made, name) for name in (*_GIVEN, "posted_on")}
    values |= {
        "about": made.corrects_date,
        "kinds": [str(movement.account.kind) for movement in movements],
        "owners": [movement.account.owner for movement in movements],
        "amounts": [movement.amount_fen for movement in movements],
    }
    with connection.cursor() as cursor:
        _POST.execute(cursor, values)
        written, known, posted_on, corrects_date = cursor.fetchone()
    if written:
        made.posted_on, made.corrects_date = posted_on, corrects_date
    return written, known


def _open_accounts(hospital_id: UUID, movements: Sequence[Movement]) -> None:
    """Make the accounts that are missing; two callers at once make one."""
    accounts = {(str(movement.account.kind), movement.account.owner) for movement in movements}
    LedgerAccount.objects.bulk_create(
        (LedgerAccount(hospital_id=hospital_id, kind=kind, owner=owner) for kind, owner in sorted(accounts)),
        ignore_conflicts=True,
    )


def _posted_before(asked: LedgerTransaction, movements: Sequence[Movement]) -> LedgerTransaction:
    """The transaction of that key. There being none, a prepaid account was short: nothing else holds a posting back."""
    found = LedgerTransaction.objects.filter(hospital_id=asked.hospital_id, key=asked.key).first()
    if found is None:
        raise InsufficientBalance
    entries = LedgerEntry.objects.filter(transaction=found)
    written = sorted(entries.values_list("account__kind", "account__owner", "amount_fen"))
    wanted = sorted((str(m.account.kind), m.account.owner, m.amount_fen) for m in movements)
    same = (found.kind, found.order_id, found.refund_id) == (asked.kind, asked.order_id, asked.refund_id)
    if not same or written != wanted:
        raise LedgerConflict
    return found
