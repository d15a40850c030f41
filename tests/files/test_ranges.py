"""Ranges of bytes, as RFC 9110 says (sections 13.1 and 14)."""

import pytest
from hypothesis import given, strategies as st

from kernel.http.ranges import ByteRange, Unsatisfiable, is_unchanged, parsed, wanted_range

SIZE = 10


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=2-4", (2, 3)),
        ("bytes=2-", (2, 8)),
        ("bytes=9-", (9, 1)),
        ("bytes=5-99999999999999999999999999", (5, 5)),
        ("bytes=-3", (7, 3)),
        ("bytes=-10", (0, 10)),
        ("bytes=-99", (0, 10)),
        ("BYTES = 1-2", (1, 2)),
        ("bytes=1-2,", (1, 2)),
    ],
)
def test_one_range_is_a_part(header: str, expected: tuple[int, int]) -> None:
    assert parsed(header, SIZE) == ByteRange(*expected)


@pytest.mark.parametrize(
    "header",
    [
        "", "bytes", "bytes=", "bytes=,", "bytes=-", "bytes=a-b", "bytes=4-2", "bytes=1-2-3", "bytes= 1 - 2",
        "bytes=0x1-2", "bytes=+1-2", "bytes=１-２", "items=0-1", "bytes=0-1,x", "bytes=0-1,3-4", "bytes=0-1,99-",
        "bytes=3-2,0-1",
    ],
)  # fmt: skip
def test_what_is_no_range_and_several_ranges_are_answered_whole(header: str) -> None:
    assert parsed(header, SIZE) is None


@pytest.mark.parametrize(
    "header", ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99-,-0", f"bytes={'9' * 5000}-"]
)
def test_bytes_that_do_not_exist_cannot_be_had(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        parsed(header, SIZE)


@given(st.integers(1, 1000), st.integers(0, 1100), st.integers(0, 1100))
def test_a_part_is_what_slicing_gives(size: int, first: int, last: int) -> None:
    content = bytes(i % 251 for i in range(size))
    try:
        part = parsed(f"bytes={first}-{last}", size)
    except Unsatisfiable:
        assert first >= size
        return
    if last < first:
        assert part is None
        return
    assert part is not None
    assert content[part.start : part.start + part.length] == content[first : last + 1]
    assert part.of(size) == f"bytes {first}-{min(last, size - 1)}/{size}"


@pytest.mark.parametrize("tag", ['"old"', 'W/"tag"', "Wed, 21 Oct 2026 07:28:00 GMT", "*", ""])
def test_a_range_of_another_version_is_answered_whole(tag: str) -> None:
    assert wanted_range({"Range": "bytes=0-1", "If-Range": tag}, size=SIZE, etag='"tag"') is None


def test_a_range_of_this_version_is_a_part() -> None:
    for headers in ({"If-Range": '"tag"'}, {}):
        assert wanted_range({"Range": "bytes=0-1", **headers}, size=SIZE, etag='"tag"') == ByteRange(0, 2)


@pytest.mark.parametrize(
    ("header", "unchanged"),
    [
        ('"tag"', True),
        ('W/"tag"', True),
        ('"a", "tag"', True),
        ("*", True),
        ('"tags"', False),
        ("tag", False),
        ("", False),
    ],
)
def test_a_version_that_is_known_is_not_sent_again(header: str, unchanged: bool) -> None:
    assert is_unchanged({"If-None-Match": header}, etag='"tag"') is unchanged
