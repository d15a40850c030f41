"""Every line of the operation log is read in words: what was done, and to what."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from kernel.words import ACTS, OBJECTS
from tests.support.world import World

pytestmark = [pytest.mark.requirement("INT-04"), pytest.mark.requirement("ACC-06")]
APPS = Path(__file__).parents[2] / "backend" / "apps"
#: Those who write what they are given, and the place of the action among what they are given.
WRITERS = {"record": None, "log": 1, "_note": 0, "_write": None, "attempt": None}
EVENTS = "/api/admin/v1/audit/events"


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path in APPS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WRITERS:
                yield node.func.id, node


def _texts(node: ast.expr | None) -> Iterator[str]:
    """The texts that an expression may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def _given(name: str, call: ast.Call, keyword: str) -> Iterator[str]:
    place = WRITERS[name] if keyword == "action" else None
    yield from _texts(next((each.value for each in call.keywords if each.arg == keyword), None))
    if place is not None and len(call.args) > place:
        yield from _texts(call.args[place])


def test_every_action_that_the_code_writes_has_words() -> None:
    found = {text for name, call in _calls() for text in _given(name, call, "action")}
    refusable = {
        text for name, call in _calls() if name == "attempt" for text in _given(name, call, "action")
    }
    assert {"export", "sign_in", "unmask", "file_namesake", "totp_reset", "search_refused"} <= found
    assert found | {f"{text}_refused" for text in refusable} <= ACTS.keys()
    assert {"insert", "update", "delete"} <= ACTS.keys()


def test_every_object_that_the_log_names_has_words() -> None:
    found = {text for name, call in _calls() for text in _given(name, call, "object_type")}
    audited = {
        model._meta.label_lower
        for model in apps.get_models()
        if any(trigger.name == "audit" for trigger in getattr(model._meta, "triggers", ()))
    }
    assert len(audited) > 50 and "patients.patient" in found
    assert found | audited <= OBJECTS.keys()
    models = {model._meta.label_lower for model in apps.get_models()}
    assert OBJECTS.keys() <= models | found, "words of what is nowhere"


def test_the_export_says_them_in_the_language_of_the_request(world: World) -> None:
    client = world.client("boss")
    body = {"name": "改名", "version": 1}
    assert client.patch(f"/api/admin/v1/hospitals/{world.h1.pk}", body, format="json").status_code == 200

    def exported(language: str) -> Any:
        query = {"object_type": "identity.hospital"}
        answer = client.get(f"{EVENTS}/export", query, headers={"Accept-Language": language})
        return b"".join(answer.streaming_content).decode()

    assert ",修改,医院," in exported("zh-CN")
    assert ",Changed,Hospital," in exported("en")
