"""What is asked of the hospital information system (HIS): take note of payments and of refunds.

Each hospital has a HIS of its own (identity.his). Whoever owns a driver registers what it can do. Every call is
idempotent by our numbers, has a time-out and is made outside any transaction.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from apps.identity.his import Capability


@dataclass(frozen=True, slots=True)
class PostedLine:
    """One thing that was paid. `external_id`: HIS's own key of the bill, empty for what is ours.

    `admission_no`: the stay whose deposit it is; blank for everything else.
    """

    bill_no: str
    external_id: str
    kind: str
    amount_fen: int
    admission_no: str = ""


@dataclass(frozen=True, slots=True)
class PostedTender:
    """One of several payments that paid an order together; the amounts add up to it."""

    channel: str
    transaction_id: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class PaymentPosting:
    """A payment that a channel has confirmed. `order_no` is the key under which HIS takes it once.

    `admission_no`: the stay whose deposit is paid; blank for everything else. `tenders`: of an order whose channel is
    `mixed`, in the order in which they came; else empty.
    """

    order_no: str
    scene: str
    hospital_code: str
    mrn: str
    channel: str
    transaction_id: str
    paid_at: dt.datetime
    amount_fen: int
    lines: tuple[PostedLine, ...]
    admission_no: str = ""
    tenders: tuple[PostedTender, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundPosting:
    """Money that goes back. `refund_no` is the key under which HIS takes it once."""

    refund_no: str
    order_no: str
    hospital_code: str
    amount_fen: int
    reason: str
    lines: tuple[PostedLine, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """HIS has it. `his_no`: its own number, empty where it gives none."""

    his_no: str = ""


class HisPosting(Protocol):
    """Methods raise HisUnavailable (try again: nothing is known) or HisRefused (final) and nothing else."""

    def post_payment(self, posting: PaymentPosting) -> Receipt:
        """Write the payment; the same `order_no` again changes nothing."""

    def withdraw_payment(self, *, hospital_code: str, order_no: str, reason: str) -> Receipt:
        """The payment was given back: undo it, or never take it if it has not arrived. May be repeated."""

    def post_refund(self, posting: RefundPosting) -> Receipt:
        """Write the refund; the same `refund_no` again changes nothing. HisRefused when HIS no longer allows it."""


class HisUnavailable(Exception):
    """No answer, or one that says nothing: the outcome is unknown."""


class HisRefused(Exception):
    """HIS says no and stays with it. `code` and `text` are its own words."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(f"{code}: {text}".rstrip(": "))
        self.code, self.text = code, text


POSTING: Capability[HisPosting] = Capability("payments.posting")
