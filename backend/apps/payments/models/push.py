from django.db import models
from django.db.models import Q

from apps.identity.models import Hospital
from apps.payments.models.merchant import MerchantAccount
from kernel.crypto import EncryptedTextField
from kernel.models import BaseModel


class ChannelPush(BaseModel):
    """A verified push of a channel, stored raw before it is answered. `key`: repetitions of one push share it.

    `body` is the raw body (latin-1, so that every byte survives); `parsed` is what it says, as plain values.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    merchant = models.ForeignKey(MerchantAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=24)
    key = models.CharField(max_length=128)
    body = EncryptedTextField()
    parsed = models.JSONField()
    outcome = models.CharField(max_length=32, blank=True, default="", help_text="what came of it")
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "key"], name="channel_push_once")]
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(handled_at__isnull=True), name="channel_push_unhandled"
            ),
            models.Index(fields=["hospital", "-id"], name="channel_push_of_hospital"),
            models.Index(
                fields=["handled_at"], condition=Q(handled_at__isnull=False), name="channel_push_handled"
            ),
        ]
