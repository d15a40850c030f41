"""States of an e-receipt, and which may follow which."""

from enum import StrEnum

from kernel.states import StateTable, choices_of


class ReceiptState(StrEnum):
    """`issuing`: the platform is being asked. `unknown`: it was asked and did not say; it is asked what it has.

    `failed`: it said no, or we could not say what to issue; staff mend the cause and try again.
    """

    QUEUED = "queued"
    ISSUING = "issuing"
    UNKNOWN = "unknown"
    ISSUED = "issued"
    REVERSED = "reversed"
    FAILED = "failed"


class DayCheckState(StrEnum):
    """`unanswered`: the platform did not say; nothing is known of the day."""

    MATCHED = "matched"
    DIFFERS = "differs"
    UNANSWERED = "unanswered"


_S = ReceiptState

#: `unknown → queued`: the platform has never heard of it. `unknown → reversed`: somebody reversed it there meanwhile.
RECEIPTS: StateTable[ReceiptState] = StateTable(
    {
        _S.QUEUED: {_S.ISSUING, _S.FAILED},
        _S.ISSUING: {_S.ISSUED, _S.UNKNOWN, _S.FAILED},
        _S.UNKNOWN: {_S.ISSUED, _S.QUEUED, _S.FAILED, _S.REVERSED},
        _S.ISSUED: {_S.REVERSED},
        _S.FAILED: {_S.QUEUED, _S.UNKNOWN},
        _S.REVERSED: frozenset(),
    }
)
DAY_CHECK_STATES = choices_of(DayCheckState)
