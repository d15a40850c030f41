"""What a refusal shows beside the members of every problem: named by the errors, typed here by the name, once."""

from collections.abc import Iterable
from typing import Any

from kernel.errors import CATALOGUE
from kernel.http.problems import FRAMEWORK_CODES
from kernel.words import property_words, unit_of

Node = dict[str, Any]
TEXT: Node = {"type": "string"}
WHOLE: Node = {"type": "integer"}
TEXTS: Node = {"type": "array", "items": TEXT}
OBJECTS: Node = {"type": "array", "items": {"type": "object", "additionalProperties": {}}}
#: By the end of the name; moments and days are shown as people read them, or as RFC 3339.
BY_END: dict[str, Node] = {
    "_ids": TEXTS, "_id": TEXT, "_fen": WHOLE, "ticket_no": WHOLE, "_no": TEXT, "_name": TEXT,
    "_yuan": TEXT, "_at": {**TEXT, "nullable": True}, "_date": TEXT,
    "year": WHOLE,
}  # fmt: skip
BY_NAME: dict[str, Node] = {
    **dict.fromkeys(
        (
            "accepted", "application", "bring", "channel", "charge", "current", "desk", "found", "handler", "header",
            "left_quantity", "month", "operation", "paper_code", "platform", "platform_code", "platform_text", "reason",
            "relationship", "said", "scope", "state", "survivor_merged_into", "target", "until", "used_by", "what",
            "which", "why",
        ),
        TEXT,
    ),
    **dict.fromkeys(("allowed", "bad", "booked", "count", "days", "limit", "of", "pixels", "used", "value"), WHOLE),
    "server_timestamp": WHOLE,
    **dict.fromkeys(("clashes", "codes", "reasons"), TEXTS),
    **dict.fromkeys(("candidates", "conflicts", "open_items", "refused"), OBJECTS),
    "existing": {"type": "object", "additionalProperties": {}, "nullable": True},
}  # fmt: skip


def type_of(name: str) -> Node:
    """The schema of a member; KeyError where nobody has said what it is."""
    for end, node in BY_END.items():
        if name.endswith(end):
            return node
    return BY_NAME[name]


def code_of(codes: Iterable[str]) -> Node:
    """The member `code` of refusals: which it may be, each with what it says."""
    said = [(code, *_texts(code)) for code in codes]
    known = [{"value": code, "zh": zh, "en": en, "colour": "danger"} for code, zh, en in said]
    return {"type": "string", "enum": list(codes), **_titled("code"), "x-enum": known}


def members_of(codes: Iterable[str]) -> dict[str, Node]:
    """The members that refusals with these codes may show, each optional, with its words and the unit of a number."""
    names = sorted({name for code in codes if code in CATALOGUE for name in CATALOGUE[code].members})
    return {name: {**type_of(name), **_titled(name), **_unit(name)} for name in names}


def _texts(code: str) -> tuple[str, str]:
    error = CATALOGUE.get(code)
    return (error.zh, error.en) if error else FRAMEWORK_CODES[code][1:]


def _titled(name: str) -> Node:
    said = property_words("Problem", name)
    return {"title": said.zh, "x-title-en": said.en} if said else {}


def _unit(name: str) -> Node:
    unit = unit_of(name) if type_of(name) is WHOLE else None
    return {"x-unit": unit} if unit else {}
