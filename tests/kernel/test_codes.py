"""Codes are read back as what they were made of, by a reader that is not ours."""

import io
import xml.etree.ElementTree as ET

import pytest
import zxingcpp
from hypothesis import given, settings, strategies as st
from PIL import Image

from kernel.codes import BadCode, Symbol, code128, ean13, gs1_128, qr
from tests.support.effort import examples

PRINTABLE = st.characters(min_codepoint=32, max_codepoint=126)


def read(symbol: Symbol) -> zxingcpp.Barcode:
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(symbol.png())).convert("L"))
    return found


def refused(make: object, *arguments: object) -> BadCode:
    assert callable(make)
    with pytest.raises(BadCode) as caught:
        make(*arguments)
    return caught.value


@pytest.mark.parametrize("level", ["L", "M", "Q", "H"])
@pytest.mark.parametrize(
    "text",
    [
        "0123456789",
        "https://example.invalid/r?id=1&s=a%20b",
        "丁毅涛|880100000001",
        "𠮷野家é",
        "姓名：<b>&\"'",
    ],
)
def test_a_qr_code_is_read_as_the_text_it_was_made_of(text: str, level: str) -> None:
    found = read(qr(text, level=level))
    assert (found.text, found.format) == (text, zxingcpp.BarcodeFormat.QRCode)
    assert found.ec_level == level


@settings(max_examples=examples(40), deadline=None)
@given(
    st.text(PRINTABLE, min_size=1, max_size=40)
    | st.from_regex(r"[A-Z]{0,3}[0-9]{1,30}[A-Z]{0,2}", fullmatch=True)
)
def test_any_printable_text_survives_code_128(text: str) -> None:
    found = read(code128(text))
    assert (found.text, found.format) == (text, zxingcpp.BarcodeFormat.Code128)


def test_pairs_of_digits_take_half_the_width() -> None:
    assert code128("8801000000012345").modules < code128("ABCDEFGHIJKLMNOP").modules * 0.7


@settings(max_examples=examples(40), deadline=None)
@given(st.text("0123456789", min_size=12, max_size=12))
def test_an_ean_13_gets_its_check_digit_and_is_read(digits: str) -> None:
    symbol = ean13(digits)
    assert symbol.text[:12] == digits
    found = read(symbol)
    assert (found.text, found.format) == (symbol.text, zxingcpp.BarcodeFormat.EAN13)
    assert ean13(symbol.text) == symbol


def test_gs1_elements_are_read_apart_though_one_of_them_has_no_fixed_length() -> None:
    symbol = gs1_128([("01", "06901234567892"), ("10", "A-1"), ("17", "271231"), ("21", "7")])
    assert symbol.text == "(01)06901234567892(10)A-1(17)271231(21)7"
    found = read(symbol)
    assert found.content_type == zxingcpp.ContentType.GS1
    assert found.bytes == b"010690123456789210A-1\x1d17271231217"


@settings(max_examples=examples(40), deadline=None)
@given(st.text("0123456789AZ-", min_size=1, max_size=12), st.text("0123456789a/", min_size=1, max_size=12))
def test_any_batch_and_serial_are_read_apart(batch: str, serial: str) -> None:
    found = read(gs1_128([("01", "06901234567892"), ("10", batch), ("21", serial)]))
    assert found.bytes == f"010690123456789210{batch}\x1d21{serial}".encode()


def test_what_is_no_code_is_refused_with_the_reason() -> None:
    assert refused(qr, "").code == "empty"
    assert refused(qr, "医" * 2000).code == "too_long"
    assert (refused(code128, "床1").code, refused(code128, "床1").where["code_point"]) == (
        "not_encodable",
        "U+5E8A",
    )
    assert refused(code128, "tab\t").code == "not_encodable"
    assert refused(code128, "1" * 81).code == "too_long"
    assert refused(ean13, "690123456789３").code == "not_encodable"
    assert refused(ean13, "12345678901").code == "not_encodable"
    assert refused(ean13, "69012345678920").code == "too_long"
    wrong = refused(ean13, "6901234567890")
    assert (wrong.code, wrong.where["right"]) == ("check_digit", "2")
    assert refused(gs1_128, []).code == "empty"
    assert refused(gs1_128, [("01", "06901234567890")]).code == "check_digit"
    assert refused(gs1_128, [("17", "2712")]).code == "bad_element"
    assert refused(gs1_128, [("x", "1")]).code == "bad_element"
    assert refused(gs1_128, [("10", "批号")]).code == "not_encodable"
    assert refused(gs1_128, [("10", "A" * 49)]).code == "too_long"


def test_modules_that_no_reader_can_tell_apart_are_refused_with_the_least_width() -> None:
    symbol = code128("8801000000012345")
    least = refused(lambda: symbol.svg(width=5)).where["least"]
    assert isinstance(least, float)
    assert symbol.module_of(least + 0.01) >= symbol.least_module


@pytest.mark.parametrize(
    "symbol", [qr("医汇"), code128("YH-1"), ean13("690123456789")], ids=lambda each: each.kind
)
def test_a_quiet_zone_belongs_to_every_code(symbol: Symbol) -> None:
    assert all(
        symbol.quiet <= left and left + run <= symbol.modules - symbol.quiet for left, _, run in symbol.runs()
    )
    assert min(left for left, _, _ in symbol.runs()) == symbol.quiet


def test_the_svg_has_the_size_in_mm_and_the_same_modules() -> None:
    symbol = qr("医汇")
    drawn = ET.fromstring(symbol.svg(width=20))
    assert (drawn.get("width"), drawn.get("height")) == ("20mm", "20mm")
    assert drawn.get("viewBox") == f"0 0 {symbol.modules} {symbol.modules}"
    assert drawn[1].get("d", "").count("M") == len(list(symbol.runs()))
    assert ET.fromstring(code128("YH-1").svg(width=30, height=8)).get("height") == "8mm"
