"""Which object stands in each path parameter: the estates of all apps together (tests/<app>/estate.py)."""

import re
from importlib import import_module
from pathlib import Path

from tests.permissions.routes import Route
from tests.support.estates import Estate, Values
from tests.support.world import World

APPS = [
    import_module(f"tests.{path.parent.name}.estate")
    for path in sorted(Path(__file__).parents[1].glob("*/estate.py"))
]
OBJECTS: Values = {path: value for app in APPS for path, value in app.OBJECTS.items()}
#: The objects of every app, which use each other's.
Whole: type[Estate] = type("Whole", tuple(Estate.__subclasses__()), {})


def estate_of(world: World) -> Estate:
    """The one estate of a world."""
    if not hasattr(world, "_estate"):
        world._estate = Whole(world)  # type: ignore[attr-defined]
    estate: Estate = world._estate  # type: ignore[attr-defined]
    return estate


def fill(route: Route, world: World) -> str:
    """The route's path with its parameters filled in."""
    parts = re.split(r"\{\w+\}", route.path)
    path, key = parts[0], parts[0]
    for part in parts[1:]:
        path += f"{OBJECTS[key](estate_of(world))}{part}"
        key += f"{{}}{part}"
    return path
