"""The words of each audience as one list for translators: everything that its document and its app say, once."""

from collections.abc import Iterable, Iterator
from typing import Any

from config.contract import field_errors, manifest
from kernel.errors import CATALOGUE
from kernel.http.docs import document as document_of
from kernel.http.problems import FRAMEWORK_CODES
from kernel.http.schema_parts import operations, sent
from kernel.http.schema_words import component

Node = dict[str, Any]
AUDIENCES = ("miniprogram", "admin", "partner")


def word_list(audience: str) -> Node:
    """`properties` by name, those with another meaning in one component apart; values, operations, tags, refusals.

    Of the admin app what its manifest says besides: menus, confirmations, headings, roles, codes, settings.
    """
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
        "help": {
            name: {"zh": node["x-help"], "en": node["x-help-en"]}
            for _, name, node in sorted(_named(document), key=lambda each: each[1])
            if "x-help" in node
        },
        "values": {name: schema["x-enum"] for name, schema in sorted(schemas.items()) if "x-enum" in schema},
        "operations": {
            node["operationId"]: {"zh": node["summary"], "en": node["x-summary-en"]}
            for node in sorted(operations(document), key=lambda node: str(node["operationId"]))
        },
        "tags": {
            tag["name"]: {"zh": tag["x-displayName"], "en": tag["x-title-en"]} for tag in document["tags"]
        },
        "errors": {code: {"zh": zh, "en": en} for code, zh, en in _errors(document)},
        "field_errors": {code: {"zh": zh, "en": en} for code, (zh, en) in field_errors()},
        **(_of_pages(manifest()) if audience == "admin" else {}),
    }


def _named(document: Node) -> Iterator[tuple[str, str, Node]]:
    """(component, name, node) of properties; parameters belong to none."""
    for operation in operations(document):
        for parameter in operation.get("parameters", ()):
            yield "", parameter["name"], parameter["schema"]
    asked = sent(document)
    for owner, schema in document["components"]["schemas"].items():
        for part in (schema, *schema.get("allOf", ())):
            for name, node in part.get("properties", {}).items():
                yield ("Problem" if owner.startswith("Problem4") else component(owner, asked)), name, node


def _errors(document: Node) -> Iterator[tuple[str, str, str]]:
    """(code, Chinese, English) of every refusal that the document names, and of those that no operation names."""
    codes = {
        code
        for schema in document["components"]["schemas"].values()
        for part in schema.get("allOf", ())
        for code in part.get("properties", {}).get("code", {}).get("enum", ())
    }
    for code in sorted({*codes & CATALOGUE.keys(), *FRAMEWORK_CODES}):
        error = CATALOGUE.get(code)
        yield (code, error.zh, error.en) if error else (code, *FRAMEWORK_CODES[code][1:])


def _of_pages(contract: Node) -> Node:
    """What the admin app says that stands in no document; titles of its actions are those of their operations."""
    nodes = [*_within(contract["pages"]), *_within(contract["account"])]
    return {
        "menus": {node["name"]: _said(node["meta"]) for node in _menus(contract["menus"])},
        "confirmations": {
            node["operation"]: {"zh": node["confirm"], "en": node["confirm_en"]}
            for node in sorted(nodes, key=lambda node: str(node.get("operation", "")))
            if node.get("confirm")
        },
        "headings": _once(
            [(n["title"], n["title_en"]) for n in nodes if isinstance(n.get("fields"), list) and "operation" not in n]
            + [(n["title"], n["title_en"]) for n in nodes if "columns" in n]
            + [(n["group"], n["group_en"]) for n in nodes if n.get("group_en")]
        ),
        "modules": {row["code"]: _said(row) for row in contract["modules"]},
        "roles": {row["code"]: _said(row) for row in contract["roles"]},
        "permission_codes": {code: _said(row) for code, row in contract["permission_codes"].items()},
        "data_scopes": {row["code"]: {"zh": row["zh"], "en": row["en"]} for row in contract["data_scopes"]},
        "settings": {row["key"]: {"zh": row["zh"], "en": row["en"]} for row in contract["settings"]},
        "setting_groups": _once((row["group"], row["group_en"]) for row in contract["settings"]),
    }  # fmt: skip


def _said(node: Node) -> Node:
    return {"zh": node["title"], "en": node["title_en"]}


def _once(pairs: Iterable[tuple[str, str]]) -> list[Node]:
    """What has no name of its own: each pair once."""
    return [{"zh": zh, "en": en} for zh, en in sorted(set(pairs))]


def _menus(menus: list[Node]) -> Iterator[Node]:
    for menu in menus:
        yield menu
        yield from _menus(menu["children"])


def _within(node: Any) -> Iterator[Node]:
    """Every object of a model, at any depth."""
    if isinstance(node, dict):
        yield node
        for part in node.values():
            yield from _within(part)
    elif isinstance(node, list):
        for part in node:
            yield from _within(part)
