"""The bill of trades, byte by byte as Alipay makes it."""

import datetime as dt
import io
import zipfile

import pytest

from tests.support.alipay import create, paid, sdk
from tests.support.payment_sandbox import PaymentSandbox

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
DAY = dt.date(2031, 3, 4)


@pytest.fixture
def noon(payment_sandbox) -> PaymentSandbox:
    """A sandbox at noon of DAY."""
    payment_sandbox.move_to(dt.datetime.combine(DAY, dt.time(12), SHANGHAI))
    return payment_sandbox


def ask(sandbox: PaymentSandbox, day: str = f"{DAY}", kind: str = "trade") -> dict:
    biz = {"bill_type": kind, "bill_date": day}
    return sdk(sandbox).server_api("alipay.data.dataservice.bill.downloadurl.query", biz)


def test_a_bill_lists_payments_and_refunds_of_the_day_in_gbk(noon) -> None:
    client = paid(noon, "T1", "12.30")
    paid(noon, "T2", "100.00")
    create(noon, "T3")
    client.api_alipay_trade_refund("2.30", out_trade_no="T1", out_request_no="R1")
    noon.advance(86_400)
    client.api_alipay_trade_refund("1.00", out_trade_no="T1", out_request_no="R2")
    archive = zipfile.ZipFile(io.BytesIO(noon.http.get(ask(noon)["bill_download_url"]).content))
    raw_names = [info.filename.encode("cp437").decode("gbk") for info in archive.infolist()]
    assert [info.flag_bits & 0x800 for info in archive.infolist()] == [0, 0]
    stem = "20880000000000010156_20310304_业务明细"
    assert raw_names == [f"{stem}.csv", f"{stem}(汇总).csv"]
    detail, summary = (archive.read(info).decode("gbk").split("\r\n") for info in archive.infolist())
    assert detail[:3] == [
        "#支付宝业务明细查询",
        "#账号：[20880000000000010156]",
        "#起始日期：[2031年03月04日 00:00:00]   终止日期：[2031年03月05日 00:00:00]",
    ]
    assert detail[3].strip("#-") == "业务明细列表"
    assert len(detail[4].split(",")) == 25
    rows = [line.split(",") for line in detail[5:8]]
    assert [[cells[i] for i in (1, 2, 11, 21, 22)] for cells in rows] == [
        ["T1\t", "交易\t", "12.30", "\t", "-0.07"],
        ["T1\t", "退款\t", "-2.30", "R1\t", "0.00"],
        ["T2\t", "交易\t", "100.00", "\t", "-0.60"],
    ]
    assert {len(cells) for cells in rows} == {25}
    assert detail[8].strip("#-") == "业务明细列表结束"
    assert detail[9:11] == [
        "#交易合计：2笔，商家实收共112.30元，商家优惠共0.00元",
        "#退款合计：1笔，商家实收退款共-2.30元，商家优惠退款共0.00元",
    ]
    assert detail[11].startswith("#导出时间：[2031年03月05日 12:00:")
    assert summary[5].split(",")[2:6] == ["2", "1", "110.00", "110.00"]


def test_the_address_is_good_for_thirty_seconds(noon) -> None:
    paid(noon)
    noon.advance(86_400)
    url = ask(noon)["bill_download_url"]
    noon.advance(29)
    assert noon.http.get(url).status_code == 200
    noon.advance(2)
    assert noon.http.get(url).status_code == 403
    assert noon.http.get("/downloadBillFile.resource").status_code == 403


def test_a_bill_is_there_by_nine_of_the_next_day_and_only_of_days_with_trade(noon) -> None:
    paid(noon)
    missing = "isp.bill_not_exist"
    assert ask(noon)["sub_code"] == missing
    noon.advance(20.9 * 3600)
    assert ask(noon)["sub_code"] == missing
    noon.advance(0.2 * 3600)
    assert ask(noon)["code"] == "10000"
    assert ask(noon, "2031-03-03")["sub_code"] == missing
    assert ask(noon, kind="signcustomer")["sub_code"] == missing
    noon.settings("alipay", bills="none")
    assert ask(noon)["sub_code"] == missing


def test_bills_at_once_have_today(noon) -> None:
    paid(noon)
    noon.settings("alipay", bills="at_once")
    assert ask(noon)["code"] == "10000"


@pytest.mark.parametrize(
    ("day", "kind"), [("yesterday", "trade"), ("2031-02-30", "trade"), (f"{DAY}", "all")]
)
def test_a_bill_that_cannot_be_is_refused(noon, day, kind) -> None:
    assert ask(noon, day, kind)["sub_code"] == "isp.invalid_arguments"
