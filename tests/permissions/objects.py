"""Which object stands in each path parameter: one of patient_a, doctor_a and hospital 1."""

import re
from collections.abc import Callable
from uuid import UUID

from tests.permissions.routes import Route
from tests.support.world import World

#: Path prefix (longest wins) → the id that stands for the first parameter after it.
OBJECTS: dict[str, Callable[[World], UUID | str]] = {
    "admin/v1/departments/": lambda w: w.departments["cardiology"].pk,
}


def fill(route: Route, world: World) -> str:
    """The route's path with its parameters filled in."""
    path = route.path
    while match := re.search(r"\{\w+\}", path):
        prefix = path[: match.start()]
        make = OBJECTS[prefix] if prefix in OBJECTS else OBJECTS[route.path[: _original(route.path, prefix)]]
        path = prefix + str(make(world)) + path[match.end() :]
    return path


def _original(template: str, filled: str) -> int:
    """Where, in the template, the next parameter begins after `filled` segments."""
    depth = filled.count("/")
    return len("/".join(template.split("/")[:depth])) + 1
