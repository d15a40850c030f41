"""The hospital's own tables as its HIS, on a bad day."""

from collections.abc import Iterator
from contextlib import contextmanager

from apps.billing.adapters.embedded import EmbeddedHis
from apps.identity import his
from apps.payments.ports import (
    POSTING,
    HisRefused,
    HisUnavailable,
    PaymentPosting,
    Receipt,
    RefundPosting,
)


class Away(EmbeddedHis):
    """It does not answer."""

    def post_payment(self, posting: PaymentPosting) -> Receipt:
        raise HisUnavailable("timeout")


class Refusing(EmbeddedHis):
    """It takes no payment."""

    def post_payment(self, posting: PaymentPosting) -> Receipt:
        raise HisRefused("BILL_NOT_OPEN")


class StillAway(Away):
    """It does not answer of refunds either."""

    def post_refund(self, posting: RefundPosting) -> Receipt:
        raise HisUnavailable("timeout")


class NoRefunds(EmbeddedHis):
    """It lets no money go back."""

    def post_refund(self, posting: RefundPosting) -> Receipt:
        raise HisRefused("NOT_REFUNDABLE")


def use_his(kind: type[EmbeddedHis]) -> None:
    """From now on payments are posted there."""
    his.register(his.EMBEDDED, POSTING, kind)


@contextmanager
def well_afterwards() -> Iterator[None]:
    """Whatever a test did to it, the HIS answers again."""
    try:
        yield
    finally:
        use_his(EmbeddedHis)
