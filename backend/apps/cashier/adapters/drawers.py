"""What payments ask about drawers (payments.drawers), answered by the clerk's shift."""

from uuid import UUID

from apps.cashier.models import EntryKind
from apps.cashier.services.handling import place_of, require_usable, tie
from apps.payments.drawers import Cash


class CashOfShifts:
    """Nothing is tied to a shift where the clerk needs none and has none."""

    def check(self, *, hospital_id: UUID, staff_id: UUID) -> None:
        """NoOpenShift."""
        require_usable(hospital_id, staff_id)

    def place_of(self, *, hospital_id: UUID, staff_id: UUID) -> str:
        """The drawer of the clerk's open shift."""
        return place_of(hospital_id, staff_id)

    def take(self, cash: Cash) -> None:
        """A payment. NoOpenShift."""
        tie(cash, EntryKind.CASH_IN)

    def give(self, cash: Cash) -> None:
        """A refund, out of the drawer of who hands it out, whoever took the money. NoOpenShift."""
        tie(cash, EntryKind.CASH_REFUND)
