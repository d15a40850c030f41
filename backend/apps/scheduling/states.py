"""States of sessions, appointments and the waiting list, and which may follow which."""

from enum import StrEnum

from kernel.states import StateTable


class SessionState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    STOPPED = "stopped"
    CLOSED = "closed"


class NumberState(StrEnum):
    """A number of a slot. `held` or `offered` (to the waiting list) past its `held_until` counts as free."""

    FREE = "free"
    HELD = "held"
    OFFERED = "offered"
    TAKEN = "taken"
    STOPPED = "stopped"


class AppointmentState(StrEnum):
    PENDING = "pending"
    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    EXPIRED = "expired"


class EntryState(StrEnum):
    """An entry on the waiting list. `accepted`: it became an appointment."""

    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class OfferState(StrEnum):
    """An offer of a number. `withdrawn`: its session was stopped or changed hands, or the entry was given up."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


#: Entries that a number can still be found for.
LIVE_ENTRIES = (EntryState.WAITING, EntryState.OFFERED)


class AppealState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


_S, _A = SessionState, AppointmentState

#: Appointments that something can still happen to.
LIVE = (_A.PENDING, _A.BOOKED, _A.CHECKED_IN)
#: Appointments that occupy their number.
OCCUPYING = (*LIVE, _A.FULFILLED)

SESSIONS: StateTable[SessionState] = StateTable(
    {
        _S.DRAFT: {_S.PUBLISHED, _S.STOPPED},
        _S.PUBLISHED: {_S.STOPPED, _S.CLOSED},
        _S.STOPPED: frozenset(),
        _S.CLOSED: frozenset(),
    }
)

#: `expired → booked` is a payment that arrived late and found the slot still free; back to `booked` or `pending` goes
#: whose cash was given back.
APPOINTMENTS: StateTable[AppointmentState] = StateTable(
    {
        _A.PENDING: {_A.BOOKED, _A.CANCELLED, _A.EXPIRED},
        _A.BOOKED: {_A.CHECKED_IN, _A.CANCELLED, _A.NO_SHOW, _A.PENDING},
        _A.CHECKED_IN: {_A.FULFILLED, _A.CANCELLED, _A.BOOKED, _A.PENDING},
        _A.EXPIRED: {_A.BOOKED},
        _A.FULFILLED: frozenset(),
        _A.CANCELLED: frozenset(),
        _A.NO_SHOW: frozenset(),
    }
)

APPEALS: StateTable[AppealState] = StateTable(
    {
        AppealState.OPEN: {AppealState.ACCEPTED, AppealState.REJECTED},
        AppealState.ACCEPTED: frozenset(),
        AppealState.REJECTED: frozenset(),
    }
)
