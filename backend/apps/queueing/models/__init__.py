from apps.queueing.models.queue import Queue, QueueDay, QueueKind, QueueMember
from apps.queueing.models.rules import QueueOrder, QueuePriority, QueueRule
from apps.queueing.models.screen import QueueScreen
from apps.queueing.models.ticket import QueueTicket

__all__ = [
    "Queue",
    "QueueDay",
    "QueueKind",
    "QueueMember",
    "QueueOrder",
    "QueuePriority",
    "QueueRule",
    "QueueScreen",
    "QueueTicket",
]
