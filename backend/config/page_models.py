"""How each page of the admin app is drawn: its lists, forms and buttons, all of them from the document.

A page shows the lists of its resource, the first one as its table. What else may be called stands where it belongs: on
the list (`toolbar`), on a row (`row_actions`), in the detail of a row, or on the page itself where no list has it.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kernel.http.schema_parts import METHODS, PREFIX
from kernel.pages import ACTIONS, COLUMNS
from kernel.words import RESOURCES

Node = dict[str, Any]
#: Parameters of every list that are no filter of it.
PAGING = frozenset({"page", "page_size", "ordering", "search", "cursor", "Idempotency-Key"})
#: What a table does not show: who reads wants the name beside it.
TECHNICAL = frozenset({"id", "version"})
#: Addresses of what is looked at.
PICTURES = ("picture_url", "portrait_url")
#: So many columns are shown until somebody wants more.
SHOWN = 10
#: Everything belongs to these: lists narrowed to one of them are no part of its detail.
COMMON = frozenset({"hospitals", "departments"})
WIDTHS = {
    "money": 100, "number": 90, "date": 110, "moment": 160, "time": 90, "enum": 100, "boolean": 70, "tags": 160,
    "picture": 80, "text": 150, "masked": 150, "number_text": 190,
    "name": 120,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """An operation and where it stands."""

    id: str
    method: str
    path: str
    node: Node

    @property
    def code(self) -> str:
        """The permission that it asks for."""
        return str(self.node.get("x-permission-code") or "")

    @property
    def resource(self) -> str:
        return self.code.rpartition(".")[0]


class PageModels:
    """The models of one document's pages."""

    def __init__(self, document: Node) -> None:
        self.schemas: dict[str, Node] = document["components"]["schemas"]
        self.calls = [
            Call(node["operationId"], method, path, node)
            for path, item in document["paths"].items()
            for method, node in item.items()
            if method in METHODS
        ]

    def of(self, resources: Iterable[str]) -> Node:
        """The model of a page that shows these resources; every operation of theirs stands in it once."""
        wanted = set(resources)
        mine = [call for call in self.calls if call.resource in wanted]
        lists = [call for call in mine if self.rows_of(call) is not None and call.path.count("/options") == 0]
        top = sorted(lists, key=lambda call: (call.path.count("{"), -len(_below(call, mine))))
        found, placed = [], set[str]()
        for each in top:
            if each.id in placed:
                continue
            below = _below(each, mine)
            placed |= {call.id for call in below}
            found.append(self._list(each, [call for call in below if call.id != each.id]))
        rest = [call for call in mine if call.id not in placed and not call.id.endswith("_options_list")]
        return {"lists": found, "actions": [self._action(call) for call in rest]}

    def of_everybody(self, tags: Iterable[str]) -> Node:
        """The page of what everybody may do for themselves: lists and actions of these tags that ask for no code."""
        wanted = set(tags)
        signed_in = [call for call in self.calls if call.node["security"]]
        mine = [call for call in signed_in if not call.code and wanted & set(call.node["tags"])]
        lists = [call for call in mine if self.rows_of(call) is not None]
        below = {call.id: _below(call, mine) for call in lists}
        placed = {call.id for calls in below.values() for call in calls}
        return {
            "lists": [
                self._list(call, [each for each in below[call.id] if each is not call]) for call in lists
            ],
            "actions": [self._action(call) for call in mine if call.id not in placed],
        }

    def rows_of(self, call: Call) -> str | None:
        """The component of the rows that a GET answers, None where it answers none."""
        content = call.node["responses"].get("200", {}).get("content", {}).get("application/json", {})
        schema = content.get("schema", {})
        if call.method != "get":
            return None
        name = _name(schema)
        if name and "results" in self.schemas[name].get("properties", {}):
            schema = self.schemas[name]["properties"]["results"]
        return _name(schema.get("items", {})) if schema.get("type") == "array" else None

    def _list(self, call: Call, below: list[Call]) -> Node:
        parts: dict[str, Any] = {
            "toolbar": [],
            "row_actions": [],
            "exports": [],
            "uploads": [],
            "detail": None,
        }
        related: list[Node] = []
        for each in below:
            rest = each.path[len(call.path) :].strip("/").split("/") if each.path != call.path else []
            on_row = bool(rest) and rest[0].startswith("{")
            if each.id.endswith("_options_list"):
                parts["options"] = each.id
            elif each.method == "get" and on_row and len(rest) == 1:
                parts["detail"] = {"operation": each.id, "fields": self._answered(each)}
            elif each.method == "get" and on_row:
                related.append(self._related(each))
            elif each.method == "get":
                parts["exports" if self._is_file(each) else "toolbar"].append(self._action(each))
            elif self._is_upload(each) and not on_row:
                parts["uploads"].append(self._action(each))
            else:
                parts["row_actions" if on_row else "toolbar"].append(self._action(each))
        return {
            "operation": call.id,
            **_title(call.node),
            "parents": [part.strip("{}") for part in call.path.split("/") if part.startswith("{")],
            "columns": self._columns(call),
            "search": any(p["name"] == "search" for p in call.node.get("parameters", ())),
            "filters": [
                p["name"]
                for p in call.node.get("parameters", ())
                if p["in"] == "query" and p["name"] not in PAGING
            ],
            **parts,
            "related": related + list(self._pointing_at(call)) if parts["detail"] else related,
        }

    def _columns(self, call: Call) -> list[Node]:
        component = self.rows_of(call) or ""
        properties = self.schemas.get(component, {}).get("properties", {})
        sortable = _sortable(call)
        columns: list[Node] = []
        for name, node in properties.items():
            if name in TECHNICAL or (name.endswith("_id") and f"{name[:-3]}_name" in properties):
                continue
            form = self.format_of(name, node)
            if form == "object":
                continue
            titled = properties.get(f"{name[:-5]}_id", node) if name.endswith("_name") else node
            columns.append(
                {
                    "name": name, "title": titled["title"], "title_en": titled["x-title-en"], "format": form,
                    "width": WIDTHS[_kind_of_text(name) if form == "text" else form],
                    "sortable": name in sortable, "hidden": name.endswith(("_id", "_ids")),
                }
            )  # fmt: skip
        return _ordered(columns, COLUMNS.get(call.id, ()))

    def format_of(self, name: str, node: Node) -> str:
        """How a value is shown: money number date moment time enum boolean tags picture masked object text."""
        whole = self._resolved(node)
        kind = whole.get("type", "object")
        if "x-masked" in node:
            return "masked"
        if node.get("x-unit") == "fen":
            return "money"
        if "enum" in whole:
            return "enum"
        if kind == "array":
            return "tags" if self._resolved(whole.get("items", {})).get("type") == "string" else "object"
        if name.endswith(PICTURES):
            return "picture"
        by_format = {"date": "date", "date-time": "moment", "time-local": "time"}
        by_kind = {"boolean": "boolean", "integer": "number", "number": "number", "object": "object"}
        return by_format.get(whole.get("format", "")) or by_kind.get(kind, "text")

    def _resolved(self, node: Node) -> Node:
        for part in (node, *node.get("allOf", ()), *node.get("oneOf", ())):
            name = _name(part)
            if name:
                return self.schemas[name]
        return node

    def _related(self, call: Call) -> Node:
        rows = self.rows_of(call)
        shown: Node = {"columns": self._columns(call)} if rows else {"fields": self._answered(call)}
        return {"operation": call.id, **_title(call.node), "permission": call.code, "filter": "", **shown}

    def _pointing_at(self, call: Call) -> Iterator[Node]:
        """Lists of other pages that can be narrowed to one row of this one by `filter`; their columns stand there."""
        resource = call.id.removesuffix("_list")
        if resource in COMMON:
            return
        for each in self.calls:
            if each is call or "{" in each.path or not each.id.endswith("_list"):
                continue
            if each.id.endswith("_options_list") or not each.code:
                continue
            for parameter in each.node.get("parameters", ()):
                if parameter["in"] == "query" and _refers_to(parameter) == resource:
                    noun = RESOURCES[each.id.removesuffix("_list")]
                    yield {
                        "operation": each.id, "title": noun.zh, "title_en": noun.many.capitalize(),
                        "permission": each.code, "filter": parameter["name"],
                    }  # fmt: skip

    def _answered(self, call: Call) -> list[str]:
        content = call.node["responses"].get("200", {}).get("content", {}).get("application/json", {})
        properties = self.schemas.get(_name(content.get("schema", {})) or "", {}).get("properties", {})
        return [name for name in properties if name not in TECHNICAL]

    def _action(self, call: Call) -> Node:
        said = ACTIONS.get(call.id)
        return {
            "operation": call.id, **_title(call.node), "permission": call.code, "method": call.method.upper(),
            "form": list(self._form(call)),
            "danger": call.method == "delete" or bool(said and said.danger),
            "confirm": said.confirm if said else "确定删除?" if call.method == "delete" else "",
            "confirm_en": said.confirm_en if said else "Delete it?" if call.method == "delete" else "",
            "when": {name: list(values) for name, values in said.when.items()} if said else {},
        }  # fmt: skip

    def _form(self, call: Call) -> Iterator[str]:
        for media in call.node.get("requestBody", {}).get("content", {}).values():
            properties = self.schemas.get(_name(media.get("schema", {})) or "", {}).get("properties", {})
            yield from (
                name for name, node in properties.items() if name != "version" and "x-fixed" not in node
            )
            return

    def _is_file(self, call: Call) -> bool:
        content = call.node["responses"].get("200", {}).get("content", {})
        return bool(content) and "application/json" not in content

    def _is_upload(self, call: Call) -> bool:
        return "multipart/form-data" in call.node.get("requestBody", {}).get("content", {})


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


def _below(call: Call, calls: list[Call]) -> list[Call]:
    return [each for each in calls if each.path == call.path or each.path.startswith(f"{call.path}/")]


def _refers_to(parameter: Node) -> str | None:
    found: str | None = parameter["schema"].get("x-ref", {}).get("resource")
    return found


def _title(node: Node) -> Node:
    return {"title": node["summary"], "title_en": node["x-summary-en"]}


def _name(schema: Node) -> str | None:
    for part in (schema, *schema.get("allOf", ())):
        if str(part.get("$ref", "")).startswith(PREFIX):
            return str(part["$ref"]).removeprefix(PREFIX)
    return None


def _sortable(call: Call) -> frozenset[str]:
    for parameter in call.node.get("parameters", ()):
        if parameter["name"] == "ordering":
            return frozenset(parameter["schema"].get("x-columns", ()))
    return frozenset()
