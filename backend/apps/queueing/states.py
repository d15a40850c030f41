"""States of a ticket, and which may follow which."""

from enum import StrEnum

from kernel.states import StateTable


class TicketState(StrEnum):
    WAITING = "waiting"
    CALLED = "called"
    IN_SERVICE = "in_service"
    EXAMINATION = "examination"
    MISSED = "missed"
    FINISHED = "finished"
    CANCELLED = "cancelled"


_T = TicketState

#: Tickets whose patient has not been seen yet: they die with their appointment.
OPEN_TICKETS = (_T.WAITING, _T.CALLED, _T.MISSED)
#: Tickets whose patient the doctor has begun to see: neither cancelled nor taken back.
SEEING = (_T.IN_SERVICE, _T.EXAMINATION)

#: `called → waiting` is a skip that goes back some places, `in_service → waiting` a transfer to another doctor;
#: `examination`: the doctor has sent the patient out and will see the result.
TICKETS: StateTable[TicketState] = StateTable(
    {
        _T.WAITING: {_T.CALLED, _T.CANCELLED},
        _T.CALLED: {_T.IN_SERVICE, _T.WAITING, _T.MISSED, _T.FINISHED, _T.CANCELLED},
        _T.IN_SERVICE: {_T.FINISHED, _T.EXAMINATION, _T.WAITING},
        _T.EXAMINATION: {_T.WAITING, _T.FINISHED},
        _T.MISSED: {_T.WAITING, _T.CALLED, _T.CANCELLED},
        _T.FINISHED: frozenset(),
        _T.CANCELLED: frozenset(),
    }
)
