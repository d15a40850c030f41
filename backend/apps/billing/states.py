"""States of a bill, and which may follow which."""

from enum import StrEnum

from kernel.states import StateTable


class BillStatus(StrEnum):
    """A bill that went back in part stays `paid`: `refunded_fen` says how much. `refunded`: all of it went back.

    `lapsed`: nobody paid it in time; a payment that was begun in time may still arrive.
    """

    ISSUED = "issued"
    PAID = "paid"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    LAPSED = "lapsed"


class TopUpState(StrEnum):
    """`credited`: the card has the money. `closed`: nobody paid. `returned`: paid, but it could not be credited."""

    PENDING = "pending"
    CREDITED = "credited"
    CLOSED = "closed"
    RETURNED = "returned"


class RefundRequestState(StrEnum):
    """`executing`: the money is on its way, which is not `done`. `failed`: some of it needs staff, or never went.

    `withdrawn`: by who asked, before anybody decided.
    """

    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXECUTING = "executing"
    DONE = "done"
    FAILED = "failed"


class RangeState(StrEnum):
    """`used_up`: every number was used; `returned`: unused numbers and void sheets are back with finance."""

    DRAWN = "drawn"
    IN_USE = "in_use"
    USED_UP = "used_up"
    RETURNED = "returned"
    VERIFIED = "verified"


class PaperState(StrEnum):
    ISSUED = "issued"
    VOID = "void"


_B = BillStatus
_R = RefundRequestState
_T = TopUpState

#: Bills that stand: what a bill is for has one of these at most.
STANDING = (_B.ISSUED, _B.PAID)
#: Bills that a payment may still settle, be it late.
UNSETTLED = (_B.ISSUED, _B.LAPSED)

#: `refunded → paid`: a refund that was decided did not come about.
BILLS: StateTable[BillStatus] = StateTable(
    {
        _B.ISSUED: {_B.PAID, _B.CANCELLED, _B.LAPSED},
        _B.LAPSED: {_B.PAID, _B.CANCELLED},
        _B.PAID: {_B.REFUNDED},
        _B.CANCELLED: frozenset(),
        _B.REFUNDED: {_B.PAID},
    }
)

#: `closed → credited` is a payment that arrived after the order was closed.
TOP_UPS: StateTable[TopUpState] = StateTable(
    {
        _T.PENDING: {_T.CREDITED, _T.CLOSED, _T.RETURNED},
        _T.CLOSED: {_T.CREDITED, _T.RETURNED},
        _T.CREDITED: frozenset(),
        _T.RETURNED: frozenset(),
    }
)

#: `requested → executing` where nobody has to decide. `failed → executing`: staff have sent what failed again.
REFUND_REQUESTS: StateTable[RefundRequestState] = StateTable(
    {
        _R.REQUESTED: {_R.APPROVED, _R.REJECTED, _R.WITHDRAWN, _R.EXECUTING},
        _R.APPROVED: {_R.EXECUTING},
        _R.REJECTED: frozenset(),
        _R.WITHDRAWN: frozenset(),
        _R.EXECUTING: {_R.DONE, _R.FAILED},
        _R.FAILED: {_R.EXECUTING, _R.DONE},
        _R.DONE: frozenset(),
    }
)

_G, _P = RangeState, PaperState
RANGES: StateTable[RangeState] = StateTable(
    {
        _G.DRAWN: {_G.IN_USE, _G.RETURNED},
        _G.IN_USE: {_G.USED_UP, _G.RETURNED},
        _G.USED_UP: {_G.RETURNED},
        _G.RETURNED: {_G.VERIFIED},
        _G.VERIFIED: frozenset(),
    }
)
PAPERS: StateTable[PaperState] = StateTable({_P.ISSUED: {_P.VOID}, _P.VOID: frozenset()})
