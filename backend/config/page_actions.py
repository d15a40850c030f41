"""Buttons, their forms, and what a detail shows under which headings."""

from collections.abc import Iterable, Iterator
from typing import Any

from config.page_calls import Call, component_of
from config.page_columns import TECHNICAL
from kernel.http.schema_words import component
from kernel.pages import ACTIONS, APPLIES, BULK, BY_FIELD, DELETE, GROUPS, ON_ROWS, ActionSpec

Node = dict[str, Any]
DELETED = ActionSpec(True, *DELETE)


class Actions:
    """The buttons of one document; `asked`: components of requests."""

    def __init__(self, schemas: dict[str, Node], asked: frozenset[str], calls: Iterable[Call]) -> None:
        self.schemas, self.asked = schemas, asked
        self.calls = {call.id: call for call in calls}

    def of(self, call: Call) -> Node:
        """A button: when it applies, what is asked before, what is filled in."""
        said = ACTIONS.get(call.id) or (DELETED if call.method == "delete" else ActionSpec())
        form = list(self._form(call))
        return {
            "operation": call.id, **call.title, "permission": call.code, "method": call.method.upper(),
            "form": form, "groups": self._groups(call.body, form),
            "danger": call.method == "delete" or said.danger, "confirm": said.confirm, "confirm_en": said.confirm_en,
            "shows": list(said.shows), "then": said.then, "preview": said.preview,
            "when": {name: list(values) for name, values in said.when.items()},
        }  # fmt: skip

    def on_many(self, listed: Call) -> list[Node]:
        """What takes many rows of a list at once."""
        return [self._of_ids(listed, name, ids) for name, ids in BULK.get(listed.id, {}).items()]

    def on_one(self, listed: Call) -> list[Node]:
        """What takes one row of a list in its body, those that take many among them."""
        return [
            self._of_ids(listed, name, field)
            for found in (BULK, BY_FIELD)
            for name, field in found.get(listed.id, {}).items()
        ]

    def _of_ids(self, listed: Call, operation: str, ids: str) -> Node:
        made = self.of(self.calls[operation])
        when = {name: list(values) for name, values in APPLIES[listed.id, operation].items()}
        return {**made, "ids": ids, "when": when or made["when"]}

    def on_rows(self, shown: str) -> list[Node]:
        """What is done to a row that is shown there by its id alone."""
        return [{**self.of(self.calls[name]), "alone": True} for name in ON_ROWS.get(shown, ())]

    @staticmethod
    def ordered(actions: list[Node]) -> list[Node]:
        """As people look for them: what a row is there for, then what its state asks for, edits late, dangers last."""
        return sorted(
            actions,
            key=lambda action: (
                action["danger"],
                not ACTIONS.get(action["operation"], ActionSpec()).main,
                not action["when"],
                "ids" in action and not action["when"],
                action["method"] == "PATCH",
            ),
        )

    def detail(self, call: Call) -> Node:
        """One row read whole: its fields under headings, and what is done to the rows within it."""
        fields = self.answered(call)
        on_parts = {name: self.on_rows(f"{call.id}.{name}") for name in fields}
        return {
            "operation": call.id,
            "fields": fields,
            "groups": self._groups(component_of(call.answer) or "", fields),
            "parts": {name: actions for name, actions in on_parts.items() if actions},
        }

    def answered(self, call: Call) -> list[str]:
        """The fields of an answer that is one object."""
        properties = self.schemas.get(component_of(call.answer) or "", {}).get("properties", {})
        return [name for name in properties if name not in TECHNICAL]

    def _form(self, call: Call) -> Iterator[str]:
        properties = self.schemas.get(call.body, {}).get("properties", {})
        return (name for name, node in properties.items() if name != "version" and "x-fixed" not in node)

    def _groups(self, name: str, fields: list[str]) -> list[Node]:
        """Those of the component that have any of the fields; none: it is too small to be divided."""
        said = GROUPS.get(component(name, self.asked), ())
        found = [(group, [each for each in _with_names(group.fields) if each in fields]) for group in said]
        return [{"title": group.zh, "title_en": group.en, "fields": held} for group, held in found if held]


def _with_names(fields: Iterable[str]) -> Iterator[str]:
    """Behind each id the name of what it means."""
    for name in fields:
        yield name
        if name.endswith("_id"):
            yield f"{name[:-3]}_name"
