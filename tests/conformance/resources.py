"""Every resource of the admin API, read from the URL configuration, with a row of each."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import django_filters
from django.urls import URLPattern, URLResolver

from apps.access.scoped.rows import GivenRowViewSet
from apps.access.scoped.views import ScopedViewSet
from apps.identity.models import Department
from apps.identity.services.partners import create_application
from apps.messaging.scenes import SCENES
from apps.worklist.kinds import DEAD_LETTER, KINDS
from kernel.http.filters import KnownFilter
from kernel.ids import uuid7
from tests.permissions.objects import OBJECTS, fill
from tests.permissions.routes import Route
from tests.support.world import World

Body = dict[str, Any]


@dataclass(frozen=True)
class Resource:
    """`path` is relative to /api/, without the row's own key; `actions`: those of the view that are routed there."""

    path: str
    view: type[ScopedViewSet]
    actions: frozenset[str]

    def __str__(self) -> str:
        return self.path.removeprefix("admin/v1/")

    @property
    def is_plain(self) -> bool:
        return issubclass(self.view, GivenRowViewSet)

    def url(self, world: World) -> str:
        """The list."""
        return "/api/" + fill(Route(self.path, "get"), world)

    def row(self, world: World) -> str:
        """A row within reach of hospital 1's administrator; it is made first."""
        return "/api/" + fill(Route(f"{self.path}/{{pk}}", "get"), world)

    def knows_a_row(self) -> bool:
        """Whether somebody makes one."""
        return re.sub(r"\{\w+\}", "{}", self.path) + "/" in OBJECTS

    def filters(self) -> dict[str, django_filters.Filter]:
        """What its list can be narrowed by."""
        return dict(getattr(getattr(self.view, "filterset_class", None), "base_filters", {}))


def resources() -> list[Resource]:
    """All of them; a key at the end of a path is the row's own."""
    found: dict[tuple[str, type[ScopedViewSet]], set[str]] = {}
    for path, view, actions in _walk(import_module("config.urls.admin").urlpatterns, ""):
        owner = re.sub(r"/<uuid:\w+>$", "", path)
        found.setdefault((re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", owner), view), set()).update(actions)
    rows = [Resource(path, view, frozenset(actions)) for (path, view), actions in found.items()]
    return sorted(rows, key=str)


def _walk(
    patterns: list[URLPattern | URLResolver], prefix: str
) -> Iterator[tuple[str, type[ScopedViewSet], list[str]]]:
    for entry in patterns:
        path = (prefix + str(entry.pattern)).removeprefix("api/")
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, path)
            continue
        view = getattr(entry.callback, "cls", None)
        if isinstance(view, type) and issubclass(view, ScopedViewSet):
            yield path, view, list(entry.callback.actions.values())


RESOURCES = resources()


def with_action(action: str) -> list[Resource]:
    """Those that have it."""
    return [found for found in RESOURCES if action in found.actions]


def values_for(condition: django_filters.Filter) -> list[str]:
    """Values of which at least one leaves something out, for a list with a row or more."""
    if isinstance(condition, django_filters.BooleanFilter):
        return ["true", "false"]
    if isinstance(condition, (django_filters.ChoiceFilter, django_filters.MultipleChoiceFilter)):
        return [str(value) for value, _ in condition.extra["choices"]]
    if isinstance(condition, KnownFilter):
        return list(condition.known()) or ["zz9"]
    if isinstance(condition, django_filters.UUIDFilter):
        return [str(uuid7())]
    if isinstance(condition, django_filters.NumberFilter):
        return ["1", "2"]
    if isinstance(condition, (django_filters.DateFilter, django_filters.IsoDateTimeFilter)):
        moment = isinstance(condition, django_filters.IsoDateTimeFilter)
        return [f"{day}T00:00:00Z" if moment else day for day in ("1990-01-01", "2090-01-01")]
    return ["zz9"]


def body_of(resource: Resource, shown: Body) -> Body:
    """What would make the row that is shown."""
    kind: Any = resource.view.serializer_class
    written = {name for name, field in kind().fields.items() if not field.read_only} - {"version"}
    return {name: value for name, value in shown.items() if name in written}


def _department(world: World, number: int) -> str:
    made = Department.objects.create(hospital=world.h1, code=f"d{number}", name=f"科室{number}")
    return str(made.pk)


def _one_of(codes: Collection[str], number: int) -> str:
    return sorted(codes)[number % len(codes)]


#: How the values of a row differ from another's, where a number at the end of its last unique column does not do.
def _application(world: World, number: int) -> str:
    made, _ = create_application(hospital=world.h1, name=f"应用 {number}", allowed_scopes=[])
    return str(made.pk)


OTHERS: dict[str, Callable[[World, int], Body]] = {
    "message-templates": lambda world, n: {"scene": _one_of(SCENES, n), "fields_map": {}},
    "work-duties": lambda world, n: {"kind": _one_of(KINDS.keys() - {DEAD_LETTER.code}, n)},
    "partner-channels": lambda world, n: {"application_id": _application(world, n)},
    "queue-rules": lambda world, n: {"department_id": _department(world, n)},
}  # fmt: skip


def another(resource: Resource, world: World, body: Body, number: int) -> Body:
    """A body that says something else than `body` where rows must differ."""
    if make := OTHERS.get(str(resource)):
        return {**body, **make(world, number)}
    name = unique_column(resource)
    value = body[name]
    if isinstance(value, int):
        return {**body, name: value + number}
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return {**body, name: str(dt.date.fromisoformat(value) + dt.timedelta(days=number))}
    return {**body, name: f"{value}{number}"}


def unique_column(resource: Resource) -> str:
    """The last column of what must be unique, as the contract names it."""
    options = resource.view.model._meta
    for each in options.total_unique_constraints:
        return str(options.get_field(each.fields[-1]).attname)  # type: ignore[union-attr]
    return next(
        column.attname for column in options.concrete_fields if column.unique and not column.primary_key
    )
