"""Transactions of a period as rows of text, one an entry; read day by day in batches, so that memory stays small."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet

from apps.payments.happenings import happening_name
from apps.payments.models import AccountKind, LedgerEntry, LedgerTransaction
from apps.payments.owners import owner_names
from kernel import clock
from kernel.money import fen_to_yuan
from kernel.words import column_title, value_text

BATCH = 1000
#: Columns: (component, property); money is in yuan.
_T, _E = "LedgerTransaction", "LedgerEntry"
COLUMNS = (
    (_T, "posted_on"), (_T, "created_at"), (_T, "id"), (_T, "kind"), (_T, "key"), (_T, "order_id"), (_T, "refund_id"),
    (_E, "account_kind"), (_E, "account_owner"), (_E, "debit_fen"), (_E, "credit_fen"), (_T, "note"),
)  # fmt: skip


def export_rows(
    transactions: QuerySet[LedgerTransaction], first: dt.date, last: dt.date
) -> Iterator[list[str]]:
    """Header and entries of those of the transactions that were posted from `first` to `last`, oldest first."""
    yield [column_title(owner, name) for owner, name in COLUMNS]
    for number in range((last - first).days + 1):
        of_day = transactions.filter(posted_on=first + dt.timedelta(days=number)).order_by("id")
        after: UUID | None = None
        while batch := list((of_day if after is None else of_day.filter(id__gt=after))[:BATCH]):
            yield from _rows(batch)
            after = batch[-1].pk


def _rows(batch: list[LedgerTransaction]) -> Iterator[list[str]]:
    entries: dict[UUID, list[tuple[str, str, int]]] = {transaction.pk: [] for transaction in batch}
    found = LedgerEntry.objects.filter(transaction_id__in=list(entries)).order_by("-amount_fen", "id")
    for key, kind, owner, fen in found.values_list(
        "transaction_id", "account__kind", "account__owner", "amount_fen"
    ):
        entries[key].append((kind, owner, fen))
    names = owner_names((kind, owner) for rows in entries.values() for kind, owner, _ in rows)
    for transaction in batch:
        moment = transaction.created_at.astimezone(clock.LOCAL).isoformat(timespec="seconds")
        head = [
            transaction.posted_on.isoformat(), moment, str(transaction.pk), happening_name(transaction.kind),
            transaction.key, str(transaction.order_id or ""), str(transaction.refund_id or ""),
        ]  # fmt: skip
        for kind, owner, fen in entries[transaction.pk]:
            sides = [fen_to_yuan(fen), ""] if fen > 0 else ["", fen_to_yuan(-fen)]
            yield [*head, value_text(AccountKind, kind), names[kind, owner], *sides, transaction.note]
