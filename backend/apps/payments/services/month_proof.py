"""The proof of a month's ledger: per kind of account, opening + debits − credits = closing, as the days were frozen."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from apps.payments.errors import LedgerNotProven
from apps.payments.models import AccountKind, DailyClose, MonthlyClose
from apps.payments.models.ledger import DEBIT_KINDS
from apps.payments.services.day_totals import held_before, lines_of
from apps.payments.states import CloseState


def proof_of(hospital_id: UUID, first: dt.date, last: dt.date) -> dict[str, Any]:
    """From its own rows, compared with what its days hold. LedgerNotProven.

    `accounts`: kind, opening, debits, credits, closing in fen, positive on the usual side; `days`: date, number and
    sha256 of each close.
    """
    closes = DailyClose.objects.filter(
        hospital_id=hospital_id, state=CloseState.CLOSED, business_date__range=(first, last)
    ).order_by("business_date")
    days = list(closes.values("business_date", "number", "sha256", "totals"))
    moved = _by_kind(lines_of(hospital_id, first, last))
    if moved != _by_kind(line for day in days for line in day["totals"]["lines"]):
        raise LedgerNotProven
    accounts = _accounts(_opening(hospital_id, first), moved)
    debit, credit = (sum(row[name] for row in accounts) for name in ("debit_fen", "credit_fen"))
    if debit != credit:
        raise LedgerNotProven
    return {
        "from_date": first.isoformat(), "to_date": last.isoformat(), "debit_fen": debit, "credit_fen": credit,
        "transactions": sum(day["totals"]["transactions"] for day in days), "accounts": accounts,
        "days": [
            {"business_date": d["business_date"].isoformat(), "number": d["number"], "sha256": d["sha256"]}
            for d in days
        ],
    }  # fmt: skip


def _opening(hospital_id: UUID, first: dt.date) -> dict[str, int]:
    """As the month before was frozen with; else summed up from the beginning."""
    before = MonthlyClose.objects.filter(
        hospital_id=hospital_id, state=CloseState.CLOSED, month=f"{first - dt.timedelta(days=1):%Y-%m}"
    ).first()
    if before is None or first.day != 1:
        return held_before(hospital_id, first)
    return {row["kind"]: row["closing_fen"] for row in before.totals["accounts"]}


def _by_kind(lines: Iterable[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        sums[line["account_kind"]][0] += line["debit_fen"]
        sums[line["account_kind"]][1] += line["credit_fen"]
    return {kind: (debit, credit) for kind, (debit, credit) in sums.items()}


def _accounts(opening: dict[str, int], moved: dict[str, tuple[int, int]]) -> list[dict[str, Any]]:
    rows = []
    for kind in AccountKind:
        debit, credit = moved.get(kind.value, (0, 0))
        before = opening.get(kind.value, 0)
        change = debit - credit if kind in DEBIT_KINDS else credit - debit
        rows.append(
            {
                "kind": kind.value, "opening_fen": before, "debit_fen": debit, "credit_fen": credit,
                "closing_fen": before + change,
            }
        )  # fmt: skip
    return [row for row in rows if any(value for name, value in row.items() if name != "kind")]
