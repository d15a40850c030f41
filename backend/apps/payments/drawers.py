"""钱箱: in whose drawer cash of the window lies. `cashier` registers who keeps them; without it nobody does."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

CASH = "cash"


@dataclass(frozen=True, slots=True)
class Cash:
    """Cash that changes hands at the window: `amount_fen` stays in the drawer, or leaves it.

    `tendered_fen`: what was handed over, 0 where nobody wrote it down. `subject_type`: label of what it is for.
    """

    hospital_id: UUID
    staff_id: UUID
    amount_fen: int
    subject_type: str
    subject_id: UUID
    order_id: UUID | None = None
    refund_id: UUID | None = None
    tendered_fen: int = 0


class Drawers(Protocol):
    """Called within the transaction of what happened, before its ledger entries. Each may raise NoOpenShift."""

    def check(self, *, hospital_id: UUID, staff_id: UUID) -> None:
        """Whether that clerk may handle cash now; nothing is kept."""

    def place_of(self, *, hospital_id: UUID, staff_id: UUID) -> str:
        """The name of the drawer at which that clerk works now; "" at none."""

    def take(self, cash: Cash) -> None:
        """It came in."""

    def give(self, cash: Cash) -> None:
        """It was handed out."""


class _NobodyKeeps:
    def check(self, *, hospital_id: UUID, staff_id: UUID) -> None:
        """Whoever is there may."""

    def place_of(self, *, hospital_id: UUID, staff_id: UUID) -> str:
        """Nobody knows."""
        return ""

    def take(self, cash: Cash) -> None:
        """Nothing to note."""

    def give(self, cash: Cash) -> None:
        """Nothing to note."""


_kept: list[Drawers] = [_NobodyKeeps()]


def register(drawers: Drawers) -> None:
    """Who keeps them from now on; called by its `AppConfig.ready`."""
    _kept[:] = [drawers]


def drawers() -> Drawers:
    """Who keeps them."""
    return _kept[0]
