"""Ids, names beside them and forms of numbers have the same words in all three documents."""

from typing import Any

import pytest

from tests.contract.conftest import operations

pytestmark = pytest.mark.requirement("INT-04")
Node = dict[str, Any]
#: Of these people read the name; others have numbers of their own.
NAMED = frozenset(
    {
        "hospital",
        "department",
        "patient",
        "practitioner",
        "org_unit",
        "position",
        "queue",
        "room",
        "location",
        "staff",
    }
)
#: Who asks is named by `name`.
ITSELF = frozenset({("Myself", "staff_id")})


def _is_id(name: str) -> bool:
    return name in ("id", "ids") or name.endswith(("_id", "_ids"))


def _properties(document: Node) -> list[tuple[str, str, Node]]:
    schemas = document["components"]["schemas"]
    return [(n, p, node) for n, schema in schemas.items() for p, node in schema.get("properties", {}).items()]


def _holds_ids(node: Node) -> bool:
    return (node.get("items", node) if node.get("type") == "array" else node).get("format") == "uuid"


def test_whatever_holds_an_id_is_called_so(document: Node) -> None:
    fields = [
        f"{schema}.{name}"
        for schema, name, node in _properties(document)
        if _holds_ids(node) and not _is_id(name)
    ]
    parameters = [
        f"{operation}?{parameter['name']}"
        for operation, node in operations(document)
        for parameter in node.get("parameters", ())
        if _holds_ids(parameter["schema"]) and not _is_id(parameter["name"])
    ]
    assert fields + [name for name in parameters if not name.endswith("?below")] == []


def test_beside_the_id_of_what_people_know_by_name_stands_the_name(document: Node) -> None:
    known = {(schema, name) for schema, name, _ in _properties(document)}
    missing = [
        f"{schema}.{name}"
        for schema, name in sorted(known - ITSELF)
        if name.removesuffix("_id") in NAMED and name.endswith("_id") and not schema.endswith("Request")
        if (schema, f"{name.removesuffix('_id')}_name") not in known
    ]
    assert missing == []


def test_a_form_knows_how_phones_and_documents_are_written(documents: dict[str, Node]) -> None:
    asked = {
        (schema, name): node.get("pattern")
        for document in documents.values()
        for schema, name, node in _properties(document)
        if schema.endswith("Request") and name in ("phone", "national_id") and "Hospital" not in schema
    }
    assert len(asked) >= 15 and all(asked.values()), asked
