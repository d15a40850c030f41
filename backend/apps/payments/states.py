"""States of orders, attempts and refunds, and which may follow which."""

from enum import StrEnum

from kernel.states import StateTable


class OrderState(StrEnum):
    """`paid_unposted`: the channel has the money, it is not posted yet; never shown as posted.

    `returning`: it could not be posted and goes back by itself.
    """

    PENDING = "pending"
    PAID_UNPOSTED = "paid_unposted"
    POSTED = "posted"
    RETURNING = "returning"
    RETURNED = "returned"
    CLOSED = "closed"


class AttemptState(StrEnum):
    """`succeeded`: it paid the order. `overpayment`: paid, but the order was paid otherwise, so it goes back.

    `held`: a tender's money is here, the order is not full yet. `returned`: it never was, so it goes back.
    """

    CREATED = "created"
    OPEN = "open"
    HELD = "held"
    SUCCEEDED = "succeeded"
    RETURNED = "returned"
    OVERPAYMENT = "overpayment"
    CLOSED = "closed"
    FAILED = "failed"


class RefundState(StrEnum):
    """`processing`: the channel has accepted it, which is not succeeded."""

    CREATED = "created"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class CloseState(StrEnum):
    """`reopened`: stays for the record; another close of the period, of the next number, counts."""

    CLOSED = "closed"
    REOPENED = "reopened"


_O, _A, _R = OrderState, AttemptState, RefundState

#: Codes of a failed refund in cash that only waits for a clerk who hands it out: nothing is wrong with it.
WAITS_FOR_THE_WINDOW = "waits_for_the_window"
WAITING_CODES = (WAITS_FOR_THE_WINDOW, "no_open_shift")
#: Orders that somebody may still pay, or has paid.
LIVE = (_O.PENDING, _O.PAID_UNPOSTED, _O.POSTED)
#: Attempts whose end the channel has not told yet.
UNSETTLED = (_A.CREATED, _A.OPEN)
#: Attempts whose money is here: nothing else can become of them.
SETTLED = (_A.HELD, _A.SUCCEEDED, _A.RETURNED, _A.OVERPAYMENT)
#: Where the channel's word that it was paid may lead.
_PAID = {_A.HELD, _A.SUCCEEDED, _A.OVERPAYMENT}

#: `closed → paid_unposted` is a payment that arrived after the order was closed.
ORDERS: StateTable[OrderState] = StateTable(
    {
        _O.PENDING: {_O.PAID_UNPOSTED, _O.CLOSED},
        _O.CLOSED: {_O.PAID_UNPOSTED},
        _O.PAID_UNPOSTED: {_O.POSTED, _O.RETURNING},
        _O.RETURNING: {_O.RETURNED},
        _O.POSTED: frozenset(),
        _O.RETURNED: frozenset(),
    }
)

#: Whatever we believed, the channel may still say that it was paid.
ATTEMPTS: StateTable[AttemptState] = StateTable(
    {
        _A.CREATED: {_A.OPEN, _A.CLOSED, _A.FAILED, *_PAID},
        _A.OPEN: {_A.CLOSED, *_PAID},
        _A.CLOSED: _PAID,
        _A.FAILED: _PAID,
        _A.HELD: {_A.SUCCEEDED, _A.RETURNED},
        _A.SUCCEEDED: frozenset(),
        _A.RETURNED: frozenset(),
        _A.OVERPAYMENT: frozenset(),
    }
)

#: `failed → created` is sent again, `failed → succeeded` paid out in cash; `cancelled`: HIS would not have it.
REFUNDS: StateTable[RefundState] = StateTable(
    {
        _R.CREATED: {_R.PROCESSING, _R.SUCCEEDED, _R.FAILED, _R.CANCELLED},
        _R.PROCESSING: {_R.SUCCEEDED, _R.FAILED},
        _R.FAILED: {_R.CREATED, _R.SUCCEEDED},
        _R.SUCCEEDED: frozenset(),
        _R.CANCELLED: frozenset(),
    }
)
CLOSES: StateTable[CloseState] = StateTable(
    {CloseState.CLOSED: {CloseState.REOPENED}, CloseState.REOPENED: frozenset()}
)
