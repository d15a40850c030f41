"""What every plain resource does: nothing of it is written by hand, so nothing of it is tested by hand."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import ForeignKey
from django.test.utils import CaptureQueriesContext

from apps.audit.models import AuditEvent
from apps.cashier.models import CashDrawer
from apps.cashier.services.open_shift import open_shift
from apps.identity.models import Dictionary, DictionaryItem, PartnerApplication
from apps.identity.services.partners import create_application
from apps.inpatient.models import Bed, Ward
from apps.inpatient.services.beds import place
from kernel.ids import uuid7
from kernel.rows import can_be_in_use, can_be_taken
from tests.conformance.resources import RESOURCES, Resource, another, body_of, unique_column
from tests.inpatient.support import admit, bed
from tests.permissions.test_matrix import ROLES, ROWS
from tests.support.answers import _inputs
from tests.support.world import World

PLAIN = [resource for resource in RESOURCES if resource.is_plain and "create" in resource.actions]
MANY = 20


def send(world: World, method: str, url: str, body: Any = None, who: str = "boss") -> Any:
    return getattr(world.client(who), method)(url, body, format="json")


def problem(answer: Any) -> tuple[int, str, set[str]]:
    """Status, code and the fields that are blamed."""
    said = answer.json()
    return answer.status_code, said["code"], {f"{e['field']}:{e['code']}" for e in said["errors"]}


def actions_on(key: str) -> list[str]:
    """What the operation log says about a row, first to last."""
    return list(AuditEvent.objects.filter(object_id=key).order_by("id").values_list("action", flat=True))


@pytest.mark.parametrize("resource", PLAIN, ids=str)
def test_a_row_that_is_taken_is_refused_by_its_field(resource: Resource, world: World) -> None:
    assert can_be_taken(resource.view.model)
    body = body_of(resource, send(world, "get", resource.row(world)).json())
    status, code, fields = problem(send(world, "post", resource.url(world), body))
    assert (status, code) == (409, "duplicate")
    assert {field.partition(":")[0] for field in fields} == {unique_column(resource)}


@pytest.mark.requirement("ACC-06")
@pytest.mark.parametrize("resource", PLAIN, ids=str)
def test_a_row_is_made_changed_and_deleted_and_the_log_says_so(resource: Resource, world: World) -> None:
    body = body_of(resource, send(world, "get", resource.row(world)).json())
    made = send(world, "post", resource.url(world), another(resource, world, body, 2))
    assert made.status_code == 201, made.content
    url, shown = f"{resource.url(world)}/{made.json()['id']}", made.json()
    assert send(world, "get", url).json() == shown
    changed = send(world, "patch", url, {"version": shown["version"]})
    assert changed.status_code == 200 and changed.json()["version"] == shown["version"] + 1
    done = ["insert", "update"]
    if "destroy" in resource.actions:
        assert send(world, "delete", url).status_code == 204
        assert send(world, "get", url).status_code == 404
        done.append("delete")
    assert actions_on(shown["id"]) == done


@pytest.mark.parametrize("resource", PLAIN, ids=str)
def test_an_edit_names_the_version_it_read(resource: Resource, world: World) -> None:
    url = resource.row(world)
    version = send(world, "get", url).json()["version"]
    assert problem(send(world, "patch", url, {}))[::2] == (400, {"version:required"})
    assert problem(send(world, "patch", url, {"version": version + 7}))[:2] == (409, "stale_version")
    assert send(world, "get", url).json()["version"] == version


@pytest.mark.parametrize("resource", PLAIN, ids=str)
def test_a_field_that_is_not_there_is_refused(resource: Resource, world: World) -> None:
    for method, url in (("post", resource.url(world)), ("patch", resource.row(world))):
        assert problem(send(world, method, url, {"no_such_field": 1}))[2] == {"no_such_field:unknown_field"}


@pytest.mark.parametrize("resource", [r for r in PLAIN if r.view.serializer_class.fixed], ids=str)
def test_what_is_fixed_never_changes(resource: Resource, world: World) -> None:
    url = resource.row(world)
    shown = send(world, "get", url).json()
    fields = {field.source: name for name, field in resource.view.serializer_class().fields.items()}
    for source in resource.view.serializer_class.fixed & fields.keys():
        name = fields[source]
        column = resource.view.model._meta.get_field(source)
        value = _other(world, column, shown[name])
        answer = problem(send(world, "patch", url, {"version": shown["version"], name: value}))
        assert answer == (400, "validation_error", {f"{name}:fixed"}), name
        same = send(world, "patch", url, {"version": shown["version"], name: shown[name]})
        assert same.status_code == 200, same.content
        shown = same.json()


EDITED = [
    resource for resource in RESOURCES if "partial_update" in resource.actions and resource.knows_a_row()
]
#: What an edit refuses whatever it says: the row is past being edited.
NOT_NOW = {"clinic-sessions": "session_published"}
#: Names of the world that are none.
MADE_UP = {"staff": {"name"}}


@pytest.mark.parametrize("resource", EDITED, ids=str)
def test_whoever_may_edit_may_send_back_what_was_read(resource: Resource, world: World) -> None:
    url = resource.row(world)
    cells = dict(zip(ROLES, ROWS[f"PATCH {resource.path}/{{pk}}"], strict=True))
    refused = []
    for who in (role for role, cell in cells.items() if cell == "in"):
        shown = send(world, "get", url, who=who).json()
        path = re.sub(r"\{\w+\}", "{}", f"/api/{resource.path}/{{pk}}")
        taken = (_inputs("admin", "patch", path) or frozenset()) - {"id"} - MADE_UP.get(str(resource), set())
        read_back = {name: _ids_alone(value) for name, value in shown.items() if name in taken}
        answer = send(world, "patch", url, read_back, who=who)
        if answer.status_code != 200 and answer.json()["code"] != NOT_NOW.get(str(resource)):
            refused.append(f"{who}: {answer.content.decode()}")
    assert not refused


@pytest.mark.parametrize("resource", EDITED, ids=str)
def test_another_value_of_what_is_fixed_is_refused_as_that_whoever_sends_it(
    resource: Resource, world: World
) -> None:
    kind: Any = resource.view.serializer_class
    fields = kind().fields.items()
    names = [
        name
        for name, field in fields
        if field.source in getattr(kind, "fixed", ()) and name.endswith("_id") and not field.read_only
    ]
    url = resource.row(world)
    cells = dict(zip(ROLES, ROWS[f"PATCH {resource.path}/{{pk}}"], strict=True))
    for who in (role for role, cell in cells.items() if cell == "in" and names):
        version = send(world, "get", url, who=who).json()["version"]
        for name in names:
            answer = send(world, "patch", url, {"version": version, name: str(uuid7())}, who=who)
            assert problem(answer) == (400, "validation_error", {f"{name}:fixed"}), (who, name)


def _ids_alone(value: Any) -> Any:
    """Without the names that stand beside ids in the rows of a list."""
    if isinstance(value, list):
        return [_ids_alone(each) for each in value]
    if isinstance(value, dict):
        return {name: each for name, each in value.items() if not name.endswith("_name")}
    return value


def _other(world: World, column: Any, value: Any) -> Any:
    if isinstance(column, ForeignKey):
        if column.related_model is Dictionary:
            Dictionary.objects.create(code="other", name="other")
        if column.related_model is Ward:
            bed(world, ward="other")
        if column.related_model is PartnerApplication:
            create_application(hospital=world.h1, name="other", allowed_scopes=[])
        strangers = column.related_model._default_manager.exclude(pk=UUID(value))
        return str((world.h2 if column.name == "hospital" else strangers.latest("id")).pk)
    if column.choices:
        return next(each for each, _ in column.choices if each != value)
    return f"{value}x"


REFERRED = [found for found in PLAIN if "destroy" in found.actions and can_be_in_use(found.view.model)]


@pytest.mark.parametrize("resource", REFERRED, ids=str)
def test_a_row_in_use_is_not_deleted(resource: Resource, world: World) -> None:
    url = resource.row(world)
    key = send(world, "get", url).json()["id"]
    _refer(world, resource.view.model, key)
    before = send(world, "get", url).json()
    assert problem(send(world, "delete", url))[:2] == (409, "in_use")
    assert send(world, "get", url).json() == before


def _refer(world: World, model: Any, key: str) -> None:
    """Let something refer to the row."""
    if model is Dictionary:
        DictionaryItem.objects.create(dictionary_id=key, value="x", label="x")
    if model is CashDrawer:
        open_shift(clerk=world.staff["clerk"], drawer=CashDrawer.objects.get(pk=key), cash={})
    if model is Bed:
        place(admit(world), bed=Bed.objects.get(pk=key))
    for row in (world.staff["doctor_a"], world.departments["surgery"]):
        columns = [column.name for column in row._meta.concrete_fields if column.related_model is model]
        if columns:
            type(row)._default_manager.filter(pk=row.pk).update(**{columns[0]: key})


@pytest.mark.parametrize("resource", PLAIN, ids=str)
def test_a_list_of_many_rows_asks_no_more_often(resource: Resource, world: World) -> None:
    body = body_of(resource, send(world, "get", resource.row(world)).json())
    for number in range(3, MANY + 3):
        send(world, "post", resource.url(world), another(resource, world, body, number))
    world.client("boss").get(resource.url(world))
    rows = len(world.client("boss").get(resource.url(world), {"page_size": 100}).json()["results"])
    asked = []
    for size in (
        1,
        min(rows, 100) - 1,
    ):  # a page follows in both cases: else the total is known without asking
        with CaptureQueriesContext(connection) as queries:
            world.client("boss").get(resource.url(world), {"page_size": size})
        asked.append(len(queries))
    assert rows > 2
    assert asked[0] == asked[1]
