"""WeChat Pay's daily bill: downloaded, compared with its hash, read row by row without being held."""

import datetime as dt
import gzip
import hashlib
import tracemalloc
from collections.abc import Iterator

import pytest

from apps.payments.channels.base import BillNotReady, PermanentChannelError, TemporaryChannelError
from apps.payments.channels.wechat_pay import WeChatPayChannel
from apps.payments.channels.wechat_pay_bill import read_bill
from tests.support.wechat_pay_channel import PROVIDER, fault, order, refund_of

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=SHANGHAI)
DAY = NOON.date()
#: A bill as merchants got it in January 2024: one payment, two refunds of it.
PUBLISHED = (
    "\ufeff交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注\r\n"
    "`2024-01-16 22:43:59,`wx1,`1600000000,`0,`,`4200000001,`1747268229775183872,`o1,`NATIVE,`SUCCESS,`OTHERS,`CNY,"
    "`0.02,`0.00,`0,`0,`0.00,`0.00,`,`,`测试\\ 支付,`,`0.00000,`0.90%,`0.02,`0.00,`\r\n"
    "`2024-01-16 22:45:16,`wx1,`1600000000,`0,`,`4200000001,`1747268229775183872,`o1,`NATIVE,`REFUND,`OTHERS,`CNY,"
    "`0.00,`0.00,`50300000001,`R17472,`0.01,`0.00,`ORIGINAL,`SUCCESS,`测试,`,`0.00000,`0.90%,`0.00,`0.01,`\r\n"
    "`2024-01-16 23:10:18,`wx1,`1600000000,`0,`,`4200000001,`1747268229775183872,`o1,`NATIVE,`REFUND,`OTHERS,`CNY,"
    "`0.00,`0.00,`50300000002,`R17473,`0.01,`0.00,`ORIGINAL,`PROCESSING,`测试,`,`-0.00500,`0.90%,`0.00,`0.01,`\r\n"
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n"
    "`3,`0.02,`0.02,`0.00,`0.00000,`0.02,`0.02\r\n"
)
SHORT = "交易时间,微信订单号,商户订单号,交易状态,商户退款单号,退款金额,手续费,总金额"


@pytest.fixture
def channel(payment_sandbox):
    payment_sandbox.settings(PROVIDER, partial_refund_seconds=0, refund_delay_ms=0)
    payment_sandbox.move_to(NOON)
    return WeChatPayChannel(payment_sandbox.merchant(PROVIDER))


def pay(sandbox, channel, **changes):
    request = order(**{"expires_at": NOON + dt.timedelta(minutes=15)} | changes)
    channel.prepay(request)
    sandbox.pay(PROVIDER, request.out_trade_no)
    return request


def pieces(data: bytes, size: int = 7) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def read(text: str, *, packed: bool = False, digest: str = ""):
    data = text.encode()
    sent = gzip.compress(data) if packed else data
    return read_bill(DAY, pieces(sent), digest or hashlib.sha1(data).hexdigest())


@pytest.mark.requirement("PAY-11")
def test_a_day_is_downloaded_with_payments_refunds_fees_and_totals(payment_sandbox, channel) -> None:
    first = pay(payment_sandbox, channel, amount_fen=12_345, description="专家号,复诊")
    second = pay(payment_sandbox, channel, amount_fen=1)
    refund = refund_of(first, amount_fen=345)
    channel.refund(refund)
    done = channel.query_refund(refund)
    payment_sandbox.move_to(NOON + dt.timedelta(days=1))
    later = pay(payment_sandbox, channel, expires_at=NOON + dt.timedelta(days=2))
    bill = channel.download_bill(DAY)
    rows = list(bill.rows)
    assert (bill.day, bill.payments_fen, bill.refunds_fen) == (DAY, 12_346, 345)
    assert [(r.kind, r.out_trade_no, r.amount_fen, r.fee_fen, r.state) for r in rows] == [
        ("payment", first.out_trade_no, 12_345, 74, "SUCCESS"),
        ("payment", second.out_trade_no, 1, 0, "SUCCESS"),
        ("refund", first.out_trade_no, 345, -2, "SUCCESS"),
    ]
    trade = channel.query(first.out_trade_no, started_at=NOON)
    assert (rows[0].transaction_id, rows[0].at) == (trade.transaction_id, trade.paid_at)
    assert (rows[2].out_refund_no, rows[2].refund_id) == (refund.out_refund_no, done.refund_id)
    assert (rows[0].out_refund_no, rows[0].refund_id) == ("", "")
    assert later.out_trade_no not in {row.out_trade_no for row in rows}
    assert list(bill.rows) == []


@pytest.mark.requirement("PAY-11")
def test_a_day_without_trade_has_no_rows(payment_sandbox, channel) -> None:
    payment_sandbox.move_to(NOON + dt.timedelta(days=1))
    bill = channel.download_bill(DAY)
    assert (list(bill.rows), bill.payments_fen, bill.refunds_fen) == ([], 0, 0)


def test_a_bill_that_is_still_being_made_is_asked_for_later(payment_sandbox, channel) -> None:
    payment_sandbox.move_to(dt.datetime(2026, 3, 3, 9, 30, tzinfo=SHANGHAI))
    with pytest.raises(BillNotReady, match="STATEMENT_CREATING"):
        channel.download_bill(DAY)
    payment_sandbox.move_to(NOON)
    with pytest.raises(PermanentChannelError, match="INVALID_REQUEST"):
        channel.download_bill(DAY)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ({"kind": "close"}, "connection"),
        ({"kind": "http_error", "status": 503}, "http_503"),
    ],
)
def test_a_download_that_breaks_is_tried_again_later(payment_sandbox, channel, kind, code) -> None:
    pay(payment_sandbox, channel)
    payment_sandbox.settings(PROVIDER, bills="at_once")
    fault(payment_sandbox, operation="download", **kind)
    with pytest.raises(TemporaryChannelError) as caught:
        channel.download_bill(DAY)
    assert (caught.value.code, caught.value.outcome_unknown) == (code, False)
    assert len(list(channel.download_bill(DAY).rows)) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_a_real_bill_is_read(packed) -> None:
    bill = read(PUBLISHED, packed=packed)
    assert (bill.payments_fen, bill.refunds_fen) == (2, 2)
    paid, back, waiting = bill.rows
    assert (paid.kind, paid.amount_fen, paid.out_trade_no) == ("payment", 2, "1747268229775183872")
    assert paid.at == dt.datetime(2024, 1, 16, 22, 43, 59, tzinfo=SHANGHAI)
    assert (back.kind, back.amount_fen, back.out_refund_no) == ("refund", 1, "R17472")
    assert (waiting.state, waiting.refund_id, waiting.fee_fen) == ("PROCESSING", "50300000002", -1)


def test_the_hash_may_be_of_the_packed_file() -> None:
    packed = gzip.compress(PUBLISHED.encode())
    assert len(list(read_bill(DAY, pieces(packed), hashlib.sha1(packed).hexdigest()).rows)) == 3


def test_columns_are_found_by_name_and_old_names_are_known() -> None:
    text = (
        f"{SHORT}\n`2026-03-02 08:00:00,`4200,`T1,`SUCCESS,`0,`0.00,`0.00600,`1.00\n"
        "`2026-03-02 09:00:00,`4200,`T1,`REFUND,`R1,`0.40,`0.00000,`0.00\n"
        "总交易单数,总交易额\n`2,`1.00\n"
    )
    bill = read(text)
    assert (bill.payments_fen, bill.refunds_fen) == (None, None)
    assert [(row.kind, row.amount_fen, row.fee_fen) for row in bill.rows] == [
        ("payment", 100, 1),
        ("refund", 40, 0),
    ]


@pytest.mark.requirement("PAY-11")
def test_a_bill_that_did_not_arrive_whole_is_not_read() -> None:
    packed, digest = gzip.compress(PUBLISHED.encode()), hashlib.sha1(PUBLISHED.encode()).hexdigest()
    broken = packed[:20] + bytes([packed[20] ^ 1]) + packed[21:]
    for data in (packed[:-40], broken, PUBLISHED.encode()[:-1], b""):
        with pytest.raises(TemporaryChannelError, match="bad_reply"):
            read_bill(DAY, pieces(data), digest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Login expired\n",
        SHORT.replace("商户订单号", "订单号"),
        SHORT.replace("总金额", "金额"),
        SHORT.replace("退款金额", "金额"),
        f"{SHORT}\n",
    ],
)
def test_a_file_that_is_no_bill_is_refused(text) -> None:
    if text == f"{SHORT}\n":
        assert list(read(text).rows) == []  # names and nothing else
        return
    with pytest.raises(PermanentChannelError, match="missing_columns"):
        read(text)


@pytest.mark.requirement("PAY-11")
@pytest.mark.parametrize(
    "line",
    [
        "`2026-03-02 08:00:00,`4200,`T1,`SUCCESS,`0,`0.00,`0.00600",
        "`2026-03-02 08:00:00,`4200,`T1,`SUCCESS,`0,`0.00,`0.00600,`1.00,`more",
        "`yesterday,`4200,`T1,`SUCCESS,`0,`0.00,`0.00600,`1.00",
        "`2026-03-02 08:00:00,`4200,`T1,`SUCCESS,`0,`0.00,`0.00600,`1.005",
        "`2026-03-02 08:00:00,`4200,`T1,`SUCCESS,`0,`0.00,`0.00600,`-1.00",
        "`2026-03-02 08:00:00,`4200,`T1,`SUCCESS,`0,`0.00,`0.00600,`one",
        "`2026-03-02 08:00:00,`4200,`T1,`SUCCESS,`0,`0.00,`free,`1.00",
        "`2026-03-02 08:00:00,`4200,`T1,`SUCCESS,`0,`0.00,`0.00600,`NaN",
    ],
)
def test_a_line_that_cannot_be_read_stops_the_bill_and_is_named(line) -> None:
    good = "`2026-03-02 08:00:00,`4200,`T0,`SUCCESS,`0,`0.00,`0.00600,`1.00"
    rows = read(f"{SHORT}\n{good}\n{line}\n").rows
    assert next(rows).out_trade_no == "T0"
    with pytest.raises(PermanentChannelError, match="bad_bill: bad_line line=3"):
        next(rows)


def test_a_long_bill_is_not_held_in_memory() -> None:
    row = "`2026-03-02 08:00:00,`4200{0:024d},`T{0:031d},`SUCCESS,`0,`0.00,`0.00600,`1.00\n"
    count = 20_000

    def parts() -> Iterator[bytes]:
        yield f"{SHORT}\n".encode()
        for start in range(0, count, 1000):
            yield "".join(row.format(number) for number in range(start, start + 1000)).encode()

    digest = hashlib.sha1(b"".join(parts())).hexdigest()
    tracemalloc.start()
    try:
        total = sum(row.amount_fen for row in read_bill(DAY, parts(), digest).rows)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total == count * 100
    assert peak < 2 * 1024 * 1024


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(monkeypatch) -> None:
    from apps.payments.channels import wechat_pay_bill

    monkeypatch.setattr(wechat_pay_bill, "LARGEST", 5_000_000)
    data = b"0" * 50_000_000
    with pytest.raises(PermanentChannelError, match="unpacks_too_large"):
        read_bill(DAY, [gzip.compress(data)], "")
