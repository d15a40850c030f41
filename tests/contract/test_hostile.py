"""Values that clients make up to break things: no route answers 500, and what is refused is refused by name."""

import copy
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from rest_framework import serializers

from kernel.http.serializers import Serializer
from tests.contract.conftest import AUDIENCES
from tests.contract.test_schemathesis import ENDING
from tests.permissions.objects import OBJECTS, estate_of
from tests.support.effort import sample
from tests.support.world import World

pytestmark = pytest.mark.requirement("INT-04")
MOMENTS = [
    "2026-01-01T00:00:00+21:16", "2026-01-01T00:00:00-23:59", "0001-01-01T00:00:00+23:59", "0001-01-01T00:00:00",
    "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59.999999Z", "0001-01-01", "9999-12-31",
]  # fmt: skip
NUMBERS = ["9" * 40, "-" + "9" * 40, "1e400", "NaN", "Infinity", "9223372036854775808", "-1", "٣"]
TEXTS = ["\0", "a\0b", "\u202e", "𠮷" * 300, "%", "_" * 5000, "'", "{}", "[]", "null"]


@pytest.fixture
def ids(world: World) -> dict[str, str]:
    """Path in front of `{id}` → an object that exists."""
    estate_of(world).get("waitlist_entry")
    return {path: str(make(estate_of(world))) for path, make in OBJECTS.items()}


def operations(document: dict[str, Any], ids: dict[str, str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path with an existing object, and operation."""
    for path, methods in document["paths"].items():
        collection, braces, rest = path.removeprefix("/api/").partition("{")
        filled = path
        if braces:
            filled = f"/api/{collection}{ids[collection]}{rest.partition('}')[2]}"
        for method, operation in methods.items():
            yield method, filled, operation


def clients(world: World) -> dict[str, Any]:
    """Audience → somebody who reaches everything there."""
    found = {"admin": world.client("boss"), "miniprogram": world.client("patient_a")}
    found["partner"] = world.client("partner")
    for client in found.values():
        client.raise_request_exception = False
    return found


def hostile(schema: dict[str, Any]) -> list[str]:
    if schema.get("format") in ("date", "date-time"):
        return MOMENTS
    return NUMBERS if schema.get("type") in ("integer", "number") else TEXTS


@pytest.mark.thorough
@pytest.mark.parametrize("audience", AUDIENCES)
def test_no_query_parameter_of_any_route_makes_a_500(
    audience: str, world: World, ids: dict[str, str], documents: dict[str, Any]
) -> None:
    client, found, asked = clients(world)[audience], [], 0
    for method, path, operation in operations(documents[audience], ids):
        if method != "get":
            continue
        for parameter in operation.get("parameters", []):
            if parameter["in"] != "query":
                continue
            values = hostile(parameter["schema"])
            for value in sample(values, f"{path}?{parameter['name']}", 4):
                asked += 1
                answer = client.get(f"{path}?{urlencode({parameter['name']: value})}")
                if answer.status_code >= 500:
                    found.append(f"{path}?{parameter['name']}={value[:40]!r} {answer.status_code}")
    assert asked > 20
    assert not found, "\n".join(found)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every plain value of an example, with its path."""
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))
    else:
        yield path, value


def bodies(example: Any) -> Iterator[tuple[str, str]]:
    """What was replaced, and the example as JSON with one value made hostile."""
    for path, value in leaves(example):
        words = [*MOMENTS, "a\0b", "a\ud800b", "𠮷" * 300] if isinstance(value, str) else []
        numbers = [10**30, -(10**30), 2**63, 1e300] if type(value) in (int, float) else []
        values = [*words[-6:], *numbers, [[]], {"a": 1}]
        for hostile_value in sample(values, f"{path}", 4):
            whole = copy.deepcopy(example)
            where = whole
            for key in path[:-1]:
                where = where[key]
            where[path[-1]] = hostile_value
            yield f"{path} = {str(hostile_value)[:30]!r}", json.dumps(whole)


@pytest.mark.thorough
@pytest.mark.parametrize("audience", AUDIENCES)
def test_no_value_of_a_body_makes_a_500(
    audience: str, world: World, ids: dict[str, str], documents: dict[str, Any]
) -> None:
    client, found, asked = clients(world)[audience], [], 0
    for method, path, operation in operations(documents[audience], ids):
        media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        if operation["operationId"] in ENDING or "example" not in media:
            continue
        for what, body in bodies(media["example"]):
            asked += 1
            headers = {"HTTP_IDEMPOTENCY_KEY": uuid4().hex}
            answer = client.generic(method.upper(), path, body, content_type="application/json", **headers)
            if answer.status_code >= 500 and answer.status_code != 503:
                found.append(f"{method} {path} {what} {answer.status_code}")
    assert asked or audience == "partner"
    assert not found, "\n".join(found)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_options_is_refused_and_never_a_500(
    audience: str, world: World, ids: dict[str, str], documents: dict[str, Any]
) -> None:
    client = clients(world)[audience]
    paths = {path for _, path, _ in operations(documents[audience], ids)}
    found = {path: client.options(path).status_code for path in sorted(paths)}
    assert set(found.values()) <= {403, 404, 405}, found


@pytest.mark.parametrize("value", ["2026-01-01T00:00:00+21:16", "2026-01-01T00:00:00-23:59"])
def test_a_moment_with_a_strange_offset_is_that_moment(world: World, value: str) -> None:
    answer = world.client("boss").get("/api/admin/v1/messages", {"created_to": value})
    assert answer.status_code == 200


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-12:00"])
def test_a_moment_beyond_all_calendars_is_refused_by_name(world: World, value: str) -> None:
    answer = world.client("boss").get("/api/admin/v1/messages", {"created_to": value})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "created_to")


class MomentSerializer(Serializer):
    begun = serializers.DateTimeField(source="started_at")


@pytest.mark.parametrize(
    "value", ["0001-01-01T00:00:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z"]
)
def test_a_moment_beyond_all_calendars_in_a_body_is_refused_by_name(value: str) -> None:
    asked = MomentSerializer(data={"begun": value})
    assert not asked.is_valid()
    assert list(asked.errors) == ["begun"]


@pytest.mark.parametrize(
    "statement", ["SELECT 99999999999::int", "SELECT 'x'::uuid", "SELECT 1000::numeric(2, 1)"]
)
def test_what_the_database_cannot_hold_is_the_callers_mistake(
    world: World, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    from django.db import connection

    from apps.identity.api.admin.departments import DepartmentViewSet

    def ask(view: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    monkeypatch.setattr(DepartmentViewSet, "listed", ask)
    answer = world.client("boss").get("/api/admin/v1/departments")
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
