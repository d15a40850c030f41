"""States of an import, and which may follow which."""

from enum import StrEnum

from kernel.states import StateTable


class ImportState(StrEnum):
    """`checking` and `applying` wait for a worker; a worker that dies leaves them so and the next one starts anew."""

    CHECKING = "checking"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


_S = ImportState
OPEN_IMPORTS = [_S.CHECKING, _S.CHECKED, _S.APPLYING]
IMPORTS: StateTable[ImportState] = StateTable(
    {
        _S.CHECKING: {_S.CHECKED, _S.REJECTED, _S.CANCELLED},
        _S.CHECKED: {_S.APPLYING, _S.CANCELLED},
        _S.APPLYING: {_S.APPLIED, _S.CHECKED},
        _S.APPLIED: frozenset(),
        _S.REJECTED: frozenset(),
        _S.CANCELLED: frozenset(),
    }
)
