"""就诊卡余额 and its statement, read from the ledger."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.billing import settings
from apps.patients.models import PatientCard
from apps.payments.selectors import ledger, orders, refunds
from apps.payments.services.ledger import Account, AccountKind, balance
from apps.payments.types import LedgerEntry


def account_of(card_id: UUID) -> Account:
    """The ledger account of a card's balance."""
    return Account(AccountKind.CARD_BALANCE, str(card_id))


def balance_of(card: PatientCard) -> int:
    """What the card holds, in fen."""
    return balance(hospital_id=card.hospital_id, account=account_of(card.pk))


def entries_of(card: PatientCard) -> QuerySet[LedgerEntry]:
    """The movements of the card's balance, the newest first."""
    return ledger.entries_of_account(card.hospital_id, account_of(card.pk))


def statement_rows(entries: Sequence[LedgerEntry]) -> list[dict[str, Any]]:
    """A page of `entries_of` as people read it: `amount_fen` > 0 came in, < 0 went out, with the balance after it."""
    if not entries:
        return []
    moves = [entry.transaction for entry in entries]
    order_nos = orders.numbers_of(move.order_id for move in moves if move.order_id)
    refund_nos = refunds.numbers_of(move.refund_id for move in moves if move.refund_id)
    held, rows = ledger.held_before(entries[-1]), []
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
                "order_no": order_nos.get(move.order_id, "") if move.order_id else "",
                "refund_id": move.refund_id,
                "refund_no": refund_nos.get(move.refund_id, "") if move.refund_id else "",
            }
        )
    return rows[::-1]


def figures_of(card: PatientCard) -> dict[str, Any]:
    """The balance, and what the hospital's settings say of top-ups."""
    hospital = card.hospital
    return {
        "hospital_name": hospital.name,
        "balance_fen": balance_of(card),
        "top_up_enabled": settings.CARD_TOP_UP_ENABLED.of(hospital)
        and not hospital.bars_outpatient_prepayment,
        "top_up_minimum_fen": settings.CARD_TOP_UP_MIN_FEN.of(hospital),
        "top_up_maximum_fen": settings.CARD_TOP_UP_MAX_FEN.of(hospital),
        "most_fen": settings.CARD_MAX_BALANCE_FEN.of(hospital),
    }
