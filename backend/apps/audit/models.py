from django.db import models

from kernel import ids


class AuditEvent(models.Model):
    """One line of the operation log. Written by triggers and `audit.services.record`; the database refuses change."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    at = models.DateTimeField()
    txid = models.BigIntegerField(help_text="transaction that wrote it; seals cover ranges of transactions")
    hospital_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)
    actor = models.CharField(max_length=120, default="")
    ip = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=64, default="")
    method = models.CharField(max_length=8, default="")
    path = models.CharField(max_length=255, default="")
    action = models.CharField(max_length=32)
    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        managed = False
        db_table = "audit_auditevent"
        ordering = ["-id"]
