"""An operation of a document, as pages ask about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kernel.http.schema_parts import METHODS, PREFIX

Node = dict[str, Any]
JSON = "application/json"
#: Parameters of every list that are no filter of it.
PAGING = frozenset({"page", "page_size", "ordering", "search", "cursor", "Idempotency-Key"})


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
        """What the permission is about."""
        return self.code.rpartition(".")[0]

    @property
    def title(self) -> Node:
        return {"title": self.node["summary"], "title_en": self.node["x-summary-en"]}

    @property
    def heading(self) -> Node:
        """What is read, without the verb: over a list or a part of a detail."""
        zh, en = self.node["summary"], self.node["x-summary-en"]
        if self.method != "get":
            return self.title
        bare = en.removeprefix("List ").removeprefix("Read ").removeprefix("the ")
        return {
            "title": zh.removeprefix("查询").removeprefix("查看") or zh,
            "title_en": bare[:1].upper() + bare[1:],
        }

    @property
    def parameters(self) -> list[Node]:
        found: list[Node] = self.node.get("parameters", [])
        return found

    @property
    def filters(self) -> list[str]:
        """What a person can narrow a list by; an id that nothing lists the choices of comes from other pages alone."""
        asked = (p for p in self.parameters if p["in"] == "query" and _can_be_chosen(p["schema"]))
        return [p["name"] for p in asked if p["name"] not in PAGING]

    @property
    def sortable(self) -> frozenset[str]:
        """Columns that a list can be ordered by."""
        orders = (p["schema"] for p in self.parameters if p["name"] == "ordering")
        return frozenset(name for schema in orders for name in schema.get("x-columns", ()))

    @property
    def answer(self) -> Node:
        """The schema of a good answer in JSON; {} for none."""
        schema: Node = self._good.get(JSON, {}).get("schema", {})
        return schema

    @property
    def body(self) -> str:
        """The component of what is sent; "" for none."""
        sent_as = list(self._sent.values())
        return component_of(sent_as[0].get("schema", {})) or "" if sent_as else ""

    @property
    def is_options(self) -> bool:
        return self.id.endswith("_options_list")

    @property
    def is_file(self) -> bool:
        return bool(self._good) and JSON not in self._good

    @property
    def is_upload(self) -> bool:
        return "multipart/form-data" in self._sent

    @property
    def _good(self) -> Node:
        found: Node = self.node["responses"].get("200", {}).get("content", {})
        return found

    @property
    def _sent(self) -> Node:
        found: Node = self.node.get("requestBody", {}).get("content", {})
        return found

    def steps_below(self, listed: "Call") -> list[str]:
        """The parts of its path after that of a list."""
        return self.path[len(listed.path) :].strip("/").split("/") if self.path != listed.path else []


def _can_be_chosen(schema: Node) -> bool:
    return "x-technical" not in schema and (schema.get("format") != "uuid" or "x-ref" in schema)


def calls_of(document: Node) -> list[Call]:
    """All operations of a document."""
    return [
        Call(node["operationId"], method, path, node)
        for path, item in document["paths"].items()
        for method, node in item.items()
        if method in METHODS
    ]


def below(call: Call, calls: Iterable[Call]) -> list[Call]:
    """Those whose path is the call's or goes on from it."""
    return [each for each in calls if f"{each.path}/".startswith(f"{call.path}/")]


def component_of(schema: Node) -> str | None:
    """The component that a schema refers to."""
    for part in (schema, *schema.get("allOf", ())):
        if str(part.get("$ref", "")).startswith(PREFIX):
            return str(part["$ref"]).removeprefix(PREFIX)
    return None
