"""What people type and paste comes to one form, whoever typed it."""

import sys
import unicodedata

import pytest
from hypothesis import given, strategies as st

from kernel.text import (
    clean,
    clean_line,
    clean_name,
    fold_code,
    fold_number,
    is_masked,
    name_key,
    name_spellings,
)
from kernel.text.names import is_name

#: What ends a line for some program parts the words on its sides: a dose and a drug, a street and a number.
ENDS_OF_LINES = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
SEEN_MARKS = {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}


def test_no_character_that_cannot_be_seen_passes() -> None:
    for number in range(sys.maxunicode + 1):
        character = chr(number)
        kind = unicodedata.category(character)
        if character in ENDS_OF_LINES:
            assert clean(f"a{character}b") == "a\nb" and clean_line(f"a{character}b") == "a b", hex(number)
        elif (kind == "Cf" and number not in SEEN_MARKS) or (kind == "Cc" and character != "\t"):
            assert clean(f"a{character}b") == "ab", hex(number)


@given(st.text())
def test_cleaning_what_is_clean_changes_nothing(text: str) -> None:
    for form in (clean, clean_line, clean_name):
        assert form(form(text)) == form(text)


@given(st.text("0123456789XBbx-— \u200b１（）()'=\".", max_size=20))
def test_folding_a_folded_number_changes_nothing(text: str) -> None:
    assert fold_number(fold_number(text)) == fold_number(text)
    assert fold_code(fold_code(text)) == fold_code(text)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("A-001", "A-001"),
        (" ａ－００１\u200b", "a-001"),
        ("A\u2011001", "A-001"),
        ("'A-001", "A-001"),
        ("12.0", "12"),
    ],
)
def test_a_code_keeps_its_hyphens_and_cases(typed: str, stored: str) -> None:
    assert fold_code(typed) == stored


@given(st.text("张三丰·A b1，。\n", max_size=20))
def test_ordinary_text_is_kept_as_typed(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("张　三", "张三"), ("张 三", "张三"), (" 王五\u200b", "王五"), ("\u202e王五\u202c", "王五"),
        ("王\ufeff五", "王五"),
        ("古丽米热•艾比布力", "古丽米热·艾比布力"), ("古丽米热 ‧ 艾比布力", "古丽米热·艾比布力"),
        ("古丽米热.艾比布力", "古丽米热·艾比布力"),
        ("古丽米热・艾比布力", "古丽米热·艾比布力"), ("ＺＨＡＮＧ　San", "ZHANG San"), ("J. R.  Smith", "J. R. Smith"),
        ("欧阳　娜娜", "欧阳娜娜"), ("𠮷 野", "𠮷野"), ("王\ufe00五", "王五"), ("李\u3164四", "李四"),
        ("O\u2019Brien", "O'Brien"), ("O\u00b4Brien", "O'Brien"), ("O`Brien", "O'Brien"), ("O \u0301Brien", "O'Brien"),
        ("O\uff07Brien", "O'Brien"), ("D\u02bcAngelo", "D'Angelo"),
        ("'张三", "张三"), ("\u2019张三", "张三"), ("' 张三", "张三"), ("'t Hooft", "'t Hooft"),
        ("古丽米热··艾比布力", "古丽米热·艾比布力"),
    ],
)  # fmt: skip
def test_a_name_has_one_spelling(typed: str, stored: str) -> None:
    assert clean_name(typed) == stored
    assert is_name(stored)


@pytest.mark.parametrize(
    "typed",
    [
        "😀李",
        "张*",
        "",
        "--",
        "+张三",
        "-张三",
        "·张三",
        ".张三",
        ")张三",
        "李\ufffd四",
        "<b>李</b>",
        "李四=1",
        "\ue863",
    ],
)
def test_what_no_name_can_have_is_refused(typed: str) -> None:
    assert not is_name(clean_name(typed))


def test_names_are_compared_whatever_the_script_the_case_or_the_dot() -> None:
    assert name_key("張三豐") == name_key("张 三丰")
    assert name_key("ZHANG San") == name_key("zhang san")
    assert name_key("古丽米热·艾比布力") == name_key("古丽米热•艾比布力")
    assert len({name_key(f"O{sign}Brien") for sign in "'\u2019\u2018\u00b4`\u2032\u02bc\uff07"}) == 1
    assert name_key("张三") != name_key("张三丰")


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("曾小红", "zxh zengxiaohong", "cxh cengxiaohong"), ("单雄信", "sxx shanxiongxin", "dxx danxiongxin"),
        ("解小东", "xxd xiexiaodong", "jxd jiexiaodong"), ("翟小临", "zxl zhaixiaolin", "dxl dixiaolin"),
        ("仇小英", "qxy qiuxiaoying", "cxy chouxiaoying"), ("尉迟恭", "ycg yuchigong", ""),
        ("张三丰", "zsf zhangsanfeng", ""), ("古丽米热·艾比布力", "glmrabbl gulimireaibibuli", ""),
        ("ZHANG San", "zs zhangsan", ""), ("解", "j jie", ""),
    ],
)  # fmt: skip
def test_a_surname_is_read_as_a_surname_and_found_otherwise_too(name: str, first: str, second: str) -> None:
    assert name_spellings(name) == (first, second)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("\u202d138 0013-8000\u202c", "13800138000"), ("１３８００１３８０００", "13800138000"),
        ("'110101x", "110101X"),
        ('="0123"', "0123"), ("12345678(B)", "12345678B"), ("12345678（b）", "12345678B"),
        ("13800138000.0", "13800138000"),
        ("A—1–2", "A12"), ("\t88010000\u00a0", "88010000"),
    ],
)  # fmt: skip
def test_a_number_is_folded_as_it_is_stored(typed: str, stored: str) -> None:
    assert fold_number(typed) == stored


def test_a_mask_is_known_by_its_asterisks() -> None:
    assert is_masked("138****8000")
    assert is_masked("北京市＊＊＊＊")
    assert not is_masked("13800138000")
    assert is_masked("12••••34")
    assert not is_masked("万科•金域华府")
