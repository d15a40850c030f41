"""Chinese and English words of everything that a document names: OpenAPI's own places are Chinese, `x-…-en` English.

`title`/`x-title-en` of properties and parameters, `x-enum` of enums, `summary`/`x-summary-en` of operations,
`x-displayName`/`x-title-en` of tags. What nobody has declared stays as it is: a test finds it.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings

from kernel import pages, words
from kernel.http.schema_narrowing import narrow
from kernel.http.schema_parts import PREFIX, operations, refs, sent

Node = dict[str, Any]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def say_words(document: Node) -> None:
    """Put the words into a document that is whole otherwise, and say where choices and whole values come from."""
    asked, every = sent(document), list(operations(document))
    offered = {node["operationId"] for node in every}
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        _say_enum(schema)
        properties = schema.get("properties", {})
        for key, node in properties.items():
            properties[key] = _said(node, component(name, asked), key, offered)
        if name not in asked:
            _leave_codes_to_programs(properties)
    for operation in every:
        _say_operation(operation)
        for parameter in operation.get("parameters", ()):
            node, name = parameter.get("schema", {}), parameter["name"]
            parameter["schema"] = _said(node, operation["operationId"], name, offered)
    _name_rows_in_paths(document, offered)
    narrow(document, asked)
    _add_known_sets(document)


def _leave_codes_to_programs(properties: dict[str, Node]) -> None:
    """A code gives way to the name beside it, wherever it is shown."""
    for key, node in properties.items():
        plain = node.get("type") == "string" and not {"enum", "format", "x-ref"} & node.keys()
        if plain and f"{key}_name" in properties:
            node["x-technical"] = True


def _name_rows_in_paths(document: Node, offered: Collection[str]) -> None:
    """An `id` in a path is that of a row of the list or the choices before it: it has the row's noun, and choices."""
    paths = document.get("paths", {})
    options = {node["operationId"]: _queried(node) for node in operations(document)}
    reads = {path: str(item.get("get", {}).get("operationId", "")) for path, item in paths.items()}
    for path, item in paths.items():
        before = path.partition("/{id}")[0]
        listed = reads.get(before) or reads.get(f"{before}/options", "").replace("_options", "")
        resource = listed.removesuffix("_list")
        noun = words.RESOURCES.get(resource)
        for operation in item.values() if noun and "/{id}" in path else ():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path" and parameter["name"] == "id":
                    node = _titled(parameter["schema"], noun)
                    fitting = _fitting(operation["operationId"], options.get(f"{resource}_options_list", {}))
                    parameter["schema"] = node | _reference(resource, fitting, offered)


def _queried(operation: Node) -> Node:
    found = (each for each in operation.get("parameters", ()) if each["in"] == "query")
    return {each["name"]: each.get("schema", {}) for each in found}


def _fitting(operation_id: str, filters: Node) -> Node:
    """Of what can be filtered by, what the rows have to which it may be done."""
    spec = pages.ACTIONS.get(operation_id)
    found: Node = {}
    for name, values in spec.when.items() if spec else ():
        is_list = filters.get(name, {}).get("type") == "array"
        if name in filters and not {None, pages.SET} & {*values} and (is_list or len(values) == 1):
            found[name] = list(values) if is_list else next(iter(values))
    return found


def _add_known_sets(document: Node) -> None:
    """Values that the product knows where others may come, each set once."""
    used = {ref for ref in refs(document) if ref in words.KNOWN_SETS}
    for kind in sorted(used):
        if kind in document["components"]["schemas"]:
            raise TypeError(f"{kind} is a component and a set of known values")
        known = {"type": "string", "x-enum": _values(words.KNOWN_SETS[kind]())}
        document["components"]["schemas"][kind] = known


def _said(node: Node, owner: str, name: str, offered: Collection[str]) -> Node:
    """Everything that is known of a property or parameter by its name."""
    node = _titled(node, words.property_words(owner, name))
    for part in (node, node.get("items", {})):
        _say_enum(part)
        if part.get("type") == "integer" and name in words.NUMBERS:
            part["x-enum"] = _values(words.NUMBERS[name])
    explained = words.HELP.get(f"{owner}.{name}") or words.HELP.get(name)
    if explained and "title" in node:
        node |= {"x-help": explained.zh, "x-help-en": explained.en}
    if name in words.KEYS and node.get("type") == "object":
        _say_keys(node, words.KEYS[name]())
    if kind := words.KNOWN.get((owner, name)):
        part = node["items"] if node.get("type") == "array" else node
        part["allOf"] = [{"$ref": f"{PREFIX}{kind}"}]
    if (owner, name) in words.TECHNICAL:
        node["x-technical"] = True
    _refer(node, owner, name, offered)
    unit, code = words.unit_of(name), words.DICTIONARIES.get((owner, name))
    if unit and node.get("type") in ("integer", "number"):
        node["x-unit"] = unit
    if code:
        node["x-dictionary"] = code
    if "x-masked" in node:
        operation = words.UNMASKED.get(owner, "")
        node["x-masked"] = {"operation": operation} if operation in offered else {}
    return node


def component(name: str, asked: Collection[str]) -> str:
    """The noun in the name of a schema (`asked`: those of requests): `PatchedPatientRequest` → `Patient`."""
    return name.removeprefix("Patched").removesuffix("Request") if name in asked else name


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


def _say_keys(node: Node, known: Mapping[str, words.Key]) -> None:
    """The known keys of an object as its properties, each of them like any other value of it."""
    like = node.get("additionalProperties") or {}
    if isinstance(like, dict):
        node["properties"] = {
            key: _titled(like, said) | ({"x-when": said.when} if said.when else {})
            for key, said in known.items()
        }


def _titled(node: Node, said: words.Words | None) -> Node:
    if said is None:
        return node
    if "$ref" in node:  # beside a reference nothing counts
        node = {"allOf": [node]}
    return {**node, "title": said.zh, "x-title-en": said.en}


def _refer(node: Node, owner: str, name: str, offered: Collection[str]) -> None:
    """Where the rows that it may name are listed, if this audience has such a list."""
    node |= _reference(*words.reference_of(owner, name), offered)


def _reference(resource: str, filters: Mapping[str, Any], offered: Collection[str]) -> Node:
    operation = f"{resource}_options_list"
    if operation not in offered:
        return {}
    found = {"resource": resource, "operation": operation, "value": "id", "label": "label"}
    return {"x-ref": {**found, "filters": filters} if filters else found}


def _say_operation(operation: Node) -> None:
    said = words.operation_words(operation["operationId"])
    if said is not None:
        operation["summary"], operation["x-summary-en"] = said.zh, said.en
        told = operation.get("description", "")
        if told and not CHINESE.search(told):
            operation["description"] = f"{said.zh}: {told}"


def _say_enum(node: Node) -> None:
    if "enum" not in node:
        return
    said = words.words_of_values(node["enum"])
    found = {value: said[str(value)] for value in node["enum"] if str(value) in said}
    if found:
        node["x-enum"] = _values(found)


def _values(said: Mapping[Any, words.ValueWords]) -> list[Node]:
    """Values with words and colour; with the group where they have one."""
    return [
        {
            "value": value, "zh": word.zh, "en": word.en, "colour": word.colour,
            **({"group": word.group.zh, "group_en": word.group.en} if word.group else {}),
        }
        for value, word in said.items()
    ]  # fmt: skip
