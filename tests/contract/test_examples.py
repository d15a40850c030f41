"""What the documents show as an example is what the API takes: each of them is sent to it."""

import copy
import io
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image

from apps.patients.models import PatientTag
from kernel.http.docs import document as document_of
from kernel.ids import uuid7
from tests.contract.conftest import operations
from tests.permissions.objects import estate_of, fill
from tests.permissions.routes import Route
from tests.permissions.strangers import Strangers
from tests.permissions.test_bodies import Body, name_of
from tests.support.world import World

pytestmark = pytest.mark.requirement("INT-04")
#: Refused fields that tell of rows on file, of today or of each other, and nothing of what a request looks like.
OF_ROWS = frozenset(
    {
        "does_not_exist", "unknown", "in_the_past", "day_in_the_past", "bill_day", "within_a_day", "within_stay",
        "discharged_at", "another", "move_to", "serves_queue", "only_shared", "no_priority", "content",
        "config_value", "config_usable", "receives_cash", "sum_of_shifts", "accepted_shifts", "address_refused",
        "no_such_host", "holds_ranges", "due_within_30_days",
    }
)  # fmt: skip
#: Who asks: somebody who may do everything, for what a hospital's own administrator may not.
ASKING = {"admin": ("admin1", "boss"), "miniprogram": ("patient_a",), "partner": ("partner",)}
PLACEHOLDERS = re.compile(r"示例|张三|李四|example$|^(foo|bar|test|string)$", re.IGNORECASE)


def picture() -> SimpleUploadedFile:
    """A real one: a file that is none would be refused for what it is."""
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "#3366CC").save(drawn, "PNG")
    return SimpleUploadedFile("照片.png", drawn.getvalue(), "image/png")


class Replay:
    """Sends the examples of one audience with ids of rows that are there."""

    def __init__(self, world: World, audience: str) -> None:
        self.world, self.audience = world, audience
        estate_of(world).get("waitlist_entry")  # first: a patient who is suspended may not join
        PatientTag.objects.create(hospital=world.h1, name="慢病随访")
        self.strangers = Strangers(estate_of(world))

    def bodies(self) -> Iterator[tuple[Route, Body]]:
        """Every operation that takes a body."""
        document = document_of(f"config.urls.{self.audience}")
        for path, item in document["paths"].items():
            for method in ("post", "put", "patch", "delete"):
                if "requestBody" in item.get(method, {}):
                    yield Route(path.removeprefix("/api/"), method), Body(document, item[method])

    def wrong(self, route: Route, body: Body) -> str:
        """What the API says against the looks of that example; "" if nothing."""
        ids = {
            path: self.strangers.own(route, name_of(path))
            for path in body.ids
            if name_of(path) in str(body.example)
        }
        sent, url = body.filled(True, ids), "/api/" + fill(route, self.world)
        for who in ASKING[self.audience]:
            answer = self.send(who, route, url, body.kind, sent)
            if answer.status_code != 403:
                break
        problem = answer.json() if answer.status_code >= 400 else {}
        refused = {f"{e['field']}:{e['code']}" for e in problem.get("errors", ()) if e["code"] not in OF_ROWS}
        away = answer.status_code == 503  # a provider that does not run beside this test
        looks = answer.status_code in (413, 415, 422) or (answer.status_code >= 500 and not away)
        if (
            looks
            or problem.get("code") == "parse_error"
            or (problem.get("code") == "validation_error" and refused)
        ):
            return f"{route} {answer.status_code} {sorted(refused)} {problem.get('errors')} {sent}"
        return ""

    def send(self, who: str, route: Route, url: str, kind: str, body: Any) -> Any:
        """One request of a fresh sign-in; the database is as before."""
        self.world._clients.clear()
        with transaction.atomic():
            client = self.world.client(who)
            client.raise_request_exception = False  # a provider that is away is an answer like any other
            ask = getattr(client, route.method)
            key = {"HTTP_IDEMPOTENCY_KEY": str(uuid7())}
            if kind.startswith("multipart"):
                answer = ask(url, body | {"file": picture()}, format="multipart", **key)
            elif kind.endswith("json"):
                answer = ask(url, body, format="json", **key)
            else:
                answer = ask(url, urlencode(body), content_type=kind, **key)
            transaction.set_rollback(True)
        return answer


@pytest.mark.parametrize("audience", ["admin", "miniprogram", "partner"])
def test_no_example_is_refused_for_what_it_looks_like(audience: str, world: World) -> None:
    replay = Replay(world, audience)
    found = [replay.wrong(route, body) for route, body in list(replay.bodies())]
    assert len(found) > 5
    assert not any(found), "\n".join(filter(None, found))


def test_what_is_refused_for_its_looks_would_be_found(world: World) -> None:
    replay = Replay(world, "admin")
    route, body = next((r, b) for r, b in replay.bodies() if str(r) == "POST admin/v1/positions")
    assert replay.wrong(route, body) == ""
    for change in ({"name": 5}, {"nonsense": 1}, {"name": ""}):
        spoilt = copy.copy(body)
        spoilt.example = body.example | change
        assert next(iter(change)) in replay.wrong(route, spoilt)


def _texts(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, part in node.items():
            yield from _texts(key, f"{path}/key")
            yield from _texts(part, f"{path}/{key}")
    elif isinstance(node, list):
        for part in node:
            yield from _texts(part, path)
    elif isinstance(node, str):
        yield path, node


def test_no_example_holds_a_placeholder(document: dict[str, Any]) -> None:
    found = []
    for name, operation in operations(document):
        for message in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media in message.get("content", {}).values():
                texts = _texts(media.get("example", {}))
                found += [f"{name} {path}: {text}" for path, text in texts if PLACEHOLDERS.search(text)]
    assert found == []


def test_declared_bodies_are_those_of_operations(documents: dict[str, dict[str, Any]]) -> None:
    named = {operation["operationId"] for each in documents.values() for _, operation in operations(each)}
    assert set(settings.API_EXAMPLE_BODIES) <= named
