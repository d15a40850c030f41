"""What translators get: whatever a person reads, in both languages, each audience in one list."""

from collections.abc import Iterator
from typing import Any

import pytest

from config.contract import manifest
from config.word_lists import word_list
from tests.contract.conftest import AUDIENCES

pytestmark = pytest.mark.requirement("INT-04")
Node = dict[str, Any]
#: Called the same in both languages, or a sign alone.
SAME = {"HIS", "App", "CSV", "Excel", "PDF"}


@pytest.fixture(scope="module")
def contract() -> Node:
    return manifest()


@pytest.fixture(scope="module")
def lists() -> dict[str, Node]:
    return {audience: word_list(audience) for audience in AUDIENCES}


def pairs(node: Any) -> Iterator[tuple[str, str]]:
    """Every (Chinese, English) of a list."""
    if isinstance(node, dict) and isinstance(node.get("zh"), str):
        yield node["zh"], node["en"]
    elif isinstance(node, dict | list):
        for part in node.values() if isinstance(node, dict) else node:
            yield from pairs(part)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_word_stands_in_both_languages(lists: dict[str, Node], audience: str) -> None:
    found = list(pairs(lists[audience]))
    assert len(found) > 300
    assert [pair for pair in found if not all(pair) or (pair[0] == pair[1] and pair[0] not in SAME)] == []


@pytest.mark.parametrize("audience", AUDIENCES)
def test_what_is_refused_is_listed_for_each_audience(lists: dict[str, Node], audience: str) -> None:
    said = lists[audience]
    assert {
        "validation_error",
        "server_error",
        "stale_version" if audience == "admin" else "throttled",
    } <= set(said["errors"])
    assert {"required", "blank", "in_the_past"} <= set(said["field_errors"])
    assert "allowed_fen" in said["properties"]


def test_what_the_admin_app_says_beside_its_document_is_listed(
    contract: Node, lists: dict[str, Node]
) -> None:
    said = lists["admin"]
    assert said["roles"].keys() == {row["code"] for row in contract["roles"]}
    assert said["permission_codes"].keys() == contract["permission_codes"].keys()
    assert said["menus"].keys() >= contract["pages"].keys()
    assert said["settings"].keys() == {row["key"] for row in contract["settings"]}
    assert "staff_suspend" in said["confirmations"]
    headings = {row["zh"] for row in said["headings"]}
    for page in contract["pages"].values():
        for each in page["lists"]:
            assert {
                each["title"],
                *(group["title"] for group in (each["detail"] or {"groups": ()})["groups"]),
            } <= headings
