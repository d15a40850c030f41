"""What linters and generators of clients want of a document: a type beside every `nullable`, and real enums alone."""

from collections.abc import Iterator
from typing import Any

from kernel.http.schema_parts import PREFIX, operations

Node = dict[str, Any]
NULL = {"$ref": f"{PREFIX}NullEnum"}


def settle_types(document: Node) -> None:
    """Say types that the generator leaves out; an operation that asks for no token says so by an empty list."""
    schemas: dict[str, Node] = document.get("components", {}).get("schemas", {})
    if "BlankEnum" in schemas:
        schemas["BlankEnum"]["type"] = "string"
    for node in list(_nodes(schemas)) + list(_nodes(document.get("paths", {}))):
        if node.get("nullable") is True and "type" not in node:
            _type_nullable(node, schemas)
    schemas.pop("NullEnum", None)
    for operation in operations(document):
        if operation.get("security") == [{}]:
            operation["security"] = []


def _type_nullable(node: Node, schemas: dict[str, Node]) -> None:
    parts = [part for part in node.get("oneOf", ()) if part != NULL]
    if len(parts) > 1:  # null is one of the choices, and of one of them alone
        node["oneOf"] = parts
        if "type" in parts[0]:
            del node["nullable"]
            node["oneOf"] = [{**parts[0], "nullable": True}, *parts[1:]]
        else:
            node["type"] = "string"
        return
    if parts:
        del node["oneOf"]
        node["allOf"] = parts
    kind = _type_of({"allOf": node.get("allOf", [])}, schemas)
    if kind:
        node["type"] = kind
    else:
        del node["nullable"]  # anything at all, null among it


def _type_of(node: Node, schemas: dict[str, Node]) -> str:
    if "$ref" in node:
        node = schemas[node["$ref"].removeprefix(PREFIX)]
    return node.get("type") or next(
        filter(None, (_type_of(part, schemas) for part in node.get("allOf", ()))), ""
    )


def _nodes(node: Any) -> Iterator[Node]:
    if isinstance(node, dict):
        yield node
        for part in node.values():
            yield from _nodes(part)
    elif isinstance(node, list):
        for part in node:
            yield from _nodes(part)
