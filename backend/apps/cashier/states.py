"""States of a clerk's shift and of a deposit at the bank."""

from enum import StrEnum

from kernel.states import StateTable


class ShiftState(StrEnum):
    """`counting`: no cash comes or goes any more; `accepted`: the receiver has it; `banked`: the bank has it."""

    OPEN = "open"
    COUNTING = "counting"
    HANDED_OVER = "handed_over"
    ACCEPTED = "accepted"
    BANKED = "banked"


class DepositState(StrEnum):
    """`made`: on its way to the bank, waits for another person to confirm it."""

    MADE = "made"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


_S, _D = ShiftState, DepositState

#: `handed_over → counting`: the receiver does not agree, it is counted again.
SHIFTS: StateTable[ShiftState] = StateTable(
    {
        _S.OPEN: {_S.COUNTING},
        _S.COUNTING: {_S.HANDED_OVER},
        _S.HANDED_OVER: {_S.ACCEPTED, _S.COUNTING},
        _S.ACCEPTED: {_S.BANKED},
        _S.BANKED: frozenset(),
    }
)
DEPOSITS: StateTable[DepositState] = StateTable(
    {_D.MADE: {_D.CONFIRMED, _D.REJECTED}, _D.CONFIRMED: frozenset(), _D.REJECTED: frozenset()}
)
