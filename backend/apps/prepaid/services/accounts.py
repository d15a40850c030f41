"""Finding, making and locking accounts and lots; writing movements. The engine's tools, for this app alone."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from apps.payments.services.ledger import Account
from apps.prepaid.models import (
    LotPart,
    MovementKind,
    PrepaidAccount,
    PrepaidHold,
    PrepaidLot,
    PrepaidMovement,
    PrepaidMovementPart,
)

#: (lot, change of what is left, change of what is held)
Change = tuple[PrepaidLot, int, int]


def lock_account(hospital_id: UUID, account: Account) -> PrepaidAccount:
    """The account, made with its first movement; its row stays locked until the transaction ends."""
    names = {"hospital_id": hospital_id, "kind": str(account.kind), "owner": account.owner}
    rows = PrepaidAccount.objects.filter(**names)
    found = rows.select_for_update(no_key=True).first()
    if found is None:
        PrepaidAccount.objects.bulk_create([PrepaidAccount(**names)], ignore_conflicts=True)
        found = rows.select_for_update(no_key=True).get()
    return found


def lots_of(account: PrepaidAccount) -> list[PrepaidLot]:
    """The lots as they are now. The account is locked."""
    return list(PrepaidLot.objects.filter(account=account).order_by("id"))


def lot_for(
    account: PrepaidAccount, *, part: LotPart, source: str, expires_at: dt.datetime | None = None
) -> PrepaidLot:
    """The lot of that source, opened if there is none. The account is locked."""
    found = PrepaidLot.objects.filter(account=account, part=part, source=source).first()
    if found is not None:
        return found
    return PrepaidLot.objects.create(account=account, part=part, source=source, expires_at=expires_at)


def write(
    account: PrepaidAccount,
    kind: MovementKind,
    key: str,
    changes: Iterable[Change],
    *,
    transaction_id: UUID | None = None,
    hold: PrepaidHold | None = None,
    note: str = "",
) -> PrepaidMovement:
    """One movement with its parts; the lots follow by themselves."""
    parts = list(changes)
    movement = PrepaidMovement.objects.create(
        account=account, kind=kind, amount_fen=sum(left for _, left, _ in parts), key=key,
        transaction_id=transaction_id, hold=hold, note=note,
    )  # fmt: skip
    PrepaidMovementPart.objects.bulk_create(
        PrepaidMovementPart(movement=movement, lot=lot, left_change_fen=left, held_change_fen=held)
        for lot, left, held in sorted(parts, key=lambda change: change[0].pk)
    )
    return movement


def written(account: PrepaidAccount, key: str) -> PrepaidMovement | None:
    """The movement of that key, if the account has it."""
    return PrepaidMovement.objects.filter(account=account, key=key).first()
