"""What is asked of the hospital information system (HIS) about bills: what may go back, and which are open.

Each hospital has a HIS of its own (identity.his). The driver `embedded` (adapters/embedded.py) answers from our own
tables; others register themselves from above. Every call has a time-out and is made outside any transaction. That HIS
takes note of payments and refunds is asked by payments (`payments.ports`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from apps.identity.his import Capability
from apps.patients.models import Patient


@dataclass(frozen=True, slots=True)
class BillKey:
    """The bill that is asked about."""

    hospital_code: str
    bill_no: str
    external_id: str


class HisRefunds(Protocol):
    """Raises payments.ports.HisUnavailable (try again: nothing is known) or HisRefused (final) and nothing else."""

    def refundable_fen(self, bill: BillKey) -> int:
        """How much of a paid bill may go back now: what was not dispensed or performed, less what went back."""


REFUNDS: Capability[HisRefunds] = Capability("billing.refunds")


class BillFeed(Protocol):
    """Brings the open bills of a hospital's patients over from its HIS, where bills arise there."""

    def refresh(self, patients: Sequence[Patient]) -> bool:
        """Whether our bills of these patients are HIS's of a minute ago or later. Asks HIS at most once a minute for
        each patient, takes 3 s at most, raises nothing, and writes through `services`: never inside a transaction.
        """


#: A HIS that cannot, as `embedded`, has no bills but ours.
BILLS: Capability[BillFeed] = Capability("billing.bills")
