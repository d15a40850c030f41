"""The three documents as the code gives them now."""

from typing import Any

import pytest

AUDIENCES = ("miniprogram", "admin", "partner")
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="session")
def documents() -> dict[str, dict[str, Any]]:
    """Audience → OpenAPI document."""
    from kernel.http.docs import _document

    return {name: _document(f"config.urls.{name}") for name in AUDIENCES}


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
