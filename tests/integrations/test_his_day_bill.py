"""HIS's bill of a day comes in pages; what makes no sense, or is not whole, is no bill."""

import datetime as dt
from typing import Any

import pytest

from apps.integrations.adapters.his_day_bill import read_day_bill
from apps.integrations.adapters.http_his import HttpHis
from apps.payments.ports import HisRefused, HisUnavailable
from tests.integrations.conftest import HisControl

pytestmark = pytest.mark.requirement("PAY-10")
DAY = dt.date(2026, 3, 16)


def row(number: int, **changed: Any) -> dict[str, Any]:
    told = {
        "kind": "payment", "order_no": f"ZF{number}", "refund_no": "", "his_no": f"P{number}", "amount_fen": 100,
        "state": "posted", "occurred_at": "2026-03-16T09:30:00+08:00",
    }  # fmt: skip
    return told | changed


class Pages:
    """A HIS that has these rows, three a page."""

    def __init__(self, rows: list[Any], changed: dict[str, Any] | None = None) -> None:
        self.rows, self.changed, self.asked = rows, changed or {}, 0

    def __call__(self, day: dt.date, after: str) -> dict[str, Any]:
        self.asked += 1
        begin = int(after or 0)
        more = begin + 3 < len(self.rows)
        return {
            "hospital_code": "H1", "business_date": str(day), "count": len(self.rows), "payments_fen": 100,
            "refunds_fen": 0, "rows": self.rows[begin : begin + 3], "next": str(begin + 3) if more else "",
        } | self.changed  # fmt: skip


def numbers(pages: Pages) -> list[str]:
    return [found.order_no for found in read_day_bill(pages, "H1", DAY).rows]


def test_all_pages_are_read_each_when_it_is_needed() -> None:
    pages = Pages([row(at) for at in range(7)])
    bill = read_day_bill(pages, "H1", DAY)
    assert pages.asked == 1
    assert [found.order_no for found in bill.rows] == [f"ZF{at}" for at in range(7)]
    assert pages.asked == 3


def test_a_day_without_anything_is_one_page() -> None:
    assert numbers(Pages([])) == []


@pytest.mark.parametrize(
    "changed",
    [{"hospital_code": "H2"}, {"business_date": "2026-03-15"}, {"count": 4}, {"count": -1}, {"payments_fen": "100"},
     {"rows": None}, {"next": 3}, {"rows": [], "next": "9"}],
)  # fmt: skip
def test_a_bill_of_somebody_else_or_one_that_is_not_whole_is_none(changed: dict[str, Any]) -> None:
    with pytest.raises(HisUnavailable):
        numbers(Pages([row(1), row(2), row(3)], changed))


@pytest.mark.parametrize(
    "bad",
    ["x", row(2, kind="gift"), row(2, order_no=""), row(2, amount_fen=0), row(2, amount_fen="100"),
     row(2, amount_fen=True), row(2, occurred_at="today"), row(2, occurred_at="2026-03-16T09:30:00"),
     row(2, state="refunded"), row(2, kind="refund"), row(2, his_no="9" * 65)],
)  # fmt: skip
def test_a_row_that_makes_no_sense_is_no_row(bad: Any) -> None:
    with pytest.raises(HisUnavailable, match="row 2"):
        numbers(Pages([row(1), bad]))


def test_the_sandbox_has_it_over_real_sockets_and_refuses_the_day_that_is_not_over(
    his: HttpHis, book: HisControl
) -> None:
    with pytest.raises(HisRefused, match="BILL_NOT_READY"):
        his.day_bill(dt.date(2999, 1, 1))
    bill = his.day_bill(dt.date(2020, 1, 1))
    assert (list(bill.rows), bill.payments_fen, bill.refunds_fen) == ([], 0, 0)
    book.outage(True)
    with pytest.raises(HisUnavailable):
        his.day_bill(dt.date(2020, 1, 1))
