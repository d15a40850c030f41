"""The words of each audience as one list for translators: every name that its document uses, once."""

from collections.abc import Iterator
from typing import Any

from kernel.http.docs import document as document_of
from kernel.http.schema_parts import operations, sent
from kernel.http.schema_words import component

Node = dict[str, Any]
AUDIENCES = ("miniprogram", "admin", "partner")


def word_list(audience: str) -> Node:
    """`properties` by name, those with another meaning in one component apart; values, operations, tags."""
    document = document_of(f"config.urls.{audience}")
    common: dict[str, Node] = {}
    special: dict[str, Node] = {}
    for owner, name, node in sorted(_named(document), key=lambda each: each[:2]):
        said = {"zh": node["title"], "en": node["x-title-en"]}
        if common.setdefault(name, said) != said:
            special[f"{owner}.{name}"] = said
    schemas = document["components"]["schemas"]
    return {
        "properties": common,
        "in_component": special,
        "values": {name: schema["x-enum"] for name, schema in sorted(schemas.items()) if "x-enum" in schema},
        "operations": {
            node["operationId"]: {"zh": node["summary"], "en": node["x-summary-en"]}
            for node in sorted(operations(document), key=lambda node: str(node["operationId"]))
        },
        "tags": {
            tag["name"]: {"zh": tag["x-displayName"], "en": tag["x-title-en"]} for tag in document["tags"]
        },
    }


def _named(document: Node) -> Iterator[tuple[str, str, Node]]:
    """(component, name, node) of properties; parameters belong to none."""
    for operation in operations(document):
        for parameter in operation.get("parameters", ()):
            yield "", parameter["name"], parameter["schema"]
    asked = sent(document)
    for owner, schema in document["components"]["schemas"].items():
        for name, node in schema.get("properties", {}).items():
            yield component(owner, asked), name, node
