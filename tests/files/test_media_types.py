"""What a content is, by its bytes alone."""

import io
import random

import pytest

from apps.files.media_types import (
    DOCX,
    GIF,
    HEAD,
    HTML,
    JPEG,
    PDF,
    PLAIN,
    PNG,
    SVG,
    TAIL,
    UNKNOWN,
    WEBP,
    XLSX,
    ZIP,
    media_type_of,
)
from tests.files.support import PDF_BYTES, TEXT, archive
from tests.support.pictures import picture

DRAWING = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'


def told(content: bytes) -> str:
    return media_type_of(io.BytesIO(content))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (picture("PNG"), PNG), (picture("JPEG"), JPEG), (picture("WEBP"), WEBP), (picture("GIF"), GIF),
        (PDF_BYTES, PDF), (TEXT, PLAIN), ("姓名,性别\n".encode("gb18030"), PLAIN), ("姓名".encode("utf-16"), PLAIN),
        (archive("[Content_Types].xml", "xl/workbook.xml"), XLSX), (archive("word/document.xml"), DOCX),
        (archive("a.txt"), ZIP), (DRAWING, SVG), (b"<!DOCTYPE html><p>", HTML), (b"\xef\xbb\xbf  <html>", HTML),
        (b"hello <script>alert(1)</script>", HTML), (b"<root/>", HTML), (b"\0\1\2\3", UNKNOWN),
        (b"MZ\x90\0\3", UNKNOWN),
        (b"#!AMR\n\x3c", "audio/amr"), (b"ID3\3\0", "audio/mpeg"), (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (b"RIFF\0\0\0\0WAVE", "audio/wav"), (b"RIFF\0\0\0\0AVI ", UNKNOWN), (bytes(128) + b"DICM", "application/dicom"),
    ],
)  # fmt: skip
def test_the_content_says_what_it_is(content: bytes, expected: str) -> None:
    assert told(content) == expected


@pytest.mark.parametrize(
    "active",
    [
        b"<svg><script>1</script></svg>", b"<svg onload=alert(1)>", b'<svg><a href="javascript:1"/></svg>',
        b"<svg><foreignObject/></svg>", b'<!DOCTYPE svg [<!ENTITY a "b">]><svg/>',
        b'<svg><a x="&#106;avascript:1"/></svg>',
        b"<svg>" + b" " * 70_000 + b"<SCRIPT>", b"<svg>" + b" " * (65_536 - 9) + b"<script>",
    ],
)  # fmt: skip
def test_a_drawing_in_which_something_runs_is_a_page(active: bytes) -> None:
    assert told(active) == HTML


@pytest.mark.parametrize(
    "both",
    [
        picture("PNG") + archive("a.class"), picture("GIF") + PDF_BYTES, PDF_BYTES + archive("a.txt"),
        picture("JPEG") + b"<script>alert(1)</script>", b"GIF89a<html><script>1</script>",
        b"PK\x03\x04 <html>" + archive("a.txt"), PDF_BYTES[:200] + b"<script>1</script>" + PDF_BYTES[200:],
    ],
)  # fmt: skip
def test_what_is_two_things_at_once_is_neither(both: bytes) -> None:
    assert told(both) == UNKNOWN


def test_compressed_pixels_are_never_taken_for_a_second_thing() -> None:
    chance = random.Random(1)
    starts = (picture("PNG")[:8], picture("JPEG")[:3], b"PK\x03\x04xl/workbook.xml", PDF_BYTES)
    for _ in range(200):
        for start, kind in zip(starts, (PNG, JPEG, XLSX, PDF), strict=True):
            assert told(start + chance.randbytes(HEAD + TAIL)) == kind


def test_an_archive_behind_a_long_picture_is_found() -> None:
    assert told(picture("PNG") + bytes(2 * TAIL) + archive("a.class")) == UNKNOWN


def test_the_content_is_at_its_start_again() -> None:
    content = io.BytesIO(DRAWING)
    media_type_of(content)
    assert content.tell() == 0
