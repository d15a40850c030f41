"""What a form offers for a reference, whatever it refers to."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.access.scoped.options import MAX_IDS, SHOWN
from kernel.ids import uuid7
from tests.conformance.resources import RESOURCES, Resource, with_action
from tests.support.world import World

pytestmark = pytest.mark.requirement("INT-04")
BY_PATH = {str(resource): resource for resource in RESOURCES}
#: The resources whose rows are offered; the route of the options is one of its own.
OFFERED = [
    BY_PATH.get(str(found).removesuffix("/options"), replace(found, path=found.path.removesuffix("/options")))
    for found in with_action("offer")
]


def offered(resource: Resource, world: World, who: str = "admin1", **query: Any) -> Any:
    return world.client(who).get(f"{resource.url(world)}/options", query)


def made(resource: Resource, world: World) -> str:
    """The id of a row in force within reach of hospital 1's administrator."""
    return resource.row(world).rpartition("/")[2]


@pytest.mark.parametrize("resource", OFFERED, ids=str)
def test_a_row_in_force_is_offered_with_a_label(resource: Resource, world: World) -> None:
    key = made(resource, world)
    rows = offered(resource, world).json()
    assert len(rows) <= SHOWN
    assert all(row["label"] and set(row) == {"id", "label", "hint"} for row in rows)
    found = offered(resource, world, ids=key).json()
    assert [row["id"] for row in found] == [key]
    assert found[0] in rows or len(rows) == SHOWN or resource.view.in_force


@pytest.mark.parametrize("resource", OFFERED, ids=str)
def test_ids_answer_just_these_and_none_out_of_reach(resource: Resource, world: World) -> None:
    key = made(resource, world)
    assert offered(resource, world, ids=f"{key},{uuid7()}").json() == offered(resource, world, ids=key).json()
    if resource.view.model._meta.get_field("id") and hasattr(resource.view.model, "hospital"):
        assert offered(resource, world, who="admin2", ids=key).json() == []
    for wrong in ("x", f"{key};{key}", ",".join(str(uuid7()) for _ in range(MAX_IDS + 1))):
        answer = offered(resource, world, ids=wrong)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "ids")
        assert answer.json()["errors"][0]["code"] == "ids"


@pytest.mark.parametrize("resource", [r for r in OFFERED if "is_active" in r.view.in_force], ids=str)
def test_what_is_out_of_force_is_not_offered_but_still_named(resource: Resource, world: World) -> None:
    key = made(resource, world)
    resource.view.model._default_manager.filter(pk=key).update(is_active=False)
    assert key not in [row["id"] for row in offered(resource, world).json()]
    assert [row["id"] for row in offered(resource, world, ids=key).json()] == [key]


@pytest.mark.parametrize("resource", OFFERED, ids=str)
def test_options_take_the_filters_of_the_list_and_nothing_else(resource: Resource, world: World) -> None:
    made(resource, world)
    for name in {"search"} & resource.filters().keys():
        assert offered(resource, world, **{name: "没有这个名字"}).json() == []
    for name in ("page", "nonsense"):
        assert offered(resource, world, **{name: "1"}).status_code == 400


#: What is offered first hangs on other rows, which are found like a page: patients, sessions.
FOUND_FIRST = {"patient-cards": 2, "slots": 1}


@pytest.mark.parametrize("resource", OFFERED, ids=str)
def test_options_ask_as_often_for_one_row_as_for_many(resource: Resource, world: World) -> None:
    made(resource, world)
    offered(resource, world)  # rights are read once
    with CaptureQueriesContext(connection) as queries:
        rows = offered(resource, world).json()
    assert len(queries) <= 4 + FOUND_FIRST.get(str(resource), 0), (
        len(rows),
        [query["sql"][:200] for query in queries],
    )


@pytest.mark.parametrize("resource", [r for r in OFFERED if r.view.options_for_all], ids=str)
def test_who_may_not_list_them_chooses_among_those_of_the_own_hospital(
    resource: Resource, world: World
) -> None:
    key = made(resource, world)
    assert [row["id"] for row in offered(resource, world, who="clerk", ids=key).json()] == [key]
    assert offered(resource, world, who="doctor_h2", ids=key).json() == []
    assert offered(resource, world, who="patient_a").status_code == 403


@pytest.mark.parametrize("typed", ["oyc", "ouyang", "ouyangchen", "OYC", "欧阳"])
def test_a_doctor_is_found_by_the_name_its_pinyin_and_its_initials(world: World, typed: str) -> None:
    resource = next(found for found in OFFERED if str(found) == "staff")
    made = world.add_staff("欧阳晨", "doctor", world.h1, ["cardiology"], licence_no="L-oyc")
    found = offered(resource, world, who="clerk", search=typed, is_practitioner="true").json()
    assert [(row["id"], row["label"]) for row in found] == [(str(made.pk), "欧阳晨")]
    assert offered(resource, world, who="clerk", search="yanouc", is_practitioner="true").json() == []


@pytest.mark.parametrize(
    ("typed", "is_found"), [("kfk", True), ("kangfu", True), ("康复", True), ("fkk", False)]
)
def test_a_department_is_found_by_pinyin(world: World, typed: str, is_found: bool) -> None:
    resource = next(found for found in OFFERED if str(found) == "departments")
    body = {"hospital_id": str(world.h1.pk), "code": "kf-1", "name": "康复科"}
    assert world.client("admin1").post(resource.url(world), body, format="json").status_code == 201
    found = offered(resource, world, search=typed).json()
    assert [row["label"] for row in found] == (["康复科"] if is_found else [])


@pytest.mark.parametrize("typed", ["zsf", "zhangsanf", "张三丰"])
def test_a_patient_is_found_by_pinyin(world: World, typed: str) -> None:
    resource = next(found for found in OFFERED if str(found) == "patients")
    found = offered(resource, world, search=typed).json()
    assert str(world.patients["patient_a"].pk) in [row["id"] for row in found]


def test_a_doctor_is_told_apart_by_the_employee_number(world: World) -> None:
    resource = next(found for found in OFFERED if str(found) == "staff")
    found = offered(resource, world, who="clerk", search="doctor_a", is_practitioner="true").json()
    assert [(row["label"], row["hint"]) for row in found] == [("doctor_a", "doctor_a")]
    assert offered(resource, world, search="clerk", is_practitioner="true").json() == []


@pytest.mark.requirement("ACC-04")
def test_a_doctor_chooses_among_the_patients_within_reach(world: World) -> None:
    resource = next(found for found in OFFERED if str(found) == "patients")
    mine = str(world.patients["patient_a"].pk)
    assert offered(resource, world, who="doctor_c", ids=mine).json() == []
    assert [row["id"] for row in offered(resource, world, who="admin1", search="张三丰").json()] == [mine]
