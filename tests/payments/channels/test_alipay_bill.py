"""Alipay's bill: every row once, amounts to the fen, nothing believed that does not add up."""

import datetime as dt
import io
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator

import pytest

from apps.payments.channels import archives
from apps.payments.channels.alipay import Alipay, make
from apps.payments.channels.alipay_bill import open_bill
from apps.payments.channels.base import (
    BillNotReady,
    BillRow,
    ChannelError,
    PermanentChannelError,
    TemporaryChannelError,
)
from kernel.clock import LOCAL
from tests.support import alipay as provider
from tests.support.payment_sandbox import PaymentSandbox

SELLER = "2088000000000001"
DAY = dt.date(2026, 3, 10)
#: As a real file has them.
HEAD = f"""#支付宝业务明细查询
#账号：[{SELLER}0156]
#起始日期：[2026年03月10日 00:00:00]   终止日期：[2026年03月11日 00:00:00]
#-----------------------------------------业务明细列表----------------------------------------
支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注
"""
PAID = (
    "2026031022001458860515315453\t,T1\t,交易\t,挂号费,2026-03-10 10:55:16,2026-03-10 10:55:23,\t,\t,\t,\t,"
    "*水(602***@qq.com)\t,12.30,12.30,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,\t,-0.07,0.00,\n"
)
BACK = (
    "2026031022001458860515315453\t,T1\t,退款\t,挂号费,2026-03-10 10:55:16,2026-03-10 11:56:48,\t,\t,\t,\t,"
    "*水(602***@qq.com)\t,-2.30,-2.30,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,R1\t,0.01,0.00,\n"
)
FOOT = """#-----------------------------------------业务明细列表结束------------------------------------
#交易合计：1笔，商家实收共12.30元，商家优惠共0.00元
#退款合计：1笔，商家实收退款共-2.30元，商家优惠退款共0.00元
#导出时间：[2026年03月11日 05:46:49]
"""
GOOD = HEAD + PAID + BACK + FOOT


def packed(text: str, name: str = "20880000000000010156_20260310_业务明细.csv") -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text.replace("\n", "\r\n").encode("gbk"))
        archive.writestr(
            "20880000000000010156_20260310_业务明细(汇总).csv", "#支付宝业务汇总查询\r\n".encode("gbk")
        )
    file.seek(0)
    return file


def rows_of(text: str) -> list[BillRow]:
    return list(open_bill(packed(text), seller_id=SELLER, day=DAY).rows)


def bad(text: str) -> str:
    with pytest.raises(PermanentChannelError, match="bad_bill") as caught:
        rows_of(text)
    return caught.value.detail


@pytest.fixture
def bench(
    payment_sandbox: PaymentSandbox,
) -> Iterator[tuple[PaymentSandbox, Alipay, Callable[[dt.datetime], None]]]:
    """The stand-in, the channel, and how to move both to a moment; it is ten of DAY."""
    now = dt.datetime.combine(DAY, dt.time(10), LOCAL)

    def move(moment: dt.datetime) -> None:
        nonlocal now
        now = moment
        payment_sandbox.move_to(moment)

    move(now)
    yield payment_sandbox, make(payment_sandbox.merchant("alipay"), now=lambda: now), move


@pytest.mark.requirement("PAY-11")
def test_the_days_bill_has_every_payment_and_refund(bench) -> None:
    sandbox, channel, move = bench
    sdk = provider.paid(sandbox, "T1", "12.30")
    provider.paid(sandbox, "T2", "100.01")
    provider.create(sandbox, "T3")
    sdk.api_alipay_trade_refund("2.30", out_trade_no="T1", out_request_no="R1")
    move(dt.datetime.combine(DAY, dt.time(9), LOCAL) + dt.timedelta(days=1))
    bill = channel.download_bill(DAY)
    assert (bill.day, bill.payments_fen, bill.refunds_fen) == (DAY, 11_231, 230)
    rows = list(bill.rows)
    shown = [(r.kind, r.out_trade_no, r.amount_fen, r.out_refund_no, r.fee_fen) for r in rows]
    assert shown == [
        ("payment", "T1", 1230, "", 7),
        ("refund", "T1", 230, "R1", 0),
        ("payment", "T2", 10_001, "", 60),
    ]
    assert rows[0].transaction_id == rows[1].transaction_id == sandbox.trade("alipay", "T1")["transaction_id"]
    assert all(row.at.date() == DAY and row.at.utcoffset() == dt.timedelta(hours=8) for row in rows)


@pytest.mark.requirement("PAY-11")
def test_a_missing_bill_is_not_ready_until_noon_and_empty_afterwards(bench) -> None:
    sandbox, channel, move = bench
    provider.paid(sandbox)
    tomorrow = dt.datetime.combine(DAY, dt.time(), LOCAL) + dt.timedelta(days=1)
    for moment in (tomorrow, tomorrow + dt.timedelta(hours=8, minutes=59)):
        move(moment)
        with pytest.raises(BillNotReady):
            channel.download_bill(DAY)
    move(tomorrow + dt.timedelta(hours=9))
    assert len(list(channel.download_bill(DAY).rows)) == 1
    sandbox.settings("alipay", bills="none")
    with pytest.raises(BillNotReady):
        channel.download_bill(DAY)
    move(tomorrow + dt.timedelta(hours=12))
    empty = channel.download_bill(DAY)
    assert (list(empty.rows), empty.payments_fen, empty.refunds_fen) == ([], 0, 0)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "http_error", "status": 403, "operation": "bill.download"}, "http_403"),
        ({"kind": "close", "operation": "bill.download"}, "download"),
        ({"kind": "code", "code": "20000"}, "isp.unknow-error"),
    ],
)
def test_a_download_that_fails_may_be_tried_again(bench, fault, code) -> None:
    sandbox, channel, _ = bench
    provider.paid(sandbox)
    sandbox.settings("alipay", bills="at_once")
    sandbox.faults("alipay", fault | {"times": 1})
    with pytest.raises(TemporaryChannelError) as caught:
        channel.download_bill(DAY)
    assert caught.value.code == code
    assert len(list(channel.download_bill(DAY).rows)) == 1


def test_a_page_instead_of_the_file_is_a_bad_bill(bench) -> None:
    sandbox, channel, _ = bench
    provider.paid(sandbox)
    sandbox.settings("alipay", bills="at_once")
    sandbox.faults("alipay", {"kind": "http_error", "status": 200, "operation": "bill.download"})
    with pytest.raises(ChannelError, match="bad_bill"):
        channel.download_bill(DAY)


@pytest.mark.requirement("PAY-11")
def test_a_real_file_is_read_to_the_fen() -> None:
    paid, back = rows_of(GOOD)
    assert paid == BillRow(
        kind="payment",
        out_trade_no="T1",
        transaction_id="2026031022001458860515315453",
        amount_fen=1230,
        at=dt.datetime(2026, 3, 10, 10, 55, 23, tzinfo=LOCAL),
        fee_fen=7,
    )
    assert (back.kind, back.amount_fen, back.out_refund_no, back.fee_fen) == ("refund", 230, "R1", -1)
    assert back.at == dt.datetime(2026, 3, 10, 11, 56, 48, tzinfo=LOCAL)


def test_the_merchants_own_discounts_belong_to_what_was_owed() -> None:
    row = PAID.replace("12.30,12.30,0.00,0.00,0.00,0.00", "12.30,10.30,0.00,0.00,0.00,2.00")
    foot = FOOT.replace("商家实收共12.30元，商家优惠共0.00元", "商家实收共10.30元，商家优惠共2.00元")
    bill = open_bill(packed(HEAD + row + BACK + foot), seller_id=SELLER, day=DAY)
    assert (bill.payments_fen, bill.refunds_fen) == (1230, 230)
    assert sum(row.amount_fen for row in bill.rows if row.kind == "payment") == 1230


@pytest.mark.parametrize(
    "row",
    [
        PAID.replace("挂号费", "挂号费,诊查费,药费"),
        PAID.replace("挂号费", '"5"屏,\'{1}'),
        PAID.replace("0.00,\n", "0.00,备注,还有,逗号\n"),
        PAID.replace("T1\t", "T1").replace("交易\t", "交易"),
        PAID.replace("0.00,,0.00\t", "0.00,满100,减5,0.00\t"),
        PAID.replace("0.00,,0.00\t", "0.00,5,10,0.00\t"),
        PAID.replace("0.00,,0.00\t", "5.00,满200,5,0.00\t").replace("0.00,\n", "0.00,备注,还有\n"),
    ],
    ids=[
        "commas in the name",
        "quotes",
        "commas in the remark",
        "no tabs",
        "commas in the coupon",
        "a coupon like amounts",
        "coupon and remark",
    ],
)
def test_what_people_write_does_not_shift_the_columns(row) -> None:
    paid, _ = rows_of(HEAD + row + BACK + FOOT)
    assert (paid.out_trade_no, paid.amount_fen, paid.fee_fen) == ("T1", 1230, 7)


def test_columns_are_known_by_name() -> None:
    moved = (
        HEAD.replace("商户订单号,业务类型", "新栏目,商户订单号,业务类型")
        .replace("（", "(")
        .replace("）", ")")
    )
    rows = [line.replace("T1\t", "新\t,T1\t") for line in (PAID, BACK)]
    assert [row.out_trade_no for row in rows_of(moved + "".join(rows) + FOOT)] == ["T1", "T1"]


def test_a_foot_without_totals_leaves_them_open() -> None:
    text = HEAD + PAID + BACK + FOOT.splitlines(keepends=True)[0]
    bill = open_bill(packed(text), seller_id=SELLER, day=DAY)
    assert (bill.payments_fen, bill.refunds_fen, len(list(bill.rows))) == (None, None, 2)


@pytest.mark.requirement("PAY-11")
@pytest.mark.parametrize(
    ("text", "detail"),
    [
        (HEAD + PAID + BACK, "cut_off"),
        (HEAD + PAID + FOOT, "sums_differ shown=退款"),
        (HEAD + PAID + PAID + BACK + FOOT, "sums_differ shown=交易"),
        (GOOD.replace("12.30,12.30", "12.30,12.31"), "sums_differ shown=交易"),
        (GOOD.replace("共-2.30元", "共-2.31元"), "sums_differ shown=退款"),
        (GOOD.replace(SELLER, "2088000000000009"), "other_merchant"),
        (GOOD.replace("[2026年03月10日", "[2026年03月09日"), "other_day"),
        (GOOD.replace("退款\t", "分账\t"), "bad_line line=7 shown=业务类型 分账"),
        (GOOD.replace("12.30,12.30", "12.3x,12.30"), "bad_line line=6 shown=订单金额(元) 12.3x"),
        (GOOD.replace("12.30,12.30", "-12.30,12.30"), "bad_line line=6 shown=订单金额(元) -12.30"),
        (GOOD.replace("-2.30,-2.30", "2.30,-2.30"), "bad_line line=7 shown=订单金额(元) 2.30"),
        (GOOD.replace("2026-03-10 10:55:23", "soon"), "bad_line line=6 shown=完成时间 soon"),
        (GOOD.replace("-0.07", ""), "bad_line line=6 shown=服务费(元)"),
        (GOOD.replace("订单金额（元）", "金额"), "missing_columns columns=订单金额"),
        (HEAD + PAID[:60] + "\n" + BACK + FOOT, "bad_line line=6 shown="),
    ],
)
def test_a_bill_that_does_not_add_up_is_refused(text, detail) -> None:
    assert detail in bad(text)


def test_a_file_that_is_no_bill_is_refused() -> None:
    damaged = bytearray(packed(GOOD).getvalue())
    damaged[60] ^= 0xFF
    files = [b"", b"<html>", packed(GOOD, name="readme.txt").getvalue(), bytes(damaged)]
    for content in files:
        with pytest.raises(PermanentChannelError, match="bad_bill"):
            list(open_bill(io.BytesIO(content), seller_id=SELLER, day=DAY).rows)


def test_a_long_bill_is_never_in_memory_as_a_whole() -> None:
    count = 40_000
    foot = FOOT.replace("1笔，商家实收共12.30", f"{count}笔，商家实收共{count * 1230 / 100:.2f}")
    file = packed(HEAD + PAID * count + BACK + foot)
    tracemalloc.start()
    try:
        seen = sum(1 for _ in open_bill(file, seller_id=SELLER, day=DAY).rows)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (seen, peak < 3_000_000) == (count + 1, True), peak


def test_a_bill_that_unpacks_without_end_or_has_a_line_without_end_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "long_line" in bad(HEAD + PAID.rstrip("\n") + "x" * 100_000 + FOOT)
    monkeypatch.setattr(archives, "MAX_UNPACKED", 1_000)
    assert "unpacks_too_large" in bad(GOOD)
