"""The three documents as the code gives them now, and one running product for the tests that need it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.live import LiveStack, live_stack

AUDIENCES = ("miniprogram", "admin", "partner")
SAMPLE = ["--patients", "200", "--appointments", "200"]
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks at the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the running product on one worker, which then starts it once."""
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()) and "/contract/" in item.nodeid:
            item.add_marker(pytest.mark.xdist_group("contract"))


@pytest.fixture(scope="package")  # not the session: it takes a processor from whatever runs after it
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    """The product with a small sample hospital, whose clock tests move on."""
    with live_stack(tmp_path_factory.mktemp("live"), sample=SAMPLE) as running:
        yield running


@pytest.fixture(scope="session")
def documents() -> dict[str, dict[str, Any]]:
    """Audience → OpenAPI document."""
    from kernel.http.docs import document as document_of

    return {name: document_of(f"config.urls.{name}") for name in AUDIENCES}


@pytest.fixture(params=AUDIENCES)
def document(request: pytest.FixtureRequest, documents: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Each of the three."""
    return documents[request.param]


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """(`GET /path`, operation) of a document."""
    return [
        (f"{method.upper()} {path}", item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]


def resolve(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """The node that a reference means."""
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node
