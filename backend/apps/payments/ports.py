"""What payments ask of the business whose things are paid for; `workflows` puts an implementation in place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from apps.payments.models import PaymentOrder, PaymentOrderLine, Refund, ReturnCause
from apps.payments.services.ledger import Account


@dataclass(frozen=True, slots=True)
class Credit:
    """The account that a line's money belongs to once it is posted."""

    line_id: UUID
    account: Account


class Business(Protocol):
    """`announce`, `withdraw` and `allow_refund` may use the network and are called outside transactions, as often as
    needed: they are idempotent by order_no and refund_no. The others write in the transaction that calls them.

    BusinessUnavailable: try again later. BusinessRefused: no, and it stays no.
    """

    def announce(self, order: PaymentOrder, lines: Sequence[PaymentOrderLine]) -> None:
        """Tell HIS that the order is paid."""

    def settle(self, order: PaymentOrder, lines: Sequence[PaymentOrderLine]) -> list[Credit]:
        """Let what was paid for be the patient's: bills paid, a number confirmed, a balance raised."""

    def withdraw(self, order: PaymentOrder, lines: Sequence[PaymentOrderLine]) -> None:
        """The order goes back whole, posted in HIS or not: HIS must forget it."""

    def allow_refund(self, refund: Refund) -> None:
        """HIS takes note of a refund before the channel is asked; BusinessRefused when it no longer allows it."""


class BusinessUnavailable(Exception):
    """No answer, or one that says nothing."""


class BusinessRefused(Exception):
    """`code` says why, for people and programs; `cause` what the payer is to hear of it."""

    def __init__(self, code: str, text: str = "", cause: ReturnCause = ReturnCause.REFUSED) -> None:
        super().__init__(f"{code}: {text}".rstrip(": "))
        self.code, self.text, self.cause = code, text, cause


_business: Business | None = None


def use_business(business: Business | None) -> None:
    """Put the implementation in place; called once at start."""
    global _business
    _business = business


def business() -> Business:
    """The implementation in force; BusinessUnavailable without one, so that nothing is lost."""
    if _business is None:
        raise BusinessUnavailable
    return _business
