"""The sums of a period out of the ledger's rows: what a close freezes, and what an open day has so far."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from apps.payments.models import AccountKind, LedgerTransaction
from apps.payments.models.ledger import PREPAID
from apps.payments.selectors.closes import closed_before, frozen_totals
from apps.payments.services.ledger import natural
from kernel.sql import statement

NAMED = (AccountKind.CLEARING, AccountKind.CHANNEL_FEES, AccountKind.BANK, AccountKind.CASH_IN_TRANSIT)
CARD = AccountKind.CARD_BALANCE.value
_SQL = statement("apps.payments", "day_totals")
_HELD = statement("apps.payments", "held_before")
_DAY = dt.timedelta(days=1)
_LINE = (
    "transaction_kind",
    "account_kind",
    "owner",
    "debit_count",
    "debit_fen",
    "credit_count",
    "credit_fen",
)


def lines_of(hospital_id: UUID, first: dt.date, last: dt.date) -> list[dict[str, Any]]:
    """Debits and credits by what happened, kind of account and, of channels and banks, name."""
    values: dict[str, Any] = {
        "hospital_id": hospital_id,
        "first": first,
        "last": last,
        "named": [kind.value for kind in NAMED],
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, values)
        return [dict(zip(_LINE, row, strict=True)) for row in cursor.fetchall()]


def totals_of(hospital_id: UUID, day: dt.date) -> dict[str, Any]:
    """What a daily close of that day holds, in fen and counts:

    `transactions`, `corrections` (of days before), `debit_fen` = `credit_fen`; `channels` with what came in and went
    out by each (cash, POS, WeChat …, card balance); `prepaid` by kind: opening + in − out = closing; `lines`: debits
    and credits by what happened and account.
    """
    lines = lines_of(hospital_id, day, day)
    moved = LedgerTransaction.objects.filter(hospital_id=hospital_id, posted_on=day)
    return {
        "transactions": moved.count(),
        "corrections": moved.exclude(corrects_date=None).count(),
        "debit_fen": sum(line["debit_fen"] for line in lines),
        "credit_fen": sum(line["credit_fen"] for line in lines),
        "channels": _channels(lines),
        "prepaid": _prepaid(hospital_id, day, lines),
        "lines": lines,
    }


def _channels(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for line in lines:
        channel = line["owner"] if line["account_kind"] == AccountKind.CLEARING else line["account_kind"]
        if line["account_kind"] not in (AccountKind.CLEARING, CARD):
            continue
        row = found.setdefault(
            channel, {"channel": channel, "in_count": 0, "in_fen": 0, "out_count": 0, "out_fen": 0}
        )
        if line["transaction_kind"] == "paid":
            row["in_count"] += line["debit_count"]
            row["in_fen"] += line["debit_fen"]
        elif line["transaction_kind"] == "refunded":
            row["out_count"] += line["credit_count"]
            row["out_fen"] += line["credit_fen"]
    return [row for _, row in sorted(found.items()) if row["in_count"] or row["out_count"]]


def _prepaid(hospital_id: UUID, day: dt.date, lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    openings = opening_of(hospital_id, day)
    rows = []
    for kind in PREPAID:
        own = [line for line in lines if line["account_kind"] == kind]
        came, went = sum(line["credit_fen"] for line in own), sum(line["debit_fen"] for line in own)
        opening = openings.get(kind.value, 0)
        rows.append(
            {
                "kind": kind.value, "opening_fen": opening, "in_fen": came, "out_fen": went,
                "closing_fen": opening + came - went,
            }
        )  # fmt: skip
    return rows


def opening_of(hospital_id: UUID, day: dt.date) -> dict[str, int]:
    """What prepaid accounts held before that day, by kind: what the newest close before it was frozen with, and what
    moved from then on; where nothing was closed yet, by `held_before`."""
    before = closed_before(hospital_id, day)
    if before is None:
        return {kind: fen for kind, fen in held_before(hospital_id, day).items() if kind in PREPAID}
    held = {row["kind"]: row["closing_fen"] for row in before.totals["prepaid"]}
    first, last = before.business_date + _DAY, day - _DAY
    for line in lines_of(hospital_id, first, last) if first <= last else ():
        if line["account_kind"] in held:
            held[line["account_kind"]] += line["credit_fen"] - line["debit_fen"]
    return held


def held_before(hospital_id: UUID, day: dt.date) -> dict[str, int]:
    """What every kind of account held when that day began, positive on its usual side."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"hospital_id": hospital_id, "day": day})
        return {kind: natural(kind, fen) for kind, fen in cursor.fetchall()}


def day_totals(hospital_id: UUID, day: dt.date) -> dict[str, Any]:
    """For reports: as frozen where the day is closed, else as it stands now."""
    return frozen_totals(hospital_id, day) or totals_of(hospital_id, day)
