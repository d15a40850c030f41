"""What others may react to. Ids and plain values only."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.outbox.events import Event


@dataclass(frozen=True, slots=True)
class WorkItemEscalated(Event):
    """Overdue work has reached the next of the ladder: `level` 1 is the manager, 2 the supervisor."""

    topic: ClassVar[str] = "worklist.item_escalated"
    hospital_id: UUID
    item_id: UUID
    level: int


@dataclass(frozen=True, slots=True)
class ApprovalEnded(Event):
    """An approval was approved, rejected, withdrawn or has expired: `state`."""

    topic: ClassVar[str] = "worklist.approval_ended"
    hospital_id: UUID
    approval_id: UUID
    state: str
