"""The stand-in's file of a settlement day: base64, zlib, zip, GBK, widths in bytes."""

import base64
import datetime as dt
import io
import zipfile
import zlib

import pytest

from sandbox.unionpay.bill import line
from tests.support import unionpay
from tests.support.payment_sandbox import PaymentSandbox
from tests.support.waiting import wait_until

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
NOW = dt.datetime(2026, 3, 10, 10, 0, tzinfo=SHANGHAI)
#: As UnionPay's demo programs cut the lines.
WIDTHS = [
    3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32, 13, 13,
    8, 32, 13, 13, 12, 2, 1, 131,
]  # fmt: skip


def cut(text: bytes) -> dict[int, str]:
    cells, left = {}, 0
    for number, width in enumerate(WIDTHS, 1):
        cells[number] = text[left : left + width].decode("gbk")
        left += width + 1
    return cells


def unpack(reply: dict[str, str]) -> dict[str, bytes]:
    archive = zipfile.ZipFile(io.BytesIO(zlib.decompress(base64.b64decode(reply["fileContent"]))))
    return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def merchant(payment_sandbox: PaymentSandbox) -> unionpay.Merchant:
    payment_sandbox.move_to(NOW)
    return unionpay.Merchant(payment_sandbox.merchant("unionpay"))


def test_the_file_has_what_came_about_until_eleven_at_night(merchant, payment_sandbox) -> None:
    merchant.begin("orderA01")
    merchant.begin("orderA02", payTimeout="20260311100000")
    merchant.begin("neverpaid1")
    payment_sandbox.pay("unionpay", "orderA01")
    query_id = merchant.query("orderA01")["queryId"]
    merchant.give_back("refundA1", query_id, 400)
    wait_until(lambda: payment_sandbox.balance("unionpay")["refunded_fen"] == 400)
    payment_sandbox.move_to(NOW.replace(hour=23))
    payment_sandbox.pay("unionpay", "orderA02")
    assert merchant.file("0310")["respCode"] == "98", "not before the next morning"
    payment_sandbox.move_to(NOW.replace(hour=9) + dt.timedelta(days=1))
    reply = merchant.file("0310")
    assert (reply["respCode"], reply["fileName"]) == ("00", "777290058110048_20260310.zip")
    files = unpack(reply)
    assert sorted(files) == ["INN26031088ZME_777290058110048", "INN26031088ZM_777290058110048"]
    payment, refund = (cut(text) for text in files["INN26031088ZM_777290058110048"].splitlines())
    assert [payment[n].strip() for n in (5, 7, 10, 12, 20)] == [
        "0310100000", "000000001000", query_id, "orderA01", "01",
    ]  # fmt: skip
    assert (payment[16], payment[17]) == ("D000000000006", "C000000000994")
    assert [refund[n].strip() for n in (7, 12, 20, 27)] == ["000000000400", "refundA1", "04", query_id]
    assert (refund[16], refund[17]) == ("C000000000002", "D000000000398")
    assert (refund[31].strip(), refund[41][:32].strip()) == ("医汇测试医院", "orderA01")
    payment_sandbox.advance(86_400)
    late = unpack(merchant.file("0311"))["INN26031188ZM_777290058110048"]
    assert [cut(text)[12].strip() for text in late.splitlines()] == ["orderA02"]


def test_a_day_without_trade_has_no_file(merchant, payment_sandbox) -> None:
    payment_sandbox.advance(86_400)
    assert merchant.file("0310")["respCode"] == "98"
    assert merchant.file("0230")["respCode"] == "10"
    assert merchant.file("")["respCode"] == "13"


@pytest.mark.parametrize("name", ["", "医", "医汇" * 20, "A医" * 20, "𠮷", "a" * 100])
def test_every_line_has_the_same_bytes_and_no_half_character(name) -> None:
    text = line({31: name, 41: "orderA01"})
    assert len(text) == sum(WIDTHS) + len(WIDTHS) - 1 + 2
    cells = cut(text)
    assert name.startswith(cells[31].strip().replace("?", "𠮷"))
    assert cells[41].strip() == "orderA01", "what follows stands where it should"
