"""State tables and compare-and-set transitions."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Generic, TypeVar

from django.db import models

from kernel import clock
from kernel.errors import StateConflict

S = TypeVar("S", bound=StrEnum)


def choices_of(states: type[StrEnum]) -> list[tuple[str, str]]:
    """What a field of states offers that no table moves; of a table, take its `choices`."""
    return [(state.value, state.value) for state in states]


class StateTable(Generic[S]):
    """Which state may follow which. One instance per model, in the app's `states.py`."""

    def __init__(self, transitions: Mapping[S, frozenset[S] | set[S]]) -> None:
        self._next = {state: frozenset(targets) for state, targets in transitions.items()}

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What a field of these states offers."""
        return choices_of(type(next(iter(self._next))))

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

        `updated_at` and `version` are written where the model has them: callers never pass them.
        `expect` is the state the caller read (default: the instance's). Raises StateConflict when the table forbids the
        step or when the row has moved on meanwhile; nothing is written then.
        """
        source = expect if expect is not None else getattr(instance, field)
        if not self.allows(source, target):
            raise StateConflict(current=str(source), target=str(target))
        columns = {column.name for column in instance._meta.concrete_fields}
        values = {field: target, **changes}
        if "updated_at" in columns:
            values["updated_at"] = clock.now()
        raised = {"version": models.F("version") + 1} if "version" in columns else {}
        manager = type(instance)._default_manager
        rows = manager.filter(pk=instance.pk)
        if not rows.filter(**{field: source}).update(**values, **raised):
            stored = rows.values_list(field, flat=True).first()
            raise StateConflict(current=str(stored or source), target=str(target))
        for name, value in values.items():
            setattr(instance, name, value)
        if raised:
            instance.version += 1  # type: ignore[attr-defined]
