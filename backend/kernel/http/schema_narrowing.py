"""References that are narrowed by what stands beside them: a room by its department, a bill by its payment order.

`x-ref.narrowed_by`: parameter of the operation that lists the choices → field of the same form. It follows from the
names: what the operation can be filtered by, and the form has.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from kernel.http.schema_parts import operations, refs

Node = dict[str, Any]


def narrow(document: Node, asked: Collection[str]) -> None:
    """Say it of the components that are sent (`asked`), and of the parameters of each operation."""
    every = list(operations(document))
    filters = {node["operationId"]: frozenset(_query(node)) for node in every}
    schemas = document.get("components", {}).get("schemas", {})
    around = _around(schemas, asked)
    for name in asked:
        properties = schemas[name].get("properties", {})
        beside = {*properties, *around[name]}
        for key, node in properties.items():
            _narrow(node, key, _single(beside, properties), filters)
    for operation in every:
        parameters = _query(operation)
        for name, node in parameters.items():
            _narrow(node, name, _single(parameters, parameters), filters)


def _query(operation: Node) -> dict[str, Node]:
    return {
        each["name"]: each.get("schema", {})
        for each in operation.get("parameters", ())
        if each["in"] == "query"
    }


def _around(schemas: Mapping[str, Node], asked: Collection[str]) -> dict[str, set[str]]:
    """Component → the fields of the forms that it is a part of."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in asked:
        properties = schemas[name].get("properties", {})
        for node in properties.values():
            for part in refs(node):
                found[part] |= properties.keys()
    return found


def _single(names: Collection[str], properties: Mapping[str, Node]) -> Iterator[str]:
    """Those that are the id of one row."""
    return (
        name for name in names if name.endswith("_id") and properties.get(name, {}).get("type") != "array"
    )


def _narrow(node: Node, key: str, beside: Iterator[str], filters: Mapping[str, frozenset[str]]) -> None:
    for part in (node, node.get("items", {})):
        ref = part.get("x-ref")
        if ref:
            usable = filters.get(ref["operation"], frozenset()) - {key, *ref.get("filters", {})}
            found = {name: name for name in sorted(beside) if name in usable}
            part["x-ref"] = {**ref, "narrowed_by": found} if found else ref
