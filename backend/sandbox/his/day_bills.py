"""The HIS's own bill of a day: what it has booked under the caller's numbers, with the faults that were planted."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Any

from sandbox.his.book import HisBook
from sandbox.his.records import WITHDRAWN
from sandbox.trading.bill_faults import PlantedFault, PlantedFaults

PAGE = 1_000
KINDS = (
    "drop", "double", "amount", "add", "withdrawn", "totals", "cut", "other_hospital", "other_day", "later_day",
    "not_ready",
)  # fmt: skip
Row = dict[str, Any]


class DayBills:
    """Bills of the book. Beside the faults of every bill:

    withdrawn   it says that it was withdrawn   other_hospital  it names another hospital
    totals      the sums say so much more       not_ready       it is being made
    """

    def __init__(self, book: HisBook) -> None:
        self._book = book
        self.faults = PlantedFaults(*KINDS)

    def page(self, hospital_code: str, day: str, after: str) -> dict[str, Any]:
        """A page of at most PAGE rows; `after`: where the one before ended."""
        rows = self._rows(hospital_code, day)
        counted = [row for row in rows if row["state"] != WITHDRAWN]
        more = sum(rule.fen for rule in self.faults.rules if rule.kind == "totals")
        begin = int(after) if after.isdigit() else 0
        shown = rows[begin : begin + PAGE]
        if self.faults.has("cut") and len(shown) < PAGE:
            shown = shown[:-1]
        end = begin + PAGE
        return {
            "hospital_code": "H999" if self.faults.has("other_hospital") else hospital_code,
            "business_date": "2001-01-01" if self.faults.has("other_day") else day,
            "count": len(rows),
            "payments_fen": sum(row["amount_fen"] for row in counted if row["kind"] == "payment") + more,
            "refunds_fen": sum(row["amount_fen"] for row in counted if row["kind"] == "refund"),
            "rows": shown,
            "next": str(end) if end < len(rows) else "",
        }

    def _rows(self, hospital_code: str, day: str) -> list[Row]:
        moved = self.faults.later()
        found = sorted(self._booked(hospital_code), key=lambda row: row["occurred_at"])
        rows = [row for row in found if _day(row, moved) == day]
        for rule in self.faults.rules:
            rows = [made for row in rows for made in _planted(rule, row)]
            if rule.kind == "add":
                rows.append(
                    {"kind": "payment", "order_no": rule.number, "refund_no": "", "his_no": "P0", "state": "posted",
                     "amount_fen": rule.fen, "occurred_at": f"{day}T12:00:00+08:00"}
                )  # fmt: skip
        return rows

    def _booked(self, hospital_code: str) -> Iterator[Row]:
        with self._book.lock:
            payments = [
                p for (code, _), p in self._book.payments.items() if code == hospital_code and p.request
            ]
            refunds = [r for (code, _), r in self._book.refunds.items() if code == hospital_code]
        for payment in payments:
            yield {
                "kind": "payment", "order_no": payment.order_no, "refund_no": "", "his_no": payment.his_no,
                "amount_fen": payment.amount_fen, "state": payment.state,
                "occurred_at": payment.at,
            }  # fmt: skip
        for refund in refunds:
            yield {
                "kind": "refund", "order_no": refund.request["order_no"], "refund_no": refund.refund_no,
                "his_no": refund.his_no, "amount_fen": refund.request["amount_fen"], "state": "refunded",
                "occurred_at": refund.at,
            }  # fmt: skip


def _number(row: Row) -> str:
    return str(row["refund_no"] or row["order_no"])


def _day(row: Row, moved: Collection[str]) -> str:
    """Moments of the book are Beijing's."""
    day = date.fromisoformat(str(row["occurred_at"])[:10])
    return str(day + timedelta(days=_number(row) in moved))


def _planted(rule: PlantedFault, row: Row) -> list[Row]:
    if rule.number != _number(row):
        return [row]
    changed = {
        "drop": [], "double": [row, dict(row)], "amount": [{**row, "amount_fen": rule.fen}],
        "withdrawn": [{**row, "state": WITHDRAWN}],
    }  # fmt: skip
    return changed.get(rule.kind, [row])
