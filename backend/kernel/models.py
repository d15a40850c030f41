"""Base classes of models, and the kernel's own tables."""

from django.db import models

from kernel import clock, ids
from kernel.idempotency.models import IdempotencyRecord
from kernel.outbox.models import DeadLetter, InboxEntry, OutboxEvent

__all__ = [
    "BaseModel",
    "DailySequence",
    "DeadLetter",
    "IdempotencyRecord",
    "InboxEntry",
    "OutboxEvent",
    "VersionedModel",
]


class BaseModel(models.Model):
    """UUIDv7 key and the two time stamps every row has."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        abstract = True


class VersionedModel(BaseModel):
    """A row that people edit: every write names the version it read (kernel.locks.save_version)."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


class DailySequence(models.Model):
    """Last serial handed out per kind of number, hospital and day (kernel.ids.NumberSeries)."""

    pk = models.CompositePrimaryKey("kind", "hospital_id", "day")
    kind = models.CharField(max_length=32)
    hospital_id = models.UUIDField()
    day = models.DateField()
    value = models.BigIntegerField()
