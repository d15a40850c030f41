"""Prepaid accounts as others read them."""

from uuid import UUID

from django.db.models import (
    BigIntegerField,
    CharField,
    Exists,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from apps.identity.models import Hospital
from apps.payments.services.ledger import Account, AccountKind, balance
from apps.prepaid.kinds import KINDS
from apps.prepaid.models import LotPart, PrepaidLot, PrepaidMovement


def lots_of(hospital_id: UUID, account: Account) -> QuerySet[PrepaidLot]:
    """What the account holds, lot by lot, the oldest first; used-up ones included."""
    names = {"account__kind": str(account.kind), "account__owner": account.owner}
    return PrepaidLot.objects.filter(account__hospital=hospital_id, **names).order_by("id")


def balance_of(hospital_id: UUID, account: Account) -> dict[str, int]:
    """In fen: `principal_fen`, `bonus_fen`, and of both `held_fen` and `free_fen`."""
    lots = lots_of(hospital_id, account).order_by()
    sums = {
        row["part"]: row for row in lots.values("part").annotate(left=Sum("left_fen"), held=Sum("held_fen"))
    }
    parts = {part: sums.get(part.value, {"left": 0, "held": 0}) for part in LotPart}
    held = sum(row["held"] for row in parts.values())
    left = {part: row["left"] for part, row in parts.items()}
    return {
        "principal_fen": left[LotPart.PRINCIPAL], "bonus_fen": left[LotPart.BONUS], "held_fen": held,
        "free_fen": sum(left.values()) - held,
    }  # fmt: skip


def room_of(hospital: Hospital, account: Account) -> int | None:
    """How much may still come in, in fen; None: there is no limit. Below zero where the limit was lowered since."""
    cap = KINDS[str(account.kind)].cap
    if cap is None:
        return None
    return cap(hospital) - balance(hospital_id=hospital.pk, account=account)


def statement(hospital_id: UUID, account: Account) -> QuerySet[PrepaidMovement]:
    """Every movement of the account with its parts, the newest first."""
    names = {"account__kind": str(account.kind), "account__owner": account.owner}
    moves = PrepaidMovement.objects.filter(account__hospital=hospital_id, **names)
    return moves.prefetch_related("parts").order_by("-id")


def _of_owner(kind: AccountKind) -> QuerySet[PrepaidLot]:
    """Lots of the account whose owner is the outer row, by its id."""
    owner = Cast(OuterRef("pk"), CharField())
    return PrepaidLot.objects.filter(
        account__hospital=OuterRef("hospital_id"), account__kind=str(kind), account__owner=owner
    )


def holds_something(kind: AccountKind) -> Exists:
    """For a queryset of an account's owners (with `hospital_id`): whether the account holds anything."""
    return Exists(_of_owner(kind).filter(left_fen__gt=0))


def held_fen(kind: AccountKind) -> Coalesce:
    """For a queryset of an account's owners (with `hospital_id`): what the account holds, in fen."""
    total = _of_owner(kind).order_by().values("account").annotate(total=Sum("left_fen")).values("total")
    return Coalesce(Subquery(total, output_field=BigIntegerField()), Value(0), output_field=BigIntegerField())
