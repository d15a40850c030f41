"""What others may react to. Ids and plain values only."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.outbox.events import Event


@dataclass(frozen=True, slots=True)
class PushReceived(Event):
    """A channel has pushed something; it is stored and waits to be handled."""

    topic: ClassVar[str] = "payments.push_received"
    hospital_id: UUID
    push_id: UUID


@dataclass(frozen=True, slots=True)
class OfOrder(Event):
    """`account_id`: the mini-program account that opened the order, if one did."""

    hospital_id: UUID
    order_id: UUID
    patient_id: UUID
    account_id: UUID | None
    scene: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class PaymentOrderPaid(OfOrder):
    """The channel has the money; what was paid for is not the patient's yet."""

    topic: ClassVar[str] = "payments.order_paid"


@dataclass(frozen=True, slots=True)
class PaymentOrderPosted(OfOrder):
    """What was paid for is the patient's, and HIS has taken note."""

    topic: ClassVar[str] = "payments.order_posted"


@dataclass(frozen=True, slots=True)
class PaymentOrderClosed(OfOrder):
    """Nobody paid in time, or the order was given up."""

    topic: ClassVar[str] = "payments.order_closed"


@dataclass(frozen=True, slots=True)
class PaymentOrderReturning(OfOrder):
    """Paid, but what was paid for is not to be had any more (`cause`: ReturnCause): the money goes back by itself."""

    topic: ClassVar[str] = "payments.order_returning"
    cause: str


@dataclass(frozen=True, slots=True)
class PaymentOrderStuck(OfOrder):
    """Paid for too long without being posted: somebody should look."""

    topic: ClassVar[str] = "payments.order_stuck"


@dataclass(frozen=True, slots=True)
class OfRefund(Event):
    """`decision_id`: the refund request behind it, if there was one."""

    hospital_id: UUID
    refund_id: UUID
    order_id: UUID
    patient_id: UUID
    account_id: UUID | None
    decision_id: UUID | None
    amount_fen: int
    cause: str


@dataclass(frozen=True, slots=True)
class RefundSucceeded(OfRefund):
    """The money is back with the payer."""

    topic: ClassVar[str] = "payments.refund_succeeded"


@dataclass(frozen=True, slots=True)
class RefundFailed(OfRefund):
    """The channel will not do it by itself; staff send it again or pay it out."""

    topic: ClassVar[str] = "payments.refund_failed"


@dataclass(frozen=True, slots=True)
class RefundCancelled(OfRefund):
    """HIS would not let the money go back: nothing moved."""

    topic: ClassVar[str] = "payments.refund_cancelled"
