"""HIS's own bill of a day, page by page, as docs/his-http.md says. What makes no sense is HisUnavailable."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

from apps.payments.ports import HisUnavailable
from apps.reconciliation.ports import HisBillRow, HisDayBill
from kernel.money import MAX_FEN

MAX_ROWS, MAX_SUM = 2_000_000, 10**15
#: No signs that end a line or that nothing can hold.
_NUMBER = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{0,64}")
_STATES = {"payment": ("posted", "withdrawn"), "refund": ("refunded",)}
#: (day, where the page before ended) → page.
Pages = Callable[[dt.date, str], dict[str, Any]]


def read_day_bill(page: Pages, hospital_code: str, day: dt.date) -> HisDayBill:
    """The bill; its rows ask for the further pages. The number of rows is compared with what the first page says."""
    first = page(day, "")
    _require_same(first, hospital_code, day)
    count, paid, back = (_whole(first, name) for name in ("count", "payments_fen", "refunds_fen"))
    return HisDayBill(_rows(page, first, hospital_code, day, count), paid, back)


def _rows(
    page: Pages, first: dict[str, Any], hospital_code: str, day: dt.date, count: int
) -> Iterator[HisBillRow]:
    found, seen = first, 0
    while True:
        rows = found.get("rows")
        if not isinstance(rows, list):
            raise HisUnavailable("bad_reply: rows")
        for row in rows:
            seen += 1
            yield _row(row, seen)
        after = found.get("next", "")
        if not isinstance(after, str) or (after and not rows) or seen > MAX_ROWS:
            raise HisUnavailable("bad_reply: next")
        if not after:
            break
        found = page(day, after)
        _require_same(found, hospital_code, day)
    if seen != count:
        raise HisUnavailable(f"bad_reply: {seen} rows of {count}")


def _require_same(page: dict[str, Any], hospital_code: str, day: dt.date) -> None:
    if page.get("hospital_code") != hospital_code or page.get("business_date") != day.isoformat():
        raise HisUnavailable("bad_reply: another hospital's bill, or another day's")


def _row(row: Any, number: int) -> HisBillRow:
    if not isinstance(row, dict):
        raise HisUnavailable(f"bad_reply: row {number}")
    kind, state = row.get("kind"), row.get("state")
    order_no, refund_no, his_no = (row.get(name, "") for name in ("order_no", "refund_no", "his_no"))
    amount_fen, at = row.get("amount_fen"), _moment(row.get("occurred_at"))
    numbers = all(isinstance(text, str) and _NUMBER.fullmatch(text) for text in (order_no, refund_no, his_no))
    named = numbers and bool(refund_no if kind == "refund" else order_no)
    good_amount = type(amount_fen) is int and 0 < amount_fen <= MAX_FEN
    if not named or not good_amount or at is None or state not in _STATES.get(str(kind), ()):
        raise HisUnavailable(f"bad_reply: row {number}")
    return HisBillRow(str(kind), order_no, refund_no, his_no, int(amount_fen or 0), at, state == "withdrawn")


def _moment(text: Any) -> dt.datetime | None:
    try:
        read = dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return read if read.tzinfo else None


def _whole(page: dict[str, Any], name: str) -> int:
    value = page.get(name)
    if type(value) is not int or not 0 <= value <= MAX_SUM:
        raise HisUnavailable(f"bad_reply: {name}")
    return value
