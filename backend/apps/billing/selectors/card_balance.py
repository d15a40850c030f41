"""就诊卡余额 and its statement, read from the ledger."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from apps.billing import settings
from apps.patients.models import PatientCard
from apps.payments.models import PaymentOrder, Refund
from apps.payments.models.ledger import LedgerAccount, LedgerEntry
from apps.payments.services.ledger import Account, AccountKind, balance


def account_of(card_id: UUID) -> Account:
    """The ledger account of a card's balance."""
    return Account(AccountKind.CARD_BALANCE, str(card_id))


def balance_of(card: PatientCard) -> int:
    """What the card holds, in fen."""
    return balance(hospital_id=card.hospital_id, account=account_of(card.pk))


def entries_of(card: PatientCard) -> QuerySet[LedgerEntry]:
    """The movements of the card's balance, the newest first."""
    account = LedgerAccount.objects.filter(
        hospital_id=card.hospital_id, kind=AccountKind.CARD_BALANCE, owner=str(card.pk)
    ).first()
    entries = LedgerEntry.objects.filter(account_id=account.pk) if account else LedgerEntry.objects.none()
    return entries.select_related("transaction").order_by("-id")


def statement_rows(entries: Sequence[LedgerEntry]) -> list[dict[str, Any]]:
    """A page of `entries_of` as people read it: `amount_fen` > 0 came in, < 0 went out, with the balance after it."""
    if not entries:
        return []
    moves = [entry.transaction for entry in entries]
    orders = _numbers(PaymentOrder.objects, "order_no", [move.order_id for move in moves])
    refunds = _numbers(Refund.objects, "refund_no", [move.refund_id for move in moves])
    older = LedgerEntry.objects.filter(account_id=entries[-1].account_id, id__lt=entries[-1].pk)
    held, rows = -(older.aggregate(total=Sum("amount_fen"))["total"] or 0), []
    for entry in reversed(entries):
        move, held = entry.transaction, held - entry.amount_fen
        rows.append(
            {
                "id": entry.pk,
                "at": move.created_at,
                "kind": move.kind,
                "amount_fen": -entry.amount_fen,
                "balance_fen": held,
                "order_id": move.order_id,
                "order_no": orders.get(move.order_id, ""),
                "refund_id": move.refund_id,
                "refund_no": refunds.get(move.refund_id, ""),
            }
        )
    return rows[::-1]


def _numbers(rows: Any, name: str, keys: Sequence[UUID | None]) -> dict[UUID | None, str]:
    wanted = {key for key in keys if key is not None}
    return dict(rows.filter(pk__in=wanted).values_list("pk", name)) if wanted else {}


def figures_of(card: PatientCard) -> dict[str, Any]:
    """The balance, and what the hospital's settings say of top-ups."""
    hospital = card.hospital
    return {
        "hospital_name": hospital.name,
        "balance_fen": balance_of(card),
        "top_up_enabled": settings.CARD_TOP_UP_ENABLED.of(hospital),
        "top_up_minimum_fen": settings.CARD_TOP_UP_MIN_FEN.of(hospital),
        "top_up_maximum_fen": settings.CARD_TOP_UP_MAX_FEN.of(hospital),
        "most_fen": settings.CARD_MAX_BALANCE_FEN.of(hospital),
    }
