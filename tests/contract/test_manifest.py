"""The admin app's manifest: menus, pages, codes and texts, all of them from the code."""

import re
from typing import Any

import pytest

from apps.access.codes import all_codes
from apps.worklist.approvals import deciding_codes
from config.contract import manifest
from kernel.errors import CATALOGUE
from kernel.pages import BY_BODY
from tests.contract.test_page_models import operations_of

CHINESE = re.compile(r"[\u4e00-\u9fff]")
pytestmark = pytest.mark.requirement("INT-04")
Node = dict[str, Any]


@pytest.fixture(scope="module")
def contract() -> Node:
    return manifest()


def _nodes(menus: list[Node]) -> list[Node]:
    return [node for menu in menus for node in (menu, *_nodes(menu["children"]))]


def test_every_menu_opens_with_declared_codes_and_has_both_titles(contract: Node) -> None:
    nodes = _nodes(contract["menus"])
    assert len({node["name"] for node in nodes}) == len(nodes) > 20
    for node in nodes:
        meta = node["meta"]
        assert meta["title"] and meta["title_en"], node
        assert set(meta["permissions"]) <= set(all_codes())
        assert (meta["kind"] == "page") == bool(node["component"] and node["component"] != "Layout")
    assert list(contract["permission_codes"]) == sorted(all_codes())


def test_permission_codes_and_roles_are_named_in_both_languages(contract: Node) -> None:
    for row in (*contract["permission_codes"].values(), *contract["roles"]):
        assert CHINESE.search(row["title"]) and row["title_en"] and not CHINESE.search(row["title_en"]), row
    assert contract["permission_codes"]["billing.bill.list"]["title"] == all_codes()["billing.bill.list"]


def test_every_operation_that_needs_a_code_belongs_to_a_page(contract: Node) -> None:
    on_pages = {operation for page in contract["pages"].values() for operation in operations_of(page)}
    coded = {
        row["operation_id"]
        for row in contract["operations"]
        if row["permission_code"] and not row["operation_id"].endswith("_options_list")
    }
    assert coded - on_pages == BY_BODY
    assert {route["name"] for route in contract["routes"]} == set(contract["pages"])
    assert all(contract["pages"].values())


def test_every_button_leads_to_an_operation_that_asks_for_its_own_code(contract: Node) -> None:
    """Or to a step of an approval, which asks for it."""
    asked = {row["permission_code"] for row in contract["operations"]} | deciding_codes()
    buttons = [node for node in _nodes(contract["menus"]) if node["meta"]["kind"] == "button"]
    assert [node["name"] for node in buttons if not set(node["meta"]["permissions"]) & asked] == []


def test_every_code_that_an_operation_asks_for_is_declared(contract: Node) -> None:
    asked = {row["permission_code"] for row in contract["operations"]} - {None}
    assert asked <= set(all_codes())


def test_every_error_code_has_a_text_in_both_languages(contract: Node) -> None:
    rows = {row["code"]: row for row in contract["errors"]}
    assert set(CATALOGUE) <= set(rows)
    for row in (*rows.values(), *contract["field_errors"]):
        assert row["zh"] and row["en"] and row["zh"] != row["en"], row


def test_settings_say_type_default_and_bounds(contract: Node) -> None:
    for row in contract["settings"]:
        assert row["type"] in {"integer", "boolean", "string"}
        assert row["zh"] and row["en"]
        if row["type"] == "integer":
            assert row["minimum"] <= row["default"] <= row["maximum"]
    assert {row["key"] for row in contract["settings"]} >= {"booking.max_advance_days"}
