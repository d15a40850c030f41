"""What every list of the admin API does, whoever wrote it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.http.filters import KnownFilter
from tests.conformance.resources import Resource, values_for, with_action
from tests.support.world import World

LISTS = [resource for resource in with_action("list") if resource.view.pagination_class]
#: Lists that show the caller's own rows: nobody else's are made here.
OWN = {"auth/notices": "doctor_a"}
#: Filters without which a list does not show the row that is made.
REQUIRED: dict[str, dict[str, str]] = {"patient-duplicates": {"state": "distinct"}}


def listed(resource: Resource, world: World, **query: Any) -> Any:
    """The answer of a list."""
    client = world.client(OWN.get(str(resource), "admin1"))
    return client.get(resource.url(world), {**REQUIRED.get(str(resource), {}), **query})


def rows_of(answer: Any) -> list[Any]:
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


@pytest.mark.parametrize("resource", [r for r in LISTS if r.knows_a_row() and r.filters()], ids=str)
def test_every_declared_filter_narrows(resource: Resource, world: World) -> None:
    resource.row(world)
    total = len(rows_of(listed(resource, world, page_size=100)))
    assert total
    idle = []
    for name, condition in resource.filters().items():
        counts = [
            len(rows_of(listed(resource, world, page_size=100, **{name: value})))
            for value in values_for(condition)
        ]
        single = isinstance(condition, KnownFilter) and len(condition.known()) == 1
        if min(counts) >= total and not single:
            idle.append(f"{name}: {counts} of {total}")
    assert not idle


@pytest.mark.parametrize("resource", [r for r in LISTS if r.knows_a_row() and r.filters()], ids=str)
def test_a_value_of_no_registry_and_no_dictionary_is_an_error_of_its_filter(
    resource: Resource, world: World
) -> None:
    resource.row(world)
    for name, condition in resource.filters().items():
        if isinstance(condition, KnownFilter) and condition.known():
            answer = listed(resource, world, **{name: "zz9"})
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, name)


@pytest.mark.parametrize("resource", [r for r in LISTS if hasattr(r.view, "ordering_fields")], ids=str)
def test_every_declared_order_is_kept_both_ways(resource: Resource, world: World) -> None:
    if resource.knows_a_row():
        resource.row(world)
    for name in resource.view.ordering_fields:
        up, down = (
            rows_of(listed(resource, world, page_size=100, ordering=sign + name)) for sign in ("", "-")
        )
        assert len(up) == 100 or sorted(map(str, up)) == sorted(map(str, down)), name
        values = [row[name] for row in up if row.get(name) is not None]
        if all(isinstance(value, int) for value in values):
            assert values == sorted(values), name
    assert listed(resource, world, ordering="no_such_column").status_code == 400


@pytest.mark.parametrize("resource", LISTS, ids=str)
def test_a_list_asks_as_often_for_one_row_as_for_all(resource: Resource, world: World) -> None:
    if resource.knows_a_row():
        resource.row(world)
    rows = len(rows_of(listed(resource, world, page_size=100)))
    asked = []
    for size in (1, max(rows - 1, 1)):  # a page follows in both cases: else the total is known without asking
        with CaptureQueriesContext(connection) as queries:
            rows_of(listed(resource, world, page_size=size))
        asked.append(len(queries))
    # One more at most: a first row with nothing beside it spares the query for what stands beside the others.
    assert asked[1] - asked[0] <= 1, asked
