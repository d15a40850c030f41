"""What linters and generators want of the documents: types beside `nullable`, real enums, names for every refusal."""

from collections.abc import Iterator
from typing import Any

import pytest

from kernel.errors import CATALOGUE
from tests.contract.conftest import operations, resolve

pytestmark = pytest.mark.requirement("INT-04")
Node = dict[str, Any]
JSON_TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
#: Who asks these has no token yet, or none that is still good.
OPEN = {
    "admin": {"auth_sign_in", "manifest"},
    "miniprogram": {"auth_wechat", "pictures_retrieve"},
    "partner": {"oauth_token", "oauth_revoke"},
}


def nodes(node: Any, path: str = "") -> Iterator[tuple[str, Node]]:
    """Every object of a document but its examples."""
    if isinstance(node, dict):
        yield path, node
        for key, part in node.items():
            if key not in ("example", "examples"):
                yield from nodes(part, f"{path}/{key}")
    elif isinstance(node, list):
        for number, part in enumerate(node):
            yield from nodes(part, f"{path}/{number}")


def schemas(document: Node) -> Iterator[tuple[str, Node]]:
    """The components and the schemas of paths; not the names of properties that happen to be `enum` or `type`."""
    for path, node in nodes({"components": document["components"], "paths": document["paths"]}):
        if not path.endswith("/properties"):
            yield path, node


def test_every_enum_has_values_of_its_own_type(document: Node) -> None:
    for path, node in schemas(document):
        if "enum" in node:
            assert node["enum"], path
            kind = JSON_TYPES[node["type"]]
            assert "" not in node["enum"], f"{path}: no client has a name for it"
            assert all(value is None or isinstance(value, kind) for value in node["enum"]), path


def test_null_stands_beside_a_type(document: Node) -> None:
    untyped = [
        path for path, node in schemas(document) if node.get("nullable") is True and "type" not in node
    ]
    assert untyped == []


def test_a_document_says_whose_it_is(document: Node) -> None:
    info = document["info"]
    assert info["license"]["name"] == "Apache-2.0"
    assert info["license"]["url"].startswith("https://")
    assert info["contact"]["name"]
    assert info["contact"]["url"].startswith("https://")


@pytest.mark.parametrize("audience", sorted(OPEN))
def test_what_needs_no_token_says_so_by_an_empty_list(audience: str, documents: dict[str, Node]) -> None:
    every = [operation for _, operation in operations(documents[audience])]
    assert {node["operationId"] for node in every if node["security"] == []} == OPEN[audience]
    assert all({} not in node["security"] for node in every)


def test_members_of_refusals_are_those_that_their_errors_name(document: Node) -> None:
    problem = document["components"]["schemas"]["Problem"]
    seen: dict[str, Any] = {}
    for name, operation in operations(document):
        for status, answer in operation["responses"].items():
            media = resolve(document, answer).get("content", {}).get("application/problem+json")
            if media is None:
                continue
            whole = resolve(document, media["schema"])
            assert resolve(document, whole["allOf"][0]) is problem, f"{name} {status}"
            own = dict(whole["allOf"][1]["properties"])
            codes = own.pop("code")["enum"]
            named = {member for code in codes if code in CATALOGUE for member in CATALOGUE[code].members}
            assert own.keys() == named, f"{name} {status}"
            for member, node in own.items():
                assert seen.setdefault(member, node) == node, f"{name} {status}: {member} has two types"
    assert not seen.keys() & problem["properties"].keys()


def test_fixed_properties_stand_in_edits_and_in_no_example(documents: dict[str, Node]) -> None:
    document, fixed = documents["admin"], 0
    for name, operation in operations(document):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            properties = resolve(document, media["schema"]).get("properties", {})
            marked = {key for key, node in properties.items() if "x-fixed" in node}
            fixed += len(marked)
            assert not marked or name.startswith("PATCH "), name
            assert not marked & media["example"].keys(), name
    assert fixed > 20
