"""What others may react to. Ids and plain values only."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.outbox.events import Event


@dataclass(frozen=True, slots=True)
class TicketCalled(Event):
    """叫号: the patient is asked in; `call_count` counts repeated calls."""

    topic: ClassVar[str] = "queueing.ticket_called"
    hospital_id: UUID
    ticket_id: UUID
    patient_id: UUID
    ticket_no: int
    call_count: int = 1


@dataclass(frozen=True, slots=True)
class QueueChanged(Event):
    """A ticket came, moved or left, or the queue was paused or resumed."""

    topic: ClassVar[str] = "queueing.queue_changed"
    hospital_id: UUID
    queue_id: UUID
