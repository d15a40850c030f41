"""冻结: an amount is promised to something until it is used for it, or let go. Nothing is posted while it is held."""

from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from apps.payments.errors import LedgerConflict
from apps.payments.services.ledger import Account, Movement
from apps.prepaid.kinds import KINDS
from apps.prepaid.models import HoldState, MovementKind, PrepaidHold, PrepaidLot, PrepaidMovement
from apps.prepaid.services import accounts
from apps.prepaid.services.lots import plan
from apps.prepaid.services.posting import post
from kernel import clock
from kernel.errors import InvalidValue, StateConflict
from kernel.expectations import POSITIVE


@transaction.atomic
def hold(
    *, hospital_id: UUID, account: Account, amount_fen: int, subject_type: str, subject_id: UUID,
    principal_only: bool = False,
) -> PrepaidHold:  # fmt: skip
    """Promise it to the subject, which has one open hold of an account: the same again is the first.

    InsufficientBalance, LedgerConflict (another amount), InvalidValue.
    """
    if amount_fen <= 0:
        raise InvalidValue(field="amount_fen", expected=POSITIVE)
    locked = accounts.lock_account(hospital_id, account)
    subject = {"subject_type": subject_type, "subject_id": subject_id}
    found = PrepaidHold.objects.filter(account=locked, state=HoldState.OPEN, **subject).first()
    if found is not None:
        if found.amount_fen != amount_fen:
            raise LedgerConflict
        return found
    use = KINDS[str(account.kind)].use
    taken = plan(accounts.lots_of(locked), amount_fen, use, clock.now(), principal_only=principal_only)
    made = PrepaidHold.objects.create(account=locked, amount_fen=amount_fen, **subject)
    changes = [(lot, 0, fen) for lot, fen in taken]
    accounts.write(locked, MovementKind.HOLD, f"hold:{made.pk}", changes, hold=made)
    return made


@transaction.atomic
def release(held: PrepaidHold) -> PrepaidHold:
    """Let it go: it can be used for anything again. StateConflict unless it is open."""
    account = _named(held)
    locked = accounts.lock_account(held.account.hospital_id, account)
    _move(held, HoldState.RELEASED)
    changes = [(lot, 0, -fen) for lot, fen in _parts(held)]
    accounts.write(locked, MovementKind.RELEASE, f"release:{held.pk}", changes, hold=held)
    return held


@transaction.atomic
def consume_hold(held: PrepaidHold, *, key: str, to: Account) -> PrepaidMovement:
    """Use what is held for what it was promised to, from the very lots that were held. StateConflict."""
    account = _named(held)
    movements = [Movement(account, held.amount_fen), Movement(to, -held.amount_fen)]
    posted = post(held.account.hospital_id, key, "prepaid_consume", movements)
    locked = accounts.lock_account(held.account.hospital_id, account)
    before = accounts.written(locked, key)
    if before is not None and before.hold_id == held.pk:
        return before
    _move(held, HoldState.CONSUMED)
    changes = [(lot, -fen, -fen) for lot, fen in _parts(held)]
    return accounts.write(
        locked, MovementKind.CONSUME, key, changes, transaction_id=posted.pk, hold=held
    )  # fmt: skip


def _named(held: PrepaidHold) -> Account:
    kind = KINDS[held.account.kind].account
    return Account(kind, held.account.owner)


def _move(held: PrepaidHold, state: HoldState) -> None:
    open_one = PrepaidHold.objects.filter(pk=held.pk, state=HoldState.OPEN)
    if not open_one.update(state=state, updated_at=clock.now()):
        current = PrepaidHold.objects.values_list("state", flat=True).get(pk=held.pk)
        raise StateConflict(current=current)
    held.state = state


def _parts(held: PrepaidHold) -> list[tuple[PrepaidLot, int]]:
    """The lots that it holds, and how much of each."""
    lots = PrepaidLot.objects.filter(parts__movement__hold=held)
    sums = lots.annotate(promised=Sum("parts__held_change_fen")).order_by("id")
    return [(lot, lot.promised) for lot in sums if lot.promised]
