"""What happens to a prepaid account by its own rules: recharges with bonus, use, transfer, refund, expiry of bonus.

Every function runs in the caller's transaction and may be repeated with its key: the second time changes nothing.
Errors: InsufficientBalance, BalanceLimit, LedgerConflict (the key was used for something else), InvalidValue.
"""

import datetime as dt
from uuid import UUID

from django.db import transaction

from apps.identity.models import Hospital
from apps.payments.errors import LedgerConflict
from apps.payments.services.ledger import Account, AccountKind, Movement
from apps.prepaid.errors import NO_BONUS, OTHER_ACCOUNT, BalanceLimit
from apps.prepaid.kinds import KINDS
from apps.prepaid.models import LotPart, MovementKind, PrepaidAccount, PrepaidLot, PrepaidMovement
from apps.prepaid.selectors import room_of
from apps.prepaid.services import accounts
from apps.prepaid.services.lots import plan
from apps.prepaid.services.posting import post
from kernel import clock
from kernel.errors import InvalidValue
from kernel.expectations import POSITIVE
from kernel.ids import uuid7

PROMOTIONS = Account(AccountKind.PROMOTIONS)


@transaction.atomic
def top_up(
    *,
    hospital_id: UUID,
    account: Account,
    amount_fen: int,
    key: str,
    source: str,
    paid_from: Account,
    bonus_fen: int = 0,
    bonus_expires_at: dt.datetime | None = None,
) -> PrepaidMovement:
    """A recharge: principal that `paid_from` gives up, and what the hospital gives on top of it."""
    if amount_fen <= 0 or bonus_fen < 0:
        raise InvalidValue(field="amount_fen", expected=POSITIVE)
    kind = KINDS[str(account.kind)]
    if kind.single and (bonus_fen or source):
        raise InvalidValue(field="bonus_fen" if bonus_fen else "source", expected=NO_BONUS)
    movements = [
        Movement(paid_from, amount_fen),
        *([Movement(PROMOTIONS, bonus_fen)] if bonus_fen else []),
        Movement(account, -amount_fen - bonus_fen),
    ]
    posted = post(hospital_id, key, "prepaid_top_up", movements)
    held = accounts.lock_account(hospital_id, account)
    before = _repeated(held, key, amount_fen + bonus_fen)
    if before is not None:
        return before
    _check_cap(hospital_id, account)
    parts = [(accounts.lot_for(held, part=LotPart.PRINCIPAL, source=source), amount_fen, 0)]
    if bonus_fen:
        bonus = accounts.lot_for(held, part=LotPart.BONUS, source=source, expires_at=bonus_expires_at)
        parts.append((bonus, bonus_fen, 0))
    return accounts.write(held, MovementKind.TOP_UP, key, parts, transaction_id=posted.pk)


@transaction.atomic
def consume(
    *,
    hospital_id: UUID,
    account: Account,
    amount_fen: int,
    key: str,
    to: Account,
    principal_only: bool = False,
) -> PrepaidMovement:
    """Use it up for something (下账): the money is `to`'s. `principal_only`: for what refuses bonus."""
    return _out(
        hospital_id, account, amount_fen, key, to, MovementKind.CONSUME, principal_only=principal_only
    )


@transaction.atomic
def refund(*, hospital_id: UUID, account: Account, amount_fen: int, key: str, to: Account) -> PrepaidMovement:
    """Principal goes back to who paid it; bonus never does."""
    return _out(hospital_id, account, amount_fen, key, to, MovementKind.REFUND, principal_only=True)


@transaction.atomic
def transfer(
    *, hospital_id: UUID, source: Account, target: Account, amount_fen: int, key: str
) -> tuple[PrepaidMovement, PrepaidMovement]:
    """转款: principal of one account becomes principal of another of the hospital, of the same kind or not."""
    if source == target or amount_fen <= 0:
        raise InvalidValue(field="target_id", expected=OTHER_ACCOUNT)
    posted = post(
        hospital_id, key, "prepaid_transfer", [Movement(source, amount_fen), Movement(target, -amount_fen)]
    )
    pair = sorted((source, target), key=lambda account: (account.kind, account.owner))
    locked = {account: accounts.lock_account(hospital_id, account) for account in pair}
    gone, come = _repeated(locked[source], key, -amount_fen), _repeated(locked[target], key, amount_fen)
    if gone is not None and come is not None:
        return gone, come
    _check_cap(hospital_id, target)
    use = KINDS[str(source.kind)].use
    taken = plan(accounts.lots_of(locked[source]), amount_fen, use, clock.now(), principal_only=True)
    out = [(lot, -fen, 0) for lot, fen in taken]
    gone = accounts.write(locked[source], MovementKind.TRANSFER_OUT, key, out, transaction_id=posted.pk)
    single = KINDS[str(target.kind)].single
    lot = accounts.lot_for(locked[target], part=LotPart.PRINCIPAL, source="" if single else key)
    come = accounts.write(
        locked[target], MovementKind.TRANSFER_IN, key, [(lot, amount_fen, 0)], transaction_id=posted.pk
    )
    return gone, come


def expire_bonus(lot: PrepaidLot) -> PrepaidMovement | None:
    """What is left of a bonus whose time is over, and not held, goes back to the hospital.

    None: there is nothing, or it is just being used; the next sweep sees.
    """
    try:
        with transaction.atomic():
            return _expire(PrepaidLot.objects.select_related("account").get(pk=lot.pk))
    except _Used:
        return None


class _Used(Exception):
    """The lot has changed while its expiry was being written."""


def _expire(lot: PrepaidLot) -> PrepaidMovement | None:
    amount, account = lot.left_fen - lot.held_fen, lot.account
    if lot.expires_at is None or lot.expires_at > clock.now() or not amount:
        return None
    named, key = Account(AccountKind(account.kind), account.owner), f"expired:{lot.pk}:{uuid7().hex}"
    movements = [Movement(named, amount), Movement(PROMOTIONS, -amount)]
    posted = post(account.hospital_id, key, "prepaid_expired", movements)
    locked = accounts.lock_account(account.hospital_id, named)
    now_there = PrepaidLot.objects.get(pk=lot.pk)
    if now_there.left_fen - now_there.held_fen != amount:
        raise _Used
    return accounts.write(locked, MovementKind.EXPIRE, key, [(lot, -amount, 0)], transaction_id=posted.pk)


def _out(
    hospital_id: UUID,
    account: Account,
    amount_fen: int,
    key: str,
    to: Account,
    kind: MovementKind,
    *,
    principal_only: bool,
) -> PrepaidMovement:
    if amount_fen <= 0:
        raise InvalidValue(field="amount_fen", expected=POSITIVE)
    posted = post(
        hospital_id, key, f"prepaid_{kind.value}", [Movement(account, amount_fen), Movement(to, -amount_fen)]
    )
    held = accounts.lock_account(hospital_id, account)
    before = _repeated(held, key, -amount_fen)
    if before is not None:
        return before
    use = KINDS[str(account.kind)].use
    taken = plan(accounts.lots_of(held), amount_fen, use, clock.now(), principal_only=principal_only)
    return accounts.write(held, kind, key, [(lot, -fen, 0) for lot, fen in taken], transaction_id=posted.pk)


def _check_cap(hospital_id: UUID, account: Account) -> None:
    """BalanceLimit if what was just posted is more than the account may hold. Its balance is locked."""
    room = room_of(Hospital.objects.get(pk=hospital_id), account)
    if room is not None and room < 0:
        raise BalanceLimit


def _repeated(account: PrepaidAccount, key: str, amount_fen: int) -> PrepaidMovement | None:
    """What the key did before; LedgerConflict if that was another amount."""
    found = accounts.written(account, key)
    if found is not None and found.amount_fen != amount_fen:
        raise LedgerConflict
    return found
