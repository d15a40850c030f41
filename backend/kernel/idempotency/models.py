from django.db import models

from kernel import clock, ids


class IdempotencyRecord(models.Model):
    """One key of one caller: what was asked (fingerprint) and, once done, what was answered."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    caller = models.CharField(max_length=64)
    key = models.CharField(max_length=128)
    fingerprint = models.BinaryField(max_length=32)
    done = models.BooleanField(default=False)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    result = models.UUIDField(
        null=True, help_text="the object made, when the answer is rendered again from it"
    )
    locked_until = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="idempotency_caller_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_created")]
