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
#: A provider's answer or delivery report may come after we have given its attempt up: hence → sent, → delivered.
MESSAGE = StateTable[MessageState](
    {
        S.QUEUED: {S.SENDING, S.SENT, S.FAILED, S.DEAD, S.DELIVERED},
        S.SENDING: {S.QUEUED, S.SENT, S.FAILED, S.DEAD, S.DELIVERED},
        S.SENT: {S.DELIVERED, S.FAILED},
        S.FAILED: {S.QUEUED, S.SENT, S.DELIVERED},
        S.DEAD: {S.QUEUED, S.SENT, S.DELIVERED},
        S.DELIVERED: set(),
    }
)
