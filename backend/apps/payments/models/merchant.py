from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.identity.models import Hospital
from kernel.crypto import EncryptedTextField
from kernel.models import VersionedModel


class MerchantAccount(VersionedModel):
    """商户号: a hospital's account at a payment channel. `config` is JSON with the fields that the channel names.

    Replaced accounts stay, inactive: refunds of what they took go through them.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=24)
    name = models.CharField(max_length=80)
    config = EncryptedTextField()
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hospital", "channel"], condition=Q(is_active=True), name="merchant_one_active"
            )
        ]
        triggers = [audited()]
