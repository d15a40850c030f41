"""Nobody types an id: what a form or a filter asks for can be chosen, and what is answered has a name."""

from collections.abc import Iterator
from typing import Any

import pytest

from config.contract import manifest
from kernel.http.schema_parts import METHODS
from tests.contract.conftest import resolve

pytestmark = pytest.mark.requirement("INT-04")
Node = dict[str, Any]
#: Parameters that are given by the page one comes from, never by a person.
GIVEN: dict[str, str] = {
    "subject_id": "a row of whichever resource the work, approval or signature is about: its page gives it",
    "user_id": "accounts are no resource: who looks for a person asks for `actor`, the name",
    "range_id": "forms are looked at from their range",
    "invoice_id": "and from the invoice that they were printed for",
    "schedule_id": "files are looked at from the plan that they come from",
}
#: Fields of forms that no person fills in.
OF_ROWS: dict[tuple[str, str], str] = {
    ("FullContactRequest", "id"): "which of the contacts that were read is meant; a new one has none",
}
#: Answered ids without choices and without a name of their own beside.
NAMELESS: dict[str, str] = {
    "subject_id": "a row of whichever resource `subject_type`, `scene` or `kind` names; its words stand beside",
    "ref_id": "the same, of a timeline",
    "user_id": "an account; the person's name stands beside as `actor` or `name`",
    "account_id": "an account of the ledger is named by `account_kind` and `account_owner`",
    "approval_id": "the step of an approval is told by the state of what it is about",
    "carry_approval_id": "the same; whether the bill is carried is told by `carried_at`",
    "range_id": "a form is told by its code and number, which say the range",
    "decision_id": "whoever decided stands beside as `decided_by_name`",
    "reverses_id": "another line of the same bill: it has the same name",
    "event_id": "for programs: the event is told by its type",
}


def fields(
    document: Node, node: Node, where: str, seen: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, Node, Node]]:
    """(component, name, schema, those beside) of every property at any depth."""
    if "$ref" in node:
        where = str(node["$ref"]).rpartition("/")[2]
        if where in seen:
            return
        node, seen = resolve(document, node), (*seen, where)
    for part in (
        *node.get("allOf", ()),
        *node.get("oneOf", ()),
        *([node["items"]] if "items" in node else ()),
    ):
        yield from fields(document, part, where, seen)
    beside = node.get("properties", {})
    for name, schema in beside.items():
        yield where, name, schema, beside
        yield from fields(document, schema, where, seen)


def is_id(document: Node, schema: Node) -> bool:
    found = resolve(document, schema)
    return resolve(document, found.get("items", found)).get("format") == "uuid"


def can_be_chosen(schema: Node) -> bool:
    return "x-ref" in schema or "x-ref" in schema.get("items", {})


def calls(document: Node) -> Iterator[Node]:
    return (node for item in document["paths"].values() for name, node in item.items() if name in METHODS)


@pytest.fixture(scope="module")
def admin(documents: Node) -> Node:
    found: Node = documents["admin"]
    return found


@pytest.fixture(scope="module")
def of_chosen_rows() -> set[tuple[str, str]]:
    """(operation, field) that takes the ids of the rows at which a button stands, and stands nowhere else."""
    lists = [each for page in manifest()["pages"].values() for each in page["lists"]]
    alone = {action["operation"] for each in lists for action in each["toolbar"]}
    return {
        (action["operation"], action["ids"])
        for each in lists
        for action in (*each["row_actions"], *each["bulk_actions"])
        if "ids" in action and action["operation"] not in alone
    }


def test_every_id_of_a_form_can_be_chosen(admin: Node, of_chosen_rows: set[tuple[str, str]]) -> None:
    typed = {
        (where, name)
        for call in calls(admin)
        for media in call.get("requestBody", {}).get("content", {}).values()
        for where, name, schema, _ in fields(admin, media["schema"], call["operationId"])
        if is_id(admin, schema)
        and not can_be_chosen(schema)
        and (call["operationId"], name) not in of_chosen_rows
    }
    assert typed == OF_ROWS.keys()


def test_every_id_of_a_filter_can_be_chosen(admin: Node) -> None:
    typed = {
        each["name"]
        for call in calls(admin)
        for each in call.get("parameters", ())
        if each["in"] == "query" and is_id(admin, each["schema"]) and not can_be_chosen(each["schema"])
    }
    assert typed == GIVEN.keys()
    shown = {
        name for page in manifest()["pages"].values() for each in page["lists"] for name in each["filters"]
    }
    assert not shown & GIVEN.keys()


def test_every_id_of_an_action_on_chosen_rows_can_be_chosen(admin: Node) -> None:
    """What is done to many rows stands at a row of another resource: which one is asked."""
    bulk = {
        action["operation"]
        for page in manifest()["pages"].values()
        for each in page["lists"]
        for action in each["bulk_actions"]
    }
    asked = [
        (call["operationId"], each)
        for call in calls(admin)
        for each in call.get("parameters", ())
        if call["operationId"] in bulk and each["in"] == "path"
    ]
    assert asked and [name for name, each in asked if not can_be_chosen(each["schema"])] == []


def test_every_answered_id_has_choices_or_a_name(admin: Node) -> None:
    nameless = set()
    for call in calls(admin):
        good = call["responses"].get("200", call["responses"].get("201", {}))
        for media in good.get("content", {}).values():
            for _, name, schema, beside in fields(admin, media.get("schema", {}), call["operationId"]):
                stem = name.removesuffix("_ids").removesuffix("_id")
                named = {f"{stem}_name", f"{stem}_no"} & beside.keys()
                if name != "id" and is_id(admin, schema) and not can_be_chosen(schema) and not named:
                    nameless.add(name)
    assert nameless == NAMELESS.keys()
