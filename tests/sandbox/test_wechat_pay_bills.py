"""Bills of the WeChat Pay stand-in: their format to the letter, their hash, when they can be had."""

import datetime as dt
import gzip
import hashlib
import json

import pytest

from tests.support.wechat_pay import OPENID, out_trade_no, published_sdk

PROVIDER = "wechat_pay"
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=SHANGHAI)
TRADE_COLUMNS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
TRADE_TOTALS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
FUNDS = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元)"
FUND_COLUMNS = f"{FUNDS},资金变更提交申请人,备注,业务凭证号"


@pytest.fixture
def sdk(payment_sandbox):
    payment_sandbox.settings(PROVIDER, partial_refund_seconds=0, refund_delay_ms=0)
    payment_sandbox.move_to(NOON)
    return published_sdk(payment_sandbox)


def pay(sandbox, sdk, fen: int, description: str = "挂号费") -> str:
    number = out_trade_no()
    amount = {"total": fen, "currency": "CNY"}
    sdk.pay(
        description, number, amount, payer={"openid": OPENID}, notify_url="http://127.0.0.1:9/n", attach="x"
    )
    sandbox.pay(PROVIDER, number)
    return number


def fetch(sdk, answer) -> list[str]:
    """The lines of the bill behind an answer, its hash compared."""
    status, text = answer
    assert status == 200, text
    told = json.loads(text)
    status, data = sdk.download_bill(told["download_url"])
    assert status == 200
    plain = gzip.decompress(data) if isinstance(data, bytes) and data[:2] == b"\x1f\x8b" else data
    assert (told["hash_type"], hashlib.sha1(plain).hexdigest()) == ("SHA1", told["hash_value"])
    lines: list[str] = plain.decode("utf-8-sig").splitlines()
    return lines


def code(answer) -> tuple[int, str]:
    return answer[0], json.loads(answer[1])["code"]


@pytest.mark.requirement("PAY-11")
def test_the_trade_bill_has_the_documented_form(payment_sandbox, sdk) -> None:
    first, second = pay(payment_sandbox, sdk, 12_345, "挂号费,专家"), pay(payment_sandbox, sdk, 1)
    sdk.refund("R1", {"refund": 345, "total": 12_345, "currency": "CNY"}, out_trade_no=first)
    payment_sandbox.move_to(NOON + dt.timedelta(days=1))
    lines = fetch(sdk, sdk.trade_bill("2026-03-02"))
    assert (lines[0], lines[4], len(lines)) == (TRADE_COLUMNS, TRADE_TOTALS, 6)
    names = TRADE_COLUMNS.split(",")
    rows = [dict(zip(names, line[1:].split(",`"), strict=True)) for line in lines[1:4]]
    assert all(line.startswith("`2026-03-02 12:00:0") for line in lines[1:4])
    assert [row["商户订单号"] for row in rows] == [first, second, first]
    paid, _, back = rows
    assert [paid[n] for n in ("交易状态", "订单金额", "手续费", "费率", "特约商户号", "商品名称", "商户数据包")] == [
        "SUCCESS", "123.45", "0.74000", "0.60%", "0", "挂号费\\ 专家", "x",
    ]  # fmt: skip
    assert [back[n] for n in ("交易状态", "订单金额", "申请退款金额", "手续费", "商户退款单号", "退款状态")] == [
        "REFUND", "0.00", "3.45", "-0.02000", "R1", "SUCCESS",
    ]  # fmt: skip
    assert lines[5] == "`3,`123.46,`3.45,`0.00,`0.72000,`123.46,`3.45"


def test_payments_and_refunds_have_bills_of_their_own(payment_sandbox, sdk) -> None:
    number = pay(payment_sandbox, sdk, 500)
    sdk.refund("R1", {"refund": 200, "total": 500, "currency": "CNY"}, out_trade_no=number)
    sdk.query_refund("R1")
    payment_sandbox.move_to(NOON + dt.timedelta(days=1))
    payments = fetch(sdk, sdk.trade_bill("2026-03-02", bill_type="SUCCESS"))
    refunds = fetch(sdk, sdk.trade_bill("2026-03-02", bill_type="REFUND"))
    assert ("退款金额" in payments[0], payments[2]) == (
        False,
        "总交易单数,应结订单总金额,手续费总金额,订单总金额",
    )
    assert payments[3] == "`1,`5.00,`0.03000,`5.00"
    row = dict(zip(refunds[0].split(","), refunds[1][1:].split(",`"), strict=True))
    assert (row["退款金额"], row["退款申请时间"][:10], row["退款成功时间"][:10]) == (
        "2.00",
        "2026-03-02",
        "2026-03-02",
    )


def test_the_fund_bill_tells_what_moved_and_what_is_left(payment_sandbox, sdk) -> None:
    number = pay(payment_sandbox, sdk, 10_000)
    sdk.refund("R1", {"refund": 5_000, "total": 10_000, "currency": "CNY"}, out_trade_no=number)
    payment_sandbox.move_to(NOON + dt.timedelta(days=1))
    lines = fetch(sdk, sdk.fundflow_bill("2026-03-02"))
    assert lines[0] == FUND_COLUMNS
    moved = [line[1:].split(",`") for line in lines[1:4]]
    assert [row[4:8] for row in moved] == [
        ["交易", "收入", "100.00", "100.00"],
        ["扣除交易手续费", "支出", "0.60", "99.40"],
        ["退款", "支出", "49.70", "49.70"],  # the fee of what goes back comes back with it
    ]
    assert moved[2][10] == "R1"
    assert lines[4:] == ["资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额", "`3,`1,`100.00,`2,`50.30"]
    assert code(sdk.fundflow_bill("2026-03-02", account_type="FEES")) == (400, "NO_STATEMENT_EXIST")


def test_a_bill_can_be_had_plain(payment_sandbox, sdk) -> None:
    pay(payment_sandbox, sdk, 500)
    payment_sandbox.move_to(NOON + dt.timedelta(days=1))
    status, text = sdk._core.request("/v3/bill/tradebill?bill_date=2026-03-02")
    assert sdk.download_bill(json.loads(text)["download_url"])[1].startswith("\ufeff交易时间".encode())
    assert len(fetch(sdk, (status, text))) == 4


def test_a_bill_is_made_the_next_morning_and_kept_three_months(payment_sandbox, sdk) -> None:
    pay(payment_sandbox, sdk, 500)
    day = "2026-03-02"
    assert code(sdk.trade_bill(day)) == (400, "INVALID_REQUEST")
    payment_sandbox.move_to(dt.datetime(2026, 3, 3, 9, 59, tzinfo=SHANGHAI))
    assert code(sdk.trade_bill(day)) == (400, "STATEMENT_CREATING")
    payment_sandbox.advance(61)
    assert sdk.trade_bill(day)[0] == 200
    assert code(sdk.trade_bill("2026-03-01")) == (400, "NO_STATEMENT_EXIST")
    payment_sandbox.advance(100 * 86_400)
    assert code(sdk.trade_bill(day)) == (400, "INVALID_REQUEST")


def test_a_download_address_lives_five_minutes(payment_sandbox, sdk) -> None:
    pay(payment_sandbox, sdk, 500)
    payment_sandbox.settings(PROVIDER, bills="at_once")
    url = json.loads(sdk.trade_bill("2026-03-02")[1])["download_url"]
    assert sdk.download_bill(url)[0] == 200
    assert code(sdk.download_bill(url + "x")) == (400, "INVALID_REQUEST")
    payment_sandbox.advance(301)
    assert code(sdk.download_bill(url)) == (400, "INVALID_REQUEST")


def test_bills_can_be_late_or_missing(payment_sandbox, sdk) -> None:
    pay(payment_sandbox, sdk, 500)
    payment_sandbox.move_to(NOON + dt.timedelta(days=1))
    for switch, answer in (("creating", "STATEMENT_CREATING"), ("none", "NO_STATEMENT_EXIST")):
        payment_sandbox.settings(PROVIDER, bills=switch)
        assert code(sdk.trade_bill("2026-03-02")) == (400, answer)


@pytest.mark.parametrize("query", ["", "?bill_date=20260302", "?bill_date=2026-02-30", "?bill_date=x"])
def test_a_day_that_is_none_is_refused(sdk, query) -> None:
    assert code(sdk._core.request(f"/v3/bill/tradebill{query}")) == (400, "PARAM_ERROR")


@pytest.mark.parametrize("more", ["bill_type=NONE", "tar_type=ZIP"])
def test_an_unknown_kind_of_bill_is_refused(payment_sandbox, sdk, more) -> None:
    payment_sandbox.settings(PROVIDER, bills="at_once")
    assert code(sdk._core.request(f"/v3/bill/tradebill?bill_date=2026-03-02&{more}")) == (400, "PARAM_ERROR")
