"""States of a webhook's endpoint and of its deliveries."""

from enum import StrEnum

from kernel.states import StateTable


class EndpointState(StrEnum):
    """`disabled`: by hand, because it was gone, or because nothing arrived for days; `retired`: never again."""

    ACTIVE = "active"
    DISABLED = "disabled"
    RETIRED = "retired"


class DeliveryState(StrEnum):
    """`delivering`: a worker has it until its lease ends; `cancelled`: its endpoint receives nothing any more."""

    PENDING = "pending"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    RETRYING = "retrying"
    EXHAUSTED = "exhausted"
    CANCELLED = "cancelled"


_E, _D = EndpointState, DeliveryState

ENDPOINTS: StateTable[EndpointState] = StateTable(
    {
        _E.ACTIVE: {_E.DISABLED, _E.RETIRED},
        _E.DISABLED: {_E.ACTIVE, _E.RETIRED},
        _E.RETIRED: frozenset(),
    }
)
#: `delivering → delivering`: the lease of a dead worker ended. To `pending` again: replayed, or given back untried.
DELIVERIES: StateTable[DeliveryState] = StateTable(
    {
        _D.PENDING: {_D.DELIVERING, _D.CANCELLED},
        _D.DELIVERING: {
            _D.DELIVERING, _D.DELIVERED, _D.RETRYING, _D.EXHAUSTED, _D.CANCELLED, _D.PENDING,
        },
        _D.RETRYING: {_D.DELIVERING, _D.CANCELLED, _D.PENDING},
        _D.DELIVERED: {_D.PENDING},
        _D.EXHAUSTED: {_D.PENDING},
        _D.CANCELLED: {_D.PENDING},
    }
)  # fmt: skip
#: What waits for a worker or is with one.
UNDER_WAY = (_D.PENDING, _D.DELIVERING, _D.RETRYING)
#: What can be sent once more by hand.
REPLAYABLE = (_D.DELIVERED, _D.EXHAUSTED, _D.CANCELLED, _D.RETRYING)
#: What never arrived and is not tried any more.
MISSING = (_D.EXHAUSTED, _D.CANCELLED)
