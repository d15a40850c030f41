"""住院费清单: what was charged and what was paid for it, in total and day by day. Totals come from one index alone."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, QuerySet, Sum

from apps.billing.types import ItemCategory
from apps.inpatient.models import Admission, DischargeSettlement, InpatientCharge
from apps.inpatient.selectors.deposits import deposit_of
from apps.inpatient.states import TAKEN
from kernel import clock

ORDER = {category.value: place for place, category in enumerate(ItemCategory)}
ITEM = (
    "id", "category", "code", "name", "spec", "unit", "quantity", "unit_price_fen", "amount_fen", "reverses_id",
    "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class InpatientStatement:
    """The running total as of `as_of`. `charged_fen` is net of reversals; deposit and charges are netted here for
    reading, in the ledger by a settlement only: `settled_fen` of the charges was paid by one.
    """

    as_of: dt.datetime
    charged_fen: int
    deposit_fen: int
    settled_fen: int
    last_charged_on: dt.date | None
    categories: tuple[dict[str, Any], ...]

    @property
    def balance_fen(self) -> int:
        """What of the deposit is left after the charges."""
        return max(self.deposit_fen + self.settled_fen - self.charged_fen, 0)

    @property
    def arrears_fen(self) -> int:
        """欠费: what the deposit does not cover."""
        return max(self.charged_fen - self.deposit_fen - self.settled_fen, 0)


def statement_of(admission: Admission) -> InpatientStatement:
    """The running total of a stay now; three queries, whatever its length."""
    sums = charges_of(admission.pk).order_by().values("category")
    found = list(sums.annotate(amount_fen=Sum("amount_fen"), last=Max("day")))
    found.sort(key=lambda row: ORDER[row["category"]])
    return InpatientStatement(
        as_of=clock.now(),
        charged_fen=sum(row["amount_fen"] for row in found),
        deposit_fen=deposit_of(admission),
        settled_fen=_settled(admission.pk),
        last_charged_on=max((row["last"] for row in found), default=None),
        categories=tuple({name: row[name] for name in ("category", "amount_fen")} for row in found),
    )


def _settled(admission_id: UUID) -> int:
    """What of the charges the settlement that stands has paid."""
    paid = DischargeSettlement.objects.filter(admission=admission_id, state__in=TAKEN)
    return paid.aggregate(total=Sum("charged_fen"))["total"] or 0


def charges_of(admission_id: UUID) -> QuerySet[InpatientCharge]:
    """The rows of a stay, reversals among them, the oldest day first."""
    return InpatientCharge.objects.filter(admission_id=admission_id).order_by("day", "id")


def days_of(admission_id: UUID) -> list[dict[str, Any]]:
    """Every day with charges: its total and how many rows it has, the newest first."""
    days = charges_of(admission_id).order_by("-day").values("day")
    return [dict(row) for row in days.annotate(amount_fen=Sum("amount_fen"), item_count=Count("id"))]


def day_of(admission_id: UUID, day: dt.date) -> dict[str, Any]:
    """日清单: all rows of a day by category, with subtotals."""
    found = charges_of(admission_id).filter(day=day).values(*ITEM)
    rows = [{**row, "quantity": str(row["quantity"])} for row in found]
    rows.sort(key=lambda row: ORDER[row["category"]])
    categories = [_category(*group) for group in groupby(rows, key=lambda row: row["category"])]
    total = sum(row["amount_fen"] for row in rows)
    return {"day": day, "amount_fen": total, "item_count": len(rows), "categories": categories}


def _category(category: str, rows: Iterator[dict[str, Any]]) -> dict[str, Any]:
    items = list(rows)
    return {"category": category, "amount_fen": sum(row["amount_fen"] for row in items), "items": items}
