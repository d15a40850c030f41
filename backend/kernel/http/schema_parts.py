"""What a document's components are for: bodies that are sent, or answers."""

from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "patch")
PREFIX = "#/components/schemas/"


def operations(document: Node) -> Iterator[Node]:
    """Every operation of a document."""
    for item in document.get("paths", {}).values():
        yield from (item[method] for method in METHODS if method in item)


def sent(document: Node) -> frozenset[str]:
    """Names of the components that requests are made of. A name that ends in `Request` may be an answer's noun, too."""
    schemas = document.get("components", {}).get("schemas", {})
    waiting = [ref for operation in operations(document) for ref in refs(operation.get("requestBody", {}))]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found and name in schemas:
            found.add(name)
            waiting += refs(schemas[name])
    return frozenset(name for name in found if name.endswith("Request"))


def refs(node: Any) -> Iterator[str]:
    """Names of the schemas that a node refers to, at any depth."""
    if isinstance(node, dict):
        ref = node.get("$ref")
        if isinstance(ref, str) and ref.startswith(PREFIX):
            yield ref.removeprefix(PREFIX)
        for part in node.values():
            yield from refs(part)
    elif isinstance(node, list):
        for part in node:
            yield from refs(part)
