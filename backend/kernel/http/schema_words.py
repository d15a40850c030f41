"""Chinese and English words of everything that a document names: OpenAPI's own places are Chinese, `x-…-en` English.

`title`/`x-title-en` of properties and parameters, `x-enum` of enums, `summary`/`x-summary-en` of operations,
`x-displayName`/`x-title-en` of tags. What nobody has declared stays as it is: a test finds it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings

from kernel import words

Node = dict[str, Any]
AFFIXES = ("Paginated", "Patched")


def say_words(document: Node, operations: Iterator[Node]) -> None:
    """Put the words into a document that is whole otherwise."""
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        _say_enum(schema)
        properties = schema.get("properties", {})
        for key, node in properties.items():
            properties[key] = _titled(node, words.property_words(component(name), key))
            _say_enum(properties[key])
    for operation in operations:
        _say_operation(operation)
        for parameter in operation.get("parameters", ()):
            parameter["schema"] = _titled(
                parameter.get("schema", {}), words.property_words("", parameter["name"])
            )
            _say_enum(parameter["schema"])
            _say_enum(parameter["schema"].get("items", {}))


def component(name: str) -> str:
    """The serializer's noun in the name of a schema: `PatchedPatientRequest` → `Patient`."""
    for affix in AFFIXES:
        name = name.removeprefix(affix)
    return name.removesuffix("Request")


def tags(used: set[str]) -> list[Node]:
    """The tags of a document in the order of the journey, with words."""
    known: Mapping[str, tuple[str, str]] = settings.API_TAGS
    ordered = [tag for tag in known if tag in used] + sorted(used - known.keys())
    return [
        {
            "name": tag,
            "x-displayName": known[tag][0],
            "x-title-en": known[tag][1],
            "description": known[tag][0],
        }
        if tag in known
        else {"name": tag}
        for tag in ordered
    ]


def _titled(node: Node, said: words.Words | None) -> Node:
    if said is None:
        return node
    if "$ref" in node:  # beside a reference nothing counts
        node = {"allOf": [node]}
    return {**node, "title": said.zh, "x-title-en": said.en}


def _say_operation(operation: Node) -> None:
    said = words.operation_words(operation["operationId"])
    if said is not None:
        operation["summary"], operation["x-summary-en"] = said.zh, said.en


def _say_enum(node: Node) -> None:
    if "enum" not in node:
        return
    said = words.words_of_values(node["enum"])
    found = [(value, said[str(value)]) for value in node["enum"] if str(value) in said]
    if found:
        node["x-enum"] = [
            {"value": value, "zh": word.zh, "en": word.en, "colour": word.colour} for value, word in found
        ]
