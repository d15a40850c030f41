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


class AuditSeal(models.Model):
    """Proof of all log lines of the transactions from_txid ≤ txid < to_txid, chained with the seal before it."""

    number = models.BigIntegerField(primary_key=True)
    from_txid = models.BigIntegerField()
    to_txid = models.BigIntegerField(help_text="no transaction below it was running when the seal was made")
    rows = models.BigIntegerField()
    horizon = models.DateTimeField(help_text="no line of a later seal may be older than this")
    made_at = models.DateTimeField()
    digest = models.BinaryField(help_text="SHA-256 over the digests of the lines, in id order")
    leaves = models.BinaryField(
        help_text="id and first bytes of the digest of each line, to name what changed"
    )
    previous = models.BinaryField(help_text="mac of the seal before")
    mac = models.BinaryField(help_text="HMAC-SHA-256 of all of the above with AUDIT_KEY")

    class Meta:
        managed = False
        db_table = "audit_auditseal"
        ordering = ["number"]
