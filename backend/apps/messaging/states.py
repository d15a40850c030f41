from enum import StrEnum

from kernel.states import StateTable


class MessageState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    DEAD = "dead"


S = MessageState
#: A delivery report may come before we know of our own sending: hence queued and dead → delivered.
MESSAGE = StateTable[MessageState](
    {
        S.QUEUED: {S.SENDING, S.FAILED, S.DEAD, S.DELIVERED},
        S.SENDING: {S.QUEUED, S.SENT, S.FAILED, S.DEAD, S.DELIVERED},
        S.SENT: {S.DELIVERED, S.FAILED},
        S.FAILED: {S.QUEUED, S.DELIVERED},
        S.DEAD: {S.QUEUED, S.DELIVERED},
        S.DELIVERED: set(),
    }
)
