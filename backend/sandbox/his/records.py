"""What the HIS keeps: bills, payments and refunds."""

from dataclasses import dataclass, field
from typing import Any

OPEN, PAID, CANCELLED = "open", "paid", "cancelled"
POSTED, WITHDRAWN = "posted", "withdrawn"
#: (hospital code, number): numbers are counted anew in each hospital.
Key = tuple[str, str]


@dataclass(slots=True)
class Bill:
    """`number`: HIS's own (external id), or ours for a bill that came with a payment (`is_ours`).

    `refundable_fen`: what the control API has said, None: all that has not gone back.
    """

    hospital_code: str
    number: str
    mrn: str
    kind: str
    amount_fen: int
    is_ours: bool = False
    title: str = ""
    is_mandatory: bool = False
    registration_external_id: str = ""
    registration_bill_no: str = ""
    department_code: str = ""
    employee_no: str = ""
    items: list[dict[str, Any]] = field(default_factory=list)
    state: str = OPEN
    paid_by: str = ""
    paid_at: str = ""
    refunded_fen: int = 0
    refundable_set: int | None = None

    @property
    def is_shown(self) -> bool:
        """Whether patients' bills have it: open, or paid at HIS's own window."""
        return not self.is_ours and (self.state == OPEN or (self.state == PAID and not self.paid_by))

    @property
    def refundable_fen(self) -> int:
        """What may go back now; nothing of a bill that was not paid through us."""
        if self.state != PAID or not self.paid_by:
            return 0
        left = self.amount_fen - self.refunded_fen
        return left if self.refundable_set is None else min(left, self.refundable_set)


@dataclass(slots=True)
class Payment:
    """`request` is what was sent, to tell a repetition from another payment; None: withdrawn before it came."""

    order_no: str
    his_no: str
    request: dict[str, Any] | None
    state: str = POSTED
    bills: list[Bill] = field(default_factory=list)
    refunded_fen: int = 0
    at: str = ""

    @property
    def amount_fen(self) -> int:
        return int(self.request["amount_fen"]) if self.request else 0


@dataclass(slots=True)
class Refund:
    """`at`: when it was taken."""

    refund_no: str
    his_no: str
    request: dict[str, Any]
    at: str = ""


@dataclass(slots=True)
class Tally:
    """How often an order or refund number was sent, refused, and had an effect: `taken`, `undone` never exceed 1."""

    sent: int = 0
    refused: int = 0
    taken: int = 0
    undone: int = 0
