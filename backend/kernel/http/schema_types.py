"""What linters and generators of clients want of a document: a type beside every `nullable`, and real enums alone."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import FieldDoesNotExist

from kernel.http.schema_parts import PREFIX, operations, refs

Node = dict[str, Any]
EMPTY = {"type": "string", "maxLength": 0}
BLANK = {"$ref": f"{PREFIX}BlankEnum"}
NULL = {"$ref": f"{PREFIX}NullEnum"}
OR_NULL = "可为空。"


def settle_types(document: Node) -> None:
    """Say types that the generator leaves out; an operation that asks for no token says so by an empty list."""
    schemas: dict[str, Node] = document.get("components", {}).get("schemas", {})
    if schemas.pop("BlankEnum", None):
        _say_blank(document)
    for node in list(_nodes(schemas)) + list(_nodes(document.get("paths", {}))):
        if node.get("nullable") is True and "type" not in node:
            _type_nullable(node, schemas)
    schemas.pop("NullEnum", None)
    for operation in operations(document):
        if operation.get("security") == [{}]:
            operation["security"] = []


def _say_blank(node: Any) -> None:
    """A choice of nothing but "" is no enum: clients would need a name for it."""
    for part in list(_nodes(node)):
        if "oneOf" in part:
            part["oneOf"] = [dict(EMPTY) if choice == BLANK else choice for choice in part["oneOf"]]


def drop_unused(document: Node) -> None:
    """Components that nothing refers to any more are none."""
    components = document.get("components", {})
    schemas: dict[str, Node] = components.get("schemas", {})
    used, ahead = set[str](), [document.get("paths", {}), components.get("responses", {})]
    while ahead:
        for name in set(refs(ahead.pop())) - used:
            used.add(name)
            ahead.append(schemas[name])
    components["schemas"] = {name: schema for name, schema in schemas.items() if name in used}


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
        # beside a lone reference openapi-python-client forgets the null; an allOf within is no type to
        # openapi-generator, a second type forbids every property to openapi-typescript
        node["allOf"] = [*node["allOf"], {"description": OR_NULL}]
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


def column_default(field: Any) -> bool | int | str | None:
    """What the column of a model's serializer has where nothing is sent; None where that is nothing to begin with."""
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    if model is None or field.required or field.read_only or field.source == "*":
        return None
    try:
        value = model._meta.get_field(field.source).default
    except (AttributeError, FieldDoesNotExist):
        return None
    if isinstance(value, (bool, int)):
        return value
    return str(value) if isinstance(value, str) and value else None
