"""The columns of a list, from the component of its rows."""

import itertools
from typing import Any

from config.page_calls import Call, component_of
from kernel.pages import COLUMNS

Node = dict[str, Any]
#: What a table does not show: who reads wants the name beside it.
TECHNICAL = frozenset({"id", "version"})
#: Addresses of what is looked at.
PICTURES = ("picture_url", "portrait_url")
#: So many columns are shown until somebody wants more.
SHOWN = 10
WIDTHS = {
    "money": 100, "number": 90, "date": 110, "moment": 160, "time": 90, "enum": 100, "boolean": 70, "tags": 160,
    "picture": 80, "text": 150, "masked": 150, "number_text": 190,
    "name": 120,
}  # fmt: skip


class Columns:
    """The columns of the lists of one document."""

    def __init__(self, schemas: dict[str, Node]) -> None:
        self.schemas = schemas

    def of(self, call: Call) -> list[Node]:
        """In the order in which people look for them."""
        properties = self.schemas.get(self.rows_of(call) or "", {}).get("properties", {})
        columns: list[Node] = []
        for name, node in properties.items():
            if _is_technical(name, node) or (name.endswith("_id") and f"{name[:-3]}_name" in properties):
                continue
            form = self.format_of(name, node)
            if form == "object":
                continue
            titled = _titled(name, node, properties)
            columns.append(
                {
                    "name": name, "title": titled["title"], "title_en": titled["x-title-en"], "format": form,
                    "width": WIDTHS[_kind_of_text(name) if form == "text" else form],
                    "sortable": name in call.sortable, "hidden": name.endswith(("_id", "_ids")),
                }
            )  # fmt: skip
        return _ordered(columns, COLUMNS.get(call.id, ()))

    def rows_of(self, call: Call) -> str | None:
        """The component of the rows that a GET answers, None where it answers none."""
        if call.method != "get":
            return None
        schema = call.answer
        name = component_of(schema)
        if name and "results" in self.schemas[name].get("properties", {}):
            schema = self.schemas[name]["properties"]["results"]
        return component_of(schema.get("items", {})) if schema.get("type") == "array" else None

    def format_of(self, name: str, node: Node) -> str:
        """How a value is shown: money number date moment time enum boolean tags picture masked object text."""
        whole = self.resolved(node)
        kind = whole.get("type", "object")
        if "x-masked" in node:
            return "masked"
        if node.get("x-unit") == "fen":
            return "money"
        if "enum" in whole or (kind == "integer" and "x-enum" in whole):
            return "enum"
        if kind == "array":
            return "tags" if self.resolved(whole.get("items", {})).get("type") == "string" else "object"
        if name.endswith(PICTURES):
            return "picture"
        by_format = {"date": "date", "date-time": "moment", "time-local": "time"}
        by_kind = {"boolean": "boolean", "integer": "number", "number": "number", "object": "object"}
        return by_format.get(whole.get("format", "")) or by_kind.get(kind, "text")

    def resolved(self, node: Node) -> Node:
        """The component that a node refers to, or the node."""
        for part in (node, *node.get("allOf", ()), *node.get("oneOf", ())):
            name = component_of(part)
            if name:
                return self.schemas[name]
        return node


def _is_technical(name: str, node: Node) -> bool:
    return name in TECHNICAL or "x-technical" in node


def _titled(name: str, node: Node, beside: dict[str, Node]) -> Node:
    """A name stands for its id or its code, and is headed like that."""
    bare = name.removesuffix("_name")
    if bare == name:
        return node
    coded = beside.get(bare, {})
    return beside.get(f"{bare}_id") or (coded if "x-technical" in coded else node)


def _ordered(columns: list[Node], first: tuple[str, ...]) -> list[Node]:
    """Those that are said to come first, then the others; no more than SHOWN are shown at first."""
    by_name = {column["name"]: column for column in columns}
    shown = [by_name.pop(name) for name in first]
    rest = list(by_name.values())
    places = itertools.count(len(shown))
    return [
        *({**column, "hidden": False} for column in shown),
        *({**column, "hidden": column["hidden"] or bool(first) or next(places) >= SHOWN} for column in rest),
    ]


def _kind_of_text(name: str) -> str:
    """Numbers of documents are long, names are short."""
    return "number_text" if name.endswith("_no") else "name" if name.endswith("_name") else "text"
