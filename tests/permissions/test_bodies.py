"""An id of another hospital or patient in a body is as unknown as one that never was: for every id of every body.

Beside each such request stands the same one with an id of one's own, which is never refused for that member: so it is
the object that is refused, not the form of the request.
"""

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from kernel.http.docs import document as document_of
from kernel.ids import uuid7
from tests.permissions.objects import estate_of, fill
from tests.permissions.routes import Route
from tests.permissions.strangers import Strangers
from tests.support.world import World

Path = tuple[str | int, ...]
#: Public for every patient: any hospital's numbers may be booked.
PUBLIC = {"slot_id", "hospital_id", "department_id", "practitioner_id"}
#: The group is one; a patient who is not yet filed has no contacts whose phone could be kept; a filter by another
#: hospital leaves nothing.
NOBODYS = {
    ("POST", "admin/v1/hospitals", "group"),
    ("PATCH", "admin/v1/hospitals/{id}", "group"),
    ("POST", "admin/v1/patients", "contacts"),
    ("POST", "admin/v1/patients/search", "hospital_id"),
    ("POST", "admin/v1/patients/export", "hospital_id"),
}


class Rollback(Exception):
    """Undo what a permitted request did."""


class Body:
    """The request body of an operation: its example, and where ids stand in it."""

    def __init__(self, document: dict[str, Any], operation: dict[str, Any]) -> None:
        self.document = document
        body = self._resolved(operation.get("requestBody", {}))
        self.kind, media = next(iter(body.get("content", {}).items()), ("", {}))
        examples = [entry["value"] for entry in media.get("examples", {}).values()]
        self.example = (examples or [media.get("example", {})])[0]
        self.ids = sorted(set(self._ids(media.get("schema", {}), ())), key=str)

    def _resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            target: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def _ids(self, node: dict[str, Any], path: Path) -> Iterator[Path]:
        node = self._resolved(node)
        if node.get("format") == "uuid":
            yield path
        for name, member in node.get("properties", {}).items():
            yield from self._ids(member, (*path, name))
        if "items" in node:
            yield from self._ids(node["items"], (*path, 0))
        for other in (*node.get("allOf", []), *node.get("oneOf", []), *node.get("anyOf", [])):
            yield from self._ids(other, path)

    def filled(self, whole: bool, values: dict[Path, str]) -> Any:
        """The example, or only its members that are named, with these ids in it."""
        body = copy.deepcopy(self.example)
        if not whole:
            body = {name: body[name] for name in ("version", *(path[0] for path in values)) if name in body}
        for path, value in values.items():
            _put(body, path, value)
        return body


def _put(node: Any, path: Path, value: str) -> None:
    """Put a value into a document, making the lists and members on the way."""
    step, *rest = path
    if isinstance(step, int):
        node[:] = node[:1] or [{} if rest else value]
    if not rest:
        node[step] = value
        return
    missing: Any = [] if isinstance(rest[0], int) else {}
    if isinstance(node, dict) and not node.get(str(step)):
        node[step] = missing
    _put(node[step], tuple(rest), value)


def name_of(path: Path) -> str:
    """The last name on the way: what the id is of."""
    return next(str(step) for step in reversed(path) if isinstance(step, str))


def requests(audience: str) -> Iterator[tuple[Route, Body]]:
    """Every operation of an audience whose body holds ids."""
    document = document_of(f"config.urls.{audience}")
    for path, item in document["paths"].items():
        for method in ("post", "put", "patch"):
            body = Body(document, item.get(method, {}))
            if body.ids:
                yield Route(path.removeprefix("/api/"), method), body


def refusal(client: APIClient, route: Route, world: World, body: Any, kind: str) -> tuple[int, set[str]]:
    """The status, and the members that were refused; the database is as before."""
    url = "/api/" + fill(route, world)
    form = "multipart" if kind.startswith("multipart") else "json"
    try:
        with transaction.atomic():
            answer = getattr(client, route.method)(url, body, format=form, HTTP_IDEMPOTENCY_KEY=str(uuid7()))
            raise Rollback
    except Rollback:
        pass
    problem = answer.json() if answer.status_code >= 400 else {}
    fields = {f"{error['field']}:{error['code']}" for error in problem.get("errors", [])}
    return answer.status_code, fields


def trouble(
    client: APIClient, route: Route, world: World, body: Body, path: Path, strangers: Strangers
) -> str:
    """What is wrong with how an operation takes a stranger at that place; "" if nothing."""
    answers = []
    for id_of in (strangers.own, strangers.foreign):
        ids = {other: strangers.own(route, name_of(other)) for other in body.ids if route.method == "post"}
        ids[path] = id_of(route, name_of(path))
        sent = body.filled(route.method == "post", ids)
        answers.append(refusal(client, route, world, sent, body.kind))
    (own, accepted), (foreign, refused) = answers
    blamed = {field for field in refused - accepted if re.split(r"[.:]", field)[0] == path[0]}
    if (foreign == 404 != own) or (foreign == 400 and blamed) or own == foreign == 403:
        return ""  # 403: the matrix says who may
    if f"{path[0]}:fixed" in accepted & refused:
        return ""  # no other id is taken there, whosever it is
    if not strangers.knows(route, name_of(path)) and foreign >= 400:
        return ""  # an id of nothing, until strangers.py knows that kind
    return f"{route} {path}: {foreign} {sorted(refused)}; with an own id {own} {sorted(accepted)}"


def is_asked(route: Route, path: Path) -> bool:
    """Whether anybody is a stranger there."""
    if route.path.startswith("miniprogram"):
        return name_of(path) not in PUBLIC
    return (route.method.upper(), route.path, path[0]) not in NOBODYS


@pytest.mark.requirement("ACC-03", "ACC-04")
@pytest.mark.parametrize(("audience", "who"), [("admin", "admin1"), ("miniprogram", "patient_a")])
def test_no_body_takes_an_id_of_a_stranger(audience: str, who: str, world: World) -> None:
    strangers, found, asked = Strangers(estate_of(world)), [], 0
    for route, body in requests(audience):
        for path in body.ids:
            if is_asked(route, path):
                found.append(trouble(world.client(who), route, world, body, path, strangers))
                asked += 1
    assert asked
    assert not any(found), "\n".join(filter(None, found))
