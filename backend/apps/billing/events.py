"""What others may react to. Ids and plain values only."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.outbox.events import Event


@dataclass(frozen=True, slots=True)
class OfBill(Event):
    """`subject_type` and `subject_id` name what an own bill is for."""

    hospital_id: UUID
    bill_id: UUID
    patient_id: UUID
    kind: str
    amount_fen: int
    subject_type: str = ""
    subject_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class BillIssued(OfBill):
    """A bill waits to be paid."""

    topic: ClassVar[str] = "billing.bill_issued"


@dataclass(frozen=True, slots=True)
class BillPaid(OfBill):
    """The bill is paid; without `order_id` at HIS's own window. `account_id`: the mini-program account that paid."""

    topic: ClassVar[str] = "billing.bill_paid"
    order_id: UUID | None = None
    account_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class BillCancelled(OfBill):
    """The bill is no longer to be paid. `cause` is a CancelCause."""

    topic: ClassVar[str] = "billing.bill_cancelled"
    cause: str = ""


@dataclass(frozen=True, slots=True)
class BillLapsed(OfBill):
    """Nobody paid the bill in time."""

    topic: ClassVar[str] = "billing.bill_lapsed"


@dataclass(frozen=True, slots=True)
class BillRefunded(OfBill):
    """`refunded_fen` went back now; `is_whole`: nothing of the bill is left."""

    topic: ClassVar[str] = "billing.bill_refunded"
    refunded_fen: int = 0
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class BillRefundWithdrawn(OfBill):
    """A refund that was decided did not come about: the bill is paid as before."""

    topic: ClassVar[str] = "billing.bill_refund_withdrawn"
    refunded_fen: int = 0


@dataclass(frozen=True, slots=True)
class CardToppedUp(Event):
    """The card has the money. `account_id`: the mini-program account that paid, if one did."""

    topic: ClassVar[str] = "billing.card_topped_up"
    hospital_id: UUID
    top_up_id: UUID
    patient_id: UUID
    account_id: UUID | None
    amount_fen: int


@dataclass(frozen=True, slots=True)
class CardBalancesAnnounced(Event):
    """The next patients with money on their cards are to be told of it."""

    topic: ClassVar[str] = "billing.card_balances_announced"
    hospital_id: UUID
    announcement_id: UUID
