"""Names of files: nothing in them leads out of a folder, hides an ending or breaks a header."""

import pytest
from hypothesis import given, strategies as st

from apps.files.media_types import PDF, PNG, UNKNOWN
from apps.files.names import MAX, cleaned_name, download_name
from apps.files.storage import place_of
from kernel.http.downloads import disposition


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("报告.pdf", "报告.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/etc/passwd\0.png", "passwd.png"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie_ x=1.pdf"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("\u2066a\u200b\ufeff.png", "a.png"),
        ('a"<b>|?*:.png', "a__b_____.png"),
        ("...", "file"), ("", "file"), ("  ", "file"), (".htaccess", "htaccess"), ("a/", "file"),
    ],
)  # fmt: skip
def test_a_name_is_its_last_part_without_what_nobody_sees(given_name: str, expected: str) -> None:
    assert cleaned_name(given_name) == expected


def test_a_long_name_keeps_its_ending() -> None:
    assert cleaned_name("长" * 300 + ".pdf") == "长" * (MAX - 4) + ".pdf"


@given(st.text(max_size=300))
def test_whatever_is_given_the_name_is_harmless(text: str) -> None:
    name = cleaned_name(text)
    assert 0 < len(name) <= MAX
    assert name.strip(" .") == name or len(name) == MAX
    assert not set(name) & set('/\\\0\r\n"<>:|?*\u202e')
    header = disposition(name, inline=False)
    assert header.isascii()
    assert header.isprintable()


def test_a_download_has_an_ending_of_its_content() -> None:
    assert download_name("setup.exe", PDF) == "setup.exe.pdf"
    assert download_name("报告.PDF", PDF) == "报告.PDF"
    assert download_name("scan", PNG) == "scan.png"
    assert download_name("data.dat", UNKNOWN) == "data.dat"


def test_a_chinese_name_is_told_both_ways() -> None:
    told = disposition("检验 报告.pdf", inline=False)
    assert (
        told == "attachment; filename=\"_.pdf\"; filename*=UTF-8''%E6%A3%80%E9%AA%8C%20%E6%8A%A5%E5%91%8A.pdf"
    )


def test_a_place_in_the_storage_is_made_of_the_key_alone() -> None:
    assert (
        place_of("0199c3a5d1f27c3e9a4b8e21f0a7d6c5", "pdf")
        == "files/c5/d6/0199c3a5d1f27c3e9a4b8e21f0a7d6c5.pdf"
    )
