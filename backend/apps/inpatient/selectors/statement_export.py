"""住院费清单 as rows of text, read in batches by key: memory stays small however long the stay."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q

from apps.billing.types import ItemCategory
from apps.inpatient.selectors.statement import ITEM, charges_of
from kernel.errors import in_english
from kernel.money import fen_to_yuan
from kernel.words import column_title, title, value_text

BATCH = 1_000
#: What goes out and what comes back stand in columns of their own: a minus in front would be taken for a formula.
COLUMNS = ("day", "category", "code", "name", "spec", "unit", "unit_price_fen")
REVERSED = ("冲销数量", "Quantity reversed"), ("冲销金额(元)", "Amount reversed (yuan)")
TOTAL = ("合计", "Total")


def _header() -> list[str]:
    english = in_english()
    titles = [column_title("Charge", name) for name in COLUMNS]
    figures = [title("Charge", "quantity"), column_title("Charge", "amount_fen")]
    return [*titles, *figures, *(pair[english] for pair in REVERSED), title("Charge", "note")]


def export_rows(admission_id: UUID) -> Iterator[list[str]]:
    """Header, every row of the stay, the oldest first, and the totals."""
    yield _header()
    charged = reversed_fen = 0
    last: tuple[dt.date, UUID] | None = None
    while batch := _batch(admission_id, last):
        for row in batch:
            charged += max(row["amount_fen"], 0)
            reversed_fen += max(-row["amount_fen"], 0)
            yield _line(row)
        last = (batch[-1]["day"], batch[-1]["id"])
    yield [TOTAL[in_english()], *[""] * 7, fen_to_yuan(charged), "", fen_to_yuan(reversed_fen), ""]


def _batch(admission_id: UUID, last: tuple[dt.date, UUID] | None) -> list[dict[str, Any]]:
    rows = charges_of(admission_id)
    if last is not None:
        day, key = last
        rows = rows.filter(Q(day__gt=day) | Q(id__gt=key), day__gte=day)
    return list(rows.values("day", *ITEM)[:BATCH])


def _line(row: dict[str, Any]) -> list[str]:
    figures = [f"{abs(row['quantity']).normalize():f}", fen_to_yuan(abs(row["amount_fen"]))]
    columns = ["", "", *figures] if row["reverses_id"] else [*figures, "", ""]
    return [
        row["day"].isoformat(), value_text(ItemCategory, row["category"]), row["code"], row["name"], row["spec"],
        row["unit"],
        fen_to_yuan(row["unit_price_fen"]), *columns, row["note"],
    ]  # fmt: skip
