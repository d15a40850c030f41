from django.db import models

from kernel import clock, ids


class OutboxEvent(models.Model):
    """Something that happened, written in the transaction in which it happened."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    topic = models.CharField(max_length=80)
    payload = models.JSONField()
    hospital_id = models.UUIDField(null=True)
    request_id = models.CharField(max_length=64, default="", blank=True)
    created_at = models.DateTimeField(default=clock.now)
    published_at = models.DateTimeField(null=True)
    pending = models.SmallIntegerField(default=0, help_text="handlers that have not finished yet")

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="outbox_unpublished", condition=models.Q(published_at=None)),
            models.Index(fields=["published_at"], name="outbox_pending", condition=models.Q(pending__gt=0)),
            models.Index(fields=["created_at"], name="outbox_created"),
        ]


class InboxEntry(models.Model):
    """A handler has dealt with an event; unique, so that a second delivery does nothing."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    event_id = models.UUIDField()
    handler = models.CharField(max_length=120)
    handled_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event_id", "handler"], name="inbox_event_handler")]
        indexes = [models.Index(fields=["handled_at"], name="inbox_handled")]


class DeadLetter(models.Model):
    """An event that a handler refused too often; an administrator can replay it."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE)
    handler = models.CharField(max_length=120)
    error = models.TextField()
    created_at = models.DateTimeField(default=clock.now)
    replayed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="dead_letter_event_handler")]
        indexes = [models.Index(fields=["-created_at"], name="dead_letter_created")]
