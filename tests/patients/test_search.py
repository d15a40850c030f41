"""Search by latin letters: initials or spelling, whichever the letters can be."""

import pytest
from hypothesis import given, strategies as st

from apps.patients.selectors import _only_initials, _only_spelling
from kernel.text import pinyin_key

SURNAMES = "张王李赵陈杨黄吴周徐孙马朱胡郭何高林罗郑安欧鄂艾区"
GIVEN = "三丰伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞安恩儿鹅阿昂欧"


@pytest.mark.requirement("PAT-01")
@given(st.sampled_from(SURNAMES), st.text(GIVEN, min_size=1, max_size=2), st.data())
def test_every_beginning_of_initials_and_spelling_finds_the_name(
    surname: str, given_name: str, data: st.DataObject
) -> None:
    initials, full = pinyin_key(surname + given_name).split()
    whole = data.draw(st.sampled_from([initials, full]))
    letters = whole[: data.draw(st.integers(1, len(whole)))]
    found = set()
    if not _only_spelling(letters) or _only_initials(letters):
        found.add(initials.startswith(letters))
    if not _only_initials(letters):
        found.add(full.startswith(letters))
    assert True in found, (letters, initials, full)
