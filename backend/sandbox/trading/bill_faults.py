"""Faults planted in the bills of a provider: which row, and what becomes of it. How rows look, each provider knows."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar

from sandbox.wire import BadRequest, Request, Response, reply

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class PlantedFault:
    """One fault. `number`: ours of a payment or a refund; `fen`: what stands there instead, or is added.

    drop        the row is not there            double      it stands there twice
    amount      another amount                  add         a payment nobody knows
    foreign     another merchant's              later_day   it stands in the next day's
    other_day   the file says another day       cut         the file ends in its middle
    """

    kind: str
    number: str = ""
    fen: int = 0


class PlantedFaults:
    """The faults of one merchant's bills, of these kinds."""

    def __init__(self, *kinds: str) -> None:
        self._kinds = kinds
        self.rules: list[PlantedFault] = []

    def reset(self) -> None:
        """Bills are right again."""
        self.rules = []

    def put(self, request: Request) -> Response:
        """`{rules: [{kind, number?, fen?}]}`: from now on, instead of those before."""
        rules = request.json().get("rules")
        if not isinstance(rules, list):
            raise BadRequest("rules: a list is expected")
        try:
            faults = [PlantedFault(**rule) for rule in rules]
        except TypeError as error:
            raise BadRequest(f"bill fault: {error}") from error
        if any(fault.kind not in self._kinds for fault in faults):
            raise BadRequest(f"bill fault kind: one of {', '.join(self._kinds)}")
        self.rules = faults
        return reply({"rules": len(faults)})

    def has(self, kind: str) -> bool:
        """Whether it was told so."""
        return any(rule.kind == kind for rule in self.rules)

    def later(self) -> Collection[str]:
        """Numbers whose rows stand in the next day's bill."""
        return {rule.number for rule in self.rules if rule.kind == "later_day"}

    def planted(
        self,
        rows: Iterable[R],
        *,
        number: Callable[[R], str],
        changed: Callable[[R, PlantedFault], R],
        stranger: Callable[[R, PlantedFault], R],
    ) -> list[R]:
        """The rows as the bill has them; `changed` for amount and foreign. A stranger is made after the first row."""
        found = list(rows)
        for rule in self.rules:
            first = found[0] if found else None
            if rule.kind == "add" and first is not None:
                found.append(stranger(first, rule))
            elif rule.kind in ("drop", "double", "amount", "foreign"):
                found = [made for row in found for made in _planted(rule, row, number, changed)]
        return found


def _planted(
    rule: PlantedFault, row: R, number: Callable[[R], str], changed: Callable[[R, PlantedFault], R]
) -> list[R]:
    if number(row) != rule.number:
        return [row]
    if rule.kind == "drop":
        return []
    return [row, row] if rule.kind == "double" else [changed(row, rule)]
