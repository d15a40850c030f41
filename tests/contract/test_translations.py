"""Pages that Chinese vendors and operators read stand in both languages, and both say the same."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    "docs/his-http.md",
    "docs/operations.md",
    "docs/payment-channels.md",
    "docs/upgrading.md",
    "docs/webhooks.md",
    "frontend-contract/README.md",
]
FENCE = re.compile(r"```.*?```", re.DOTALL)
COMMENT = re.compile(r"\s*(#|//) .*$", re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
pytestmark = pytest.mark.parametrize("page", PAGES)


def pair(page: str) -> tuple[str, str]:
    """The English page and the Chinese one."""
    path = ROOT / page
    return path.read_text(), path.with_name(f"{path.stem}.zh-CN.md").read_text()


def headings(text: str) -> list[int]:
    """Their levels, in order."""
    return [len(mark) for mark in re.findall(r"^(#+) ", FENCE.sub("", text), re.MULTILINE)]


def blocks(text: str) -> list[str]:
    """Code between fences and indented code, without comments, which are in the reader's language."""
    prose = FENCE.sub("", text)
    indented = re.findall(r"(?:^(?: {4}).+\n)+", prose, re.MULTILINE)
    return [COMMENT.sub("", block).strip() for block in (*FENCE.findall(text), *indented)]


def rows(text: str) -> list[tuple[int, list[str]]]:
    """Each row of each table: how many cells, and the names in the first."""
    lines = [line for line in FENCE.sub("", text).splitlines() if line.startswith("|")]
    cells = [line.strip("|").split("|") for line in lines]
    return [(len(row), CODE.findall(row[0])) for row in cells]


def names(text: str) -> list[Counter[str]]:
    """What stands in code type, section by section."""
    prose = FENCE.sub("", text)
    prose = "\n".join(line for line in prose.splitlines() if not line.startswith("    "))
    return [
        Counter(set(CODE.findall(section))) for section in re.split(r"^#+ .*$", prose, flags=re.MULTILINE)
    ]


def test_both_languages_have_the_same_headings(page: str) -> None:
    english, chinese = pair(page)
    assert headings(english) == headings(chinese)


def test_both_languages_show_the_same_code(page: str) -> None:
    english, chinese = pair(page)
    assert blocks(english) == blocks(chinese)


def test_the_tables_of_both_languages_speak_of_the_same_things(page: str) -> None:
    english, chinese = pair(page)
    assert rows(english) == rows(chinese)


def test_every_name_of_the_code_stands_in_both_languages(page: str) -> None:
    english, chinese = pair(page)
    for number, (one, other) in enumerate(zip(names(english), names(chinese), strict=True)):
        assert one == other, f"section {number}: {one - other} only in English, {other - one} only in Chinese"


def test_each_language_leads_to_the_other(page: str) -> None:
    english, chinese = pair(page)
    stem = Path(page).stem
    assert f"({stem}.zh-CN.md)" in english
    assert f"({stem}.md)" in chinese
