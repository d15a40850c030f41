"""States of a bill, and which may follow which."""

from enum import StrEnum

from kernel.states import StateTable


class BillStatus(StrEnum):
    """A bill that went back in part stays `paid`: `refunded_fen` says how much. `refunded`: all of it went back."""

    ISSUED = "issued"
    PAID = "paid"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


_B = BillStatus

#: Bills that stand: what a bill is for has one of these at most.
STANDING = (_B.ISSUED, _B.PAID)

BILLS: StateTable[BillStatus] = StateTable(
    {
        _B.ISSUED: {_B.PAID, _B.CANCELLED},
        _B.PAID: {_B.REFUNDED},
        _B.CANCELLED: frozenset(),
        _B.REFUNDED: frozenset(),
    }
)


def choices(states: type[StrEnum]) -> list[tuple[str, str]]:
    """What a model field of these states offers."""
    return [(state.value, state.value) for state in states]
