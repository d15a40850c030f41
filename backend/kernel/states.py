"""State tables and compare-and-set transitions."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Generic, TypeVar

from django.db import models

from kernel.errors import StateConflict

S = TypeVar("S", bound=StrEnum)


class StateTable(Generic[S]):
    """Which state may follow which. One instance per model, in the app's `states.py`."""

    def __init__(self, transitions: Mapping[S, frozenset[S] | set[S]]) -> None:
        self._next = {state: frozenset(targets) for state, targets in transitions.items()}

    def allows(self, source: S, target: S) -> bool:
        """Whether `target` may follow `source`."""
        return target in self._next.get(source, frozenset())

    def sources(self, target: S) -> frozenset[S]:
        """Every state from which `target` can be reached in one step."""
        return frozenset(state for state, targets in self._next.items() if target in targets)

    def final(self) -> frozenset[S]:
        """States that nothing follows."""
        return frozenset(state for state, targets in self._next.items() if not targets)

    def move(
        self,
        instance: models.Model,
        target: S,
        *,
        field: str = "state",
        expect: S | None = None,
        **changes: Any,
    ) -> None:
        """Compare-and-set `instance` to `target` together with `changes`; the instance is updated in place.

        `expect` is the state the caller read (default: the instance's). Raises StateConflict when the table forbids the
        step or when the row has moved on meanwhile; nothing is written then.
        """
        source = expect if expect is not None else getattr(instance, field)
        if not self.allows(source, target):
            raise StateConflict(current=str(source), target=str(target))
        values = {field: target, **changes}
        if any(f.name == "version" for f in instance._meta.concrete_fields):
            values["version"] = models.F("version") + 1
        manager = type(instance)._default_manager
        if not manager.filter(pk=instance.pk, **{field: source}).update(**values):
            raise StateConflict(current=str(source), target=str(target))
        for name, value in {field: target, **changes}.items():
            setattr(instance, name, value)
        if "version" in values:
            instance.version += 1  # type: ignore[attr-defined]
