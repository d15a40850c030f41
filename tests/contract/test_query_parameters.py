"""A GET takes the query parameters that its document names: a misspelt filter must not list everything."""

import re
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.permissions.objects import fill
from tests.permissions.routes import Route
from tests.permissions.test_matrix import ROLES, ROWS, by_resource
from tests.support.world import World

READS = {name: [route for route in routes if route.method == "get"] for name, routes in by_resource().items()}


def who_may(route: Route) -> str:
    """A role that gets in, the strongest of them."""
    return next(
        role for role, cell in reversed(list(zip(ROLES, ROWS[str(route)], strict=True))) if cell == "in"
    )


def known_to(documents: dict[str, Any], route: Route) -> list[str]:
    """The query parameters in the document of a route's audience."""
    document = documents[route.path.partition("/")[0]]
    paths = {re.sub(r"\{\w+\}", "{}", path): item for path, item in document["paths"].items()}
    operation = paths["/api/" + re.sub(r"\{\w+\}", "{}", route.path)]["get"]
    return sorted(each["name"] for each in operation.get("parameters", ()) if each["in"] == "query")


@pytest.mark.requirement("INT-04")
@pytest.mark.parametrize(
    "routes", [pytest.param(routes, id=name) for name, routes in READS.items() if routes]
)
def test_every_get_refuses_an_unknown_query_parameter_and_says_which_it_knows(
    routes: list[Route], world: World, documents: dict[str, Any]
) -> None:
    wrong = []
    for route in routes:
        client, url = world.client(who_may(route)), "/api/" + fill(route, world)
        answer = client.get(f"{url}?unknown_thing=1", HTTP_ACCEPT_LANGUAGE="en")
        errors = answer.json()["errors"] if answer.status_code == 400 else [{}]
        names = ", ".join(known_to(documents, route))
        said = {"field": "unknown_thing", "code": "unknown_parameter", "message": _words(names)}
        if errors != [said]:
            wrong.append(f"{route} as {who_may(route)}: {answer.status_code} {errors}")
    assert not wrong, "\n".join(wrong)


def _words(names: str) -> str:
    return f"Unknown query parameter; {f'known are {names}' if names else 'there are none here'}."


@pytest.mark.requirement("INT-04")
def test_who_may_not_ask_is_told_that_first(world: World) -> None:
    url = "/api/admin/v1/roles?unknown_thing=1"
    assert world.client(None).get(url).status_code == 401
    assert world.client("doctor_a").get(url).status_code == 403


@pytest.mark.requirement("INT-04")
def test_a_parameter_that_is_given_twice_is_refused_and_none_of_it_is_dropped(world: World) -> None:
    client, url = world.client("admin1"), "/api/admin/v1/appointments"
    twice = client.get(f"{url}?patient_id={world.patients['patient_a'].pk}&patient_id=")
    (error,) = twice.json()["errors"]
    assert (twice.status_code, error["field"], error["code"]) == (400, "patient_id", "repeated_parameter")
    assert client.get(f"{url}?page=1&page=2").status_code == 400


@pytest.mark.requirement("INT-04")
@pytest.mark.parametrize("query", ["state=nonsense&state=", "state=&state=nonsense"])
def test_of_several_values_none_hides_behind_an_empty_one(world: World, query: str) -> None:
    answer = world.client("admin1").get(f"/api/admin/v1/refund-requests?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "state")


@pytest.mark.requirement("INT-04")
def test_an_export_is_narrowed_by_the_filters_of_its_list(documents: dict[str, Any]) -> None:
    for path in ("appointments", "patients", "audit/events"):
        listed = set(known_to(documents, Route(f"admin/v1/{path}", "get")))
        asked = set(known_to(documents, Route(f"admin/v1/{path}/export", "get")))
        assert listed - asked <= {"page", "page_size", "cursor"}, path


@pytest.mark.parametrize(
    "path", ["admin/v1/auth/sign-in", "miniprogram/v1/auth/wechat", "partner/v1/oauth/token"]
)
@pytest.mark.django_db
def test_a_get_on_what_is_only_posted_to_is_no_method_whatever_it_asks(path: str) -> None:
    for method in ("get", "head"):
        assert getattr(APIClient(), method)(f"/api/{path}", {"x": "1"}).status_code == 405


@pytest.mark.requirement("INT-04")
@pytest.mark.parametrize("language", ["zh-hans", "en", "en-gb"])
@pytest.mark.parametrize("written", ["05/12/2026", "2026/12/05", "Dec 5 2026", "20261205", "05/12/26"])
def test_a_day_is_written_alike_in_every_language(world: World, language: str, written: str) -> None:
    """05/12 is a day in May for one reader and in December for another."""
    client = world.client("admin1")
    answer = client.get("/api/admin/v1/appointments", {"visit_date": written}, HTTP_ACCEPT_LANGUAGE=language)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (400, "visit_date") and "YYYY-MM-DD" in error["message"]
