"""How each page of the admin app is drawn: its lists, forms and buttons, all of them from the document.

A page shows the lists of its resource, the first one as its table. What else may be called stands where it belongs: on
the list (`toolbar`), on a row (`row_actions`), in the detail of a row, or on the page itself where no list has it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from apps.access.codes import MODULES, ModuleSpec
from config.page_actions import Actions
from config.page_calls import Call, below, calls_of
from config.page_columns import Columns
from kernel.http.schema_parts import sent
from kernel.pages import BULK, BY_BODY, MOVING, ON_ROWS
from kernel.words import RESOURCES

Node = dict[str, Any]
#: Everything belongs to these: lists narrowed to one of them are no part of its detail.
COMMON = frozenset({"hospitals", "departments"})


class PageModels:
    """The models of one document's pages."""

    def __init__(self, document: Node) -> None:
        self.schemas: dict[str, Node] = document["components"]["schemas"]
        self.calls = calls_of(document)
        self.columns = Columns(self.schemas)
        self.actions = Actions(self.schemas, sent(document), self.calls)

    def of(self, resources: Iterable[str]) -> Node:
        """The model of a page that shows these resources; every operation of theirs stands in it once."""
        wanted = set(resources)
        mine = [call for call in self.calls if call.resource in wanted and call.id not in BY_BODY]
        lists = [call for call in mine if self.columns.rows_of(call) is not None and not call.is_options]
        top = sorted(lists, key=lambda call: (call.path.count("{"), -len(below(call, mine))))
        found, placed = [], set[str]()
        for each in top:
            if each.id not in placed:
                placed |= {call.id for call in below(each, mine)}
                found.append(self._list(each, [*below(each, mine), *self._foreign(each, wanted)]))
        placed |= {name for each in top for name in self._done_to_rows(each)}
        rest = [call for call in mine if call.id not in placed and not call.is_options]
        return {"lists": found, "actions": [self.actions.of(call) for call in rest]}

    def of_everybody(self, tags: Iterable[str]) -> Node:
        """The page of what everybody may do for themselves: lists and actions of these tags that ask for no code."""
        wanted = set(tags)
        signed_in = [call for call in self.calls if call.node["security"]]
        mine = [call for call in signed_in if not call.code and wanted & set(call.node["tags"])]
        lists = [call for call in mine if self.columns.rows_of(call) is not None]
        placed = {call.id for each in lists for call in below(each, mine)}
        return {
            "lists": [self._list(each, below(each, mine)) for each in lists],
            "actions": [self.actions.of(call) for call in mine if call.id not in placed],
        }

    def _list(self, listed: Call, beside: list[Call]) -> Node:
        """`beside`: operations whose paths are the list's or go on from it."""
        model: Node = {
            "operation": listed.id,
            **listed.heading,
            "parents": [part.strip("{}") for part in listed.path.split("/") if part.startswith("{")],
            "columns": self.columns.of(listed),
            "moving": {name: list(values) for name, values in MOVING.get(listed.id, {}).items()},
            "search": any(p["name"] == "search" for p in listed.parameters),
            "filters": listed.filters,
            "toolbar": [],
            "row_actions": [*self.actions.on_one(listed), *self.actions.on_rows(listed.id)],
            "bulk_actions": self.actions.on_many(listed),
            "exports": [],
            "uploads": [],
            "detail": None,
            "related": [],
        }
        for each in beside:
            if each.id != listed.id and each.id not in BULK.get(listed.id, ()):
                self._put(model, each, each.steps_below(listed))
        self._give_template(model, listed)
        model["row_actions"] = self.actions.ordered(model["row_actions"])
        if model["detail"]:
            model["related"] += self._pointing_at(listed)
        model["related"].sort(key=lambda part: _place_of_module(part["permission"], listed.code))
        return model

    def _put(self, model: Node, call: Call, steps: list[str]) -> None:
        """An operation in its place of the list's model."""
        on_row = bool(steps) and steps[0].startswith("{")
        if call.is_options:
            model["options"] = call.id
        elif call.method == "get" and on_row and len(steps) == 1:
            model["detail"] = self.actions.detail(call)
        elif call.method == "get" and on_row:
            model["related"].append(self._related(call))
        elif call.method == "get":
            model["exports" if call.is_file else "toolbar"].append(self.actions.of(call))
        elif call.is_upload and not on_row:
            model["uploads"].append(self.actions.of(call))
        else:
            model["row_actions" if on_row else "toolbar"].append(self.actions.of(call))

    def _give_template(self, model: Node, listed: Call) -> None:
        """The file at `template` below a list is what its uploads are filled in from: it stands with them."""
        names = [call.id for call in self.calls if call.path == f"{listed.path}/template"]
        found = [each for each in model["exports"] if each["operation"] in names] if model["uploads"] else []
        for upload in model["uploads"]:
            upload["template"] = found[0] if found else None
        model["exports"] = [each for each in model["exports"] if each not in found]

    def _foreign(self, listed: Call, own: set[str]) -> Iterator[Call]:
        """What other resources hang on the rows of a list: their paths go on from a row's."""
        for call in self.calls:
            named = call.code and call.resource not in own and not call.is_options
            if named and call.path.startswith(f"{listed.path}/{{"):
                yield call

    def _done_to_rows(self, listed: Call) -> Iterator[str]:
        """What takes rows of a list, or of a field of their detail, though its path starts elsewhere."""
        yield from BULK.get(listed.id, ())
        yield from ON_ROWS.get(listed.id, ())
        for call in below(listed, self.calls):
            if call.method == "get" and len(call.steps_below(listed)) == 1:
                for name in self.actions.answered(call):
                    yield from ON_ROWS.get(f"{call.id}.{name}", ())

    def _related(self, call: Call) -> Node:
        rows = self.columns.rows_of(call)
        shown: Node = {"columns": self.columns.of(call)} if rows else {"fields": self.actions.answered(call)}
        return {
            "operation": call.id, **call.heading, "permission": call.code, **_group_of(call.code), "filter": "",
            "row_actions": self.actions.on_rows(call.id), **shown,
        }  # fmt: skip

    def _pointing_at(self, listed: Call) -> Iterator[Node]:
        """Lists of other pages that can be narrowed to one row of this one by `filter`; their columns stand there."""
        resource = listed.id.removesuffix("_list")
        if resource in COMMON:
            return
        for each in self.calls:
            if each is listed or "{" in each.path or not each.id.endswith("_list"):
                continue
            if each.is_options or not each.code:
                continue
            for parameter in each.parameters:
                if (
                    parameter["in"] == "query"
                    and parameter["schema"].get("x-ref", {}).get("resource") == resource
                ):
                    noun = RESOURCES[each.id.removesuffix("_list")]
                    yield {
                        "operation": each.id, "title": noun.zh, "title_en": noun.many.capitalize(),
                        "permission": each.code, **_group_of(each.code), "filter": parameter["name"], "row_actions": [],
                    }  # fmt: skip


def _module_of(code: str) -> ModuleSpec | None:
    return MODULES.get(code.partition(".")[0])


def _group_of(code: str) -> Node:
    """What parts of a detail stand under together: the module whose rows they are."""
    module = _module_of(code)
    return {"group": module.zh if module else "", "group_en": module.en if module else ""}


def _place_of_module(code: str, own: str) -> tuple[bool, int]:
    """The module of the page first, the others as in the menu."""
    module = _module_of(code)
    return (module is not _module_of(own), module.sort if module else 0)
