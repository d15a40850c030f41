"""UnionPay's file in our words: rows, fees, the year of a moment, bytes that are not characters, and broken files."""

import base64
import datetime as dt
import io
import tracemalloc
import zipfile
import zlib
from typing import Any

import pytest
from hypothesis import given, strategies as st

from apps.payments.channels import archives, unionpay_file
from apps.payments.channels.base import (
    BillNotReady,
    PayMethod,
    PermanentChannelError,
    PrepayRequest,
    RefundRequest,
)
from apps.payments.channels.unionpay import UnionPay, make
from apps.payments.channels.unionpay_file import bill_rows, columns, nearest_moment
from kernel import clock
from tests.support.payment_sandbox import PaymentSandbox
from tests.support.waiting import wait_until

NOW = dt.datetime(2026, 3, 10, 10, 0, tzinfo=clock.LOCAL)
DAY, MINUTE = dt.date(2026, 3, 10), dt.timedelta(minutes=1)
#: As UnionPay's demo programs cut the lines; the last column holds the original order and what is reserved.
WIDTHS = [
    3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32, 13, 13,
    8, 32, 13, 13, 12, 2, 1, 131,
]  # fmt: skip
PAYMENT = {
    5: "0310100000", 7: "000000001000", 10: "952603101000000000001", 12: "0197f0aa0001", 16: "D000000000006", 20: "01",
}  # fmt: skip


def packed(*lines: dict[int, str], name: str = "INN26031088ZM_777290058110048") -> str:
    """fileContent of these lines."""
    return holding(b"".join(b" ".join(cell(line, n) for n in range(1, 42)) + b"\r\n" for line in lines), name)


def holding(text: bytes, name: str = "INN26031088ZM_777290058110048") -> str:
    """fileContent of any bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return base64.b64encode(zlib.compress(file.getvalue())).decode()


def cell(line: dict[int, str], number: int) -> bytes:
    return line.get(number, "").encode("gbk").ljust(WIDTHS[number - 1])


class Day:
    """A channel and its provider at the same moment, which can be moved."""

    def __init__(self, sandbox: PaymentSandbox) -> None:
        self.sandbox, self.now = sandbox, NOW
        self.channel: UnionPay = make(sandbox.merchant("unionpay"), now=lambda: self.now)
        self.move_to(NOW)

    def move_to(self, moment: dt.datetime) -> None:
        self.now = moment
        self.sandbox.move_to(moment)

    def pay(self, number: str, amount: int) -> str:
        """The transaction id of an order that is paid now."""
        request = PrepayRequest(
            out_trade_no=number,
            amount_fen=amount,
            description="门诊缴费",
            expires_at=self.now + 15 * MINUTE,
            notify_url="http://127.0.0.1:9/notify",
            method=PayMethod.APP,
            started_at=self.now,
        )
        self.channel.prepay(request)
        self.sandbox.pay("unionpay", number)
        return self.channel.query(number, started_at=self.now).transaction_id

    def refund(self, number: str, transaction_id: str, refund_number: str, amount: int) -> None:
        moments = {"paid_at": NOW, "started_at": self.now}
        numbers = {"out_trade_no": number, "transaction_id": transaction_id, "out_refund_no": refund_number}
        words = {"reason": "退费", "notify_url": "http://127.0.0.1:9/notify"}
        self.channel.refund(RefundRequest(**numbers, **moments, **words, amount_fen=amount, total_fen=10_000))
        wait_until(lambda: self.sandbox.balance("unionpay")["refunded_fen"] == amount)


@pytest.fixture
def day(payment_sandbox: PaymentSandbox) -> Day:
    return Day(payment_sandbox)


@pytest.mark.requirement("PAY-11")
def test_the_bill_has_payments_and_refunds_with_their_fees(day: Day) -> None:
    transaction_id = day.pay("0197f0aa0001", 10_000)
    day.refund("0197f0aa0001", transaction_id, "0197f0bb0001", 4_000)
    day.move_to(NOW + dt.timedelta(days=1))
    bill = day.channel.download_bill(DAY)
    payment, refund = bill.rows
    assert (payment.kind, payment.out_trade_no, payment.transaction_id) == (
        "payment",
        "0197f0aa0001",
        transaction_id,
    )
    assert (payment.amount_fen, payment.fee_fen, payment.out_refund_no) == (10_000, 60, "")
    assert abs(payment.at - NOW) < MINUTE
    assert (refund.kind, refund.out_trade_no, refund.transaction_id) == (
        "refund",
        "0197f0aa0001",
        transaction_id,
    )
    assert (refund.out_refund_no, refund.amount_fen, refund.fee_fen) == ("0197f0bb0001", 4_000, -24)
    assert refund.refund_id
    assert (bill.payments_fen, bill.refunds_fen) == (None, None), "the file has no totals"


@pytest.mark.requirement("PAY-11")
def test_unionpays_day_runs_from_eleven_to_eleven(day: Day) -> None:
    for hour, number in ((22, "0197f0aa0022"), (23, "0197f0aa0023")):
        day.move_to(NOW.replace(hour=hour, minute=30))
        day.pay(number, 100)
    day.move_to(NOW + dt.timedelta(days=2))
    first, second = (day.channel.download_bill(DAY + dt.timedelta(days=n)) for n in (0, 1))
    assert [row.out_trade_no for row in first.rows] == ["0197f0aa0022"]
    assert [row.out_trade_no for row in second.rows] == ["0197f0aa0023"]
    assert (first.starts_at, first.ends_at) == (
        NOW.replace(hour=23) - dt.timedelta(days=1),
        NOW.replace(hour=23),
    )
    assert first.ends_at == second.starts_at


@pytest.mark.requirement("PAY-11")
def test_a_missing_file_is_waited_for_until_noon_and_then_means_no_trade(day: Day) -> None:
    day.pay("0197f0aa0001", 100)
    day.move_to(NOW.replace(hour=8, minute=59) + dt.timedelta(days=1))
    with pytest.raises(BillNotReady):
        day.channel.download_bill(DAY)
    with pytest.raises(BillNotReady):
        day.channel.download_bill(DAY + dt.timedelta(days=1))
    day.move_to(NOW.replace(hour=12) + dt.timedelta(days=1))
    assert len(list(day.channel.download_bill(DAY).rows)) == 1
    assert list(day.channel.download_bill(DAY - dt.timedelta(days=1)).rows) == []


@pytest.mark.requirement("PAY-11")
def test_characters_of_two_bytes_shift_no_column() -> None:
    refund = PAYMENT | {
        20: "04",
        27: "952603090000000000009",
        31: "医汇测试医院",
        35: "复诊",
        41: "0197f0aa0009",
    }
    (row,) = bill_rows(packed(refund), DAY)
    assert (row.out_refund_no, row.out_trade_no) == ("0197f0aa0001", "0197f0aa0009")
    assert row.transaction_id == "952603090000000000009"


@given(st.dictionaries(st.integers(1, 40), st.text(st.sampled_from("医汇a1?"), max_size=16), max_size=10))
def test_every_column_is_read_where_it_was_written(line: dict[int, str]) -> None:
    fitting = {n: text for n, text in line.items() if len(text.encode("gbk")) <= WIDTHS[n - 1]}
    text = b" ".join(cell(fitting, n) for n in range(1, 42))
    assert {n: v for n, v in columns(text).items() if v} == {n: v for n, v in fitting.items() if v}


@pytest.mark.requirement("PAY-11")
def test_cancellations_are_refunds_and_what_moves_no_money_is_left_out() -> None:
    lines = [PAYMENT | {20: kind} for kind in ("01", "02", "31", "00", "04")]
    assert [row.kind for row in bill_rows(packed(*lines), DAY)] == ["payment", "refund", "refund"]


@pytest.mark.requirement("PAY-11")
@pytest.mark.parametrize(
    "changed",
    [
        {7: "1,000"}, {7: ""}, {5: "0230100000"}, {5: "yesterday"}, {10: ""}, {16: "X000000000006"}, {16: "Dx"},
        {20: "?"},
    ],
)  # fmt: skip
def test_a_line_that_makes_no_sense_stops_the_bill_and_says_where(changed: dict[int, str]) -> None:
    rows = bill_rows(packed(PAYMENT, PAYMENT | changed), DAY)
    assert next(rows).amount_fen == 1000
    with pytest.raises(PermanentChannelError, match=r"bad_bill: bad_line line=2 shown=[交系商]"):
        next(rows)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "!",
        "微信支付账单",
        "\ufffd" * 9,
        "AAAA",
        base64.b64encode(b"x").decode(),
        base64.b64encode(zlib.compress(b"no zip")).decode(),
    ],
)
def test_a_file_that_is_none_is_refused(content: str) -> None:
    with pytest.raises(PermanentChannelError, match="bad_bill"):
        bill_rows(content, DAY)


def test_a_file_that_unpacks_without_end_is_refused_before_it_is_unpacked(monkeypatch: Any) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED", 1_000_000)
    monkeypatch.setattr(unionpay_file, "MAX_PACKED", 1_000_000)
    bomb = base64.b64encode(zlib.compress(bytes(5_000_000))).decode()
    with pytest.raises(PermanentChannelError, match="unpacks_too_large"):
        list(bill_rows(bomb, DAY))
    with pytest.raises(PermanentChannelError, match="unpacks_too_large"):
        list(bill_rows(holding(bytes(5_000_000)), DAY))


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(PermanentChannelError, match="long_line"):
        list(bill_rows(holding(b"0" * 100_000), DAY))


def test_a_file_without_the_list_of_transactions_is_refused() -> None:
    with pytest.raises(PermanentChannelError, match="no_list"):
        bill_rows(packed(PAYMENT, name="INN26031088ZME_777290058110048"), DAY)


def test_a_long_bill_is_read_line_by_line() -> None:
    content, lines = packed(*[PAYMENT] * 5_000), 5_000
    tracemalloc.start()
    try:
        assert sum(1 for _ in bill_rows(content, DAY)) == lines
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < lines * sum(WIDTHS) / 4


@pytest.mark.parametrize(
    ("text", "near", "year"),
    [
        ("1231235959", dt.date(2026, 1, 1), 2025),
        ("0101000000", dt.date(2025, 12, 31), 2026),
        ("0310100000", dt.date(2026, 3, 10), 2026),
        ("0229120000", dt.date(2027, 12, 1), 2028),
    ],
)
def test_a_moment_without_a_year_is_the_nearest(text: str, near: dt.date, year: int) -> None:
    found = nearest_moment(text, dt.datetime.combine(near, dt.time(12), clock.LOCAL))
    assert found
    assert found.year == year


@pytest.mark.parametrize("text", ["", "0230000000", "031010000", "03101000001", "abcdefghij"])
def test_what_is_no_moment_is_none(text: str) -> None:
    assert nearest_moment(text, NOW) is None
