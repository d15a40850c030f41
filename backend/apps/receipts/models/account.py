from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.identity.models import Hospital
from kernel.crypto import EncryptedTextField
from kernel.models import VersionedModel


class ReceiptAccount(VersionedModel):
    """开票账户: a hospital's access to a receipt platform; without an active one it issues nothing.

    `config` is JSON with the fields that the platform names; `charge_codes`: category of a fee → the region's code.
    Replaced accounts stay, inactive: what they issued is asked about and reversed through them.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    platform = models.CharField(max_length=24)
    name = models.CharField(max_length=80)
    config = EncryptedTextField()
    charge_codes = models.JSONField(default=dict)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hospital"], condition=Q(is_active=True), name="receipt_account_one_active"
            )
        ]
        indexes = [models.Index(fields=["hospital", "-id"], name="receipt_account_of_hospital")]
        triggers = [audited()]
