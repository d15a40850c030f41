from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.outbox.events import Event


@dataclass(frozen=True, slots=True)
class MessageQueued(Event):
    """These messages wait to be sent; all of one hospital and one queue (urgent, default or bulk)."""

    topic: ClassVar[str] = "messaging.message_queued"
    hospital_id: UUID | None
    message_ids: tuple[UUID, ...]
    queue: str


@dataclass(frozen=True, slots=True)
class ReceiptStored(Event):
    """A provider's push is stored and waits to be processed."""

    topic: ClassVar[str] = "messaging.receipt_stored"
    hospital_id: UUID | None
    receipt_id: UUID
