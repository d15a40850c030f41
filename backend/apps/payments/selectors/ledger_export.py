"""Transactions of a period as rows of text, one an entry; read day by day in batches, so that memory stays small."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet

from apps.payments.models import AccountKind, LedgerEntry, LedgerTransaction
from kernel import clock
from kernel.money import fen_to_yuan

BATCH = 1000
TITLES = (
    "日期", "时间", "流水号", "类型", "业务键", "支付单", "退费单", "科目", "账户", "借方(元)", "贷方(元)", "备注",
)  # fmt: skip
_KINDS = {str(value): str(label) for value, label in AccountKind.choices}


def export_rows(
    transactions: QuerySet[LedgerTransaction], first: dt.date, last: dt.date
) -> Iterator[list[str]]:
    """Header and entries of those of the transactions that were posted from `first` to `last`, oldest first."""
    yield list(TITLES)
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
    for transaction in batch:
        moment = transaction.created_at.astimezone(clock.LOCAL).isoformat(timespec="seconds")
        head = [
            transaction.posted_on.isoformat(), moment, str(transaction.pk), transaction.kind, transaction.key,
            str(transaction.order_id or ""), str(transaction.refund_id or ""),
        ]  # fmt: skip
        for kind, owner, fen in entries[transaction.pk]:
            sides = [fen_to_yuan(fen), ""] if fen > 0 else ["", fen_to_yuan(-fen)]
            yield [*head, _KINDS.get(kind, kind), owner, *sides, transaction.note]
