"""A line has changed: whoever watches it learns of it."""

from uuid import UUID

from apps.scheduling.events import QueueChanged
from kernel.outbox.events import publish


def changed(hospital_id: UUID, queue_id: UUID) -> None:
    """Call it inside the transaction of the change."""
    publish(QueueChanged(hospital_id=hospital_id, queue_id=queue_id))
