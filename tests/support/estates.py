"""One row of each kind for a world, each made when it is first asked for; the apps' `estate.py` know how."""

from collections.abc import Callable
from typing import Any

from tests.support.world import World


class Estate:
    """The objects of one world. An app adds `make_<name>`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._made: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        """The object of that name; the same one every time."""
        if name not in self._made:
            self._made[name] = getattr(self, f"make_{name}")()
        return self._made[name]


Values = dict[str, Callable[[Any], Any]]
