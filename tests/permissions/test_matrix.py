"""Every route × every role. The table is matrix.txt; a route that is missing there fails.

A cell says how far the role gets with an object of patient_a, doctor_a and hospital 1: `in` past the door (the request
is then judged by its content), 401, 403 or 404. A denied request writes nothing: nothing changed, nothing was sent.
"""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.permissions.objects import fill
from tests.permissions.routes import Route, all_routes
from tests.support.world import World

TABLE = Path(__file__).with_name("matrix.txt")
DENIED = {401, 403, 404}
DENIED_CELLS = {str(status) for status in DENIED}
#: Writes that a denial may make: the log of the attempt, the time a device was last seen, a key taken and given back.
HARMLESS = ("audit_auditevent", "identity_authsession", "kernel_idempotencyrecord")


def read_table() -> tuple[list[str], dict[str, list[str]]]:
    """Roles, and route → cells."""
    lines = [line for line in TABLE.read_text().splitlines() if line.strip() and not line.startswith("#")]
    roles = lines[0].split()
    rows = {}
    for line in lines[1:]:
        method, path, *cells = line.split()
        rows[f"{method} {path}"] = cells
    return roles, rows


ROLES, ROWS = read_table()


class Rollback(Exception):
    """Undo what a permitted probe did."""


def probe(world: World, route: Route, role: str) -> tuple[int, list[str]]:
    """Status, and the statements that wrote something; the database is as before afterwards."""
    client = world.client(None if role == "nobody" else role)
    url = "/api/" + fill(route, world)
    kwargs: dict[str, Any] = {} if route.method == "get" else {"data": {}, "format": "json"}
    if route.method == "post":
        kwargs["HTTP_IDEMPOTENCY_KEY"] = "matrix-probe"
    result: tuple[int, list[str]] = (0, [])
    try:
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            answer = getattr(client, route.method)(url, **kwargs)
            writes = [q["sql"] for q in queries.captured_queries if is_write(q["sql"])]
            result = (answer.status_code, writes)
            raise Rollback
    except Rollback:
        pass
    return result


def is_write(sql: str) -> bool:
    """Whether the statement changes a table that matters."""
    text = (
        sql.split("; ", 1)[-1].lstrip().upper()
        if sql.startswith("SELECT set_config")
        else sql.lstrip().upper()
    )
    return text.startswith(("INSERT", "UPDATE", "DELETE", "WITH")) and not any(
        n.upper() in text for n in HARMLESS
    )


def cell_of(status: int) -> str:
    return str(status) if status in DENIED else "in"


@pytest.mark.requirement("ACC-02", "ACC-03", "ACC-04")
def test_every_route_is_in_the_matrix_and_every_row_is_a_route() -> None:
    routes = {str(route) for route in all_routes()}
    assert sorted(routes - ROWS.keys()) == [], "routes without a row"
    assert sorted(ROWS.keys() - routes) == [], "rows without a route"
    assert all(len(cells) == len(ROLES) for cells in ROWS.values())


#: What a person has asked for, in whatever department: others list their own.
PERSONAL = frozenset({"GET admin/v1/report-jobs/{pk}"})


@pytest.mark.requirement("ACC-03", "ACC-04")
@pytest.mark.parametrize("role", ["doctor_a", "head", "clerk", "admin1"])
def test_who_may_list_reads_a_row_within_the_own_scope(role: str) -> None:
    """The object of every row is hospital 1's, cardiology's and doctor_a's: within the scope of each of these."""
    place = ROLES.index(role)
    unseen = [
        path
        for path, cells in ROWS.items()
        if path.startswith("GET admin/v1/")
        and path.endswith("/{pk}")
        and path not in PERSONAL
        and ROWS.get(path.removesuffix("/{pk}"), cells)[place] == "in"
        and cells[place] in DENIED_CELLS
    ]
    assert unseen == []


def by_resource() -> dict[str, list[Route]]:
    """Routes grouped by audience and resource: one world serves a group."""
    groups: dict[str, list[Route]] = {}
    for route in all_routes():
        groups.setdefault("/".join(route.path.split("/")[::2][:2]), []).append(route)
    return groups


@pytest.mark.requirement("ACC-02", "ACC-03", "ACC-04")
@pytest.mark.parametrize("routes", [pytest.param(routes, id=name) for name, routes in by_resource().items()])
def test_each_role_gets_exactly_as_far_as_the_matrix_says(world: World, routes: list[Route]) -> None:
    wrong = []
    for route in routes:
        expected = dict(zip(ROLES, ROWS.get(str(route), []), strict=False))
        for role in ROLES:
            status, writes = probe(world, route, role)
            if status >= 500 or cell_of(status) != expected.get(role):
                wrong.append(f"{route} as {role}: {status}, not {expected.get(role)}")
            if status in DENIED and writes:
                wrong.append(f"{route} as {role}: denied with {status}, but written: {writes}")
    assert not wrong, "\n".join(wrong)
