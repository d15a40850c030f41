from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.identity.models import Hospital
from apps.payments.payers import PayerType
from kernel.models import VersionedModel
from kernel.money import FenField


class DepositCeiling(VersionedModel):
    """押金上限: the most that a deposit may hold for a kind of payer, by the beginning of the diagnosis' code and by a
    part of its name; blank ones fit all. The longest code wins, then the longest name.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    payer_type = models.CharField(max_length=24, choices=PayerType.choices, default=PayerType.SELF_PAY)
    code_prefix = models.CharField(max_length=20, blank=True, default="")
    diagnosis_name = models.CharField(max_length=100, blank=True, default="")
    ceiling_fen = FenField()
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hospital", "payer_type", "code_prefix", "diagnosis_name"], name="deposit_ceiling_once"
            ),
            models.CheckConstraint(condition=Q(ceiling_fen__gt=0), name="deposit_ceiling_has_amount"),
        ]  # fmt: skip
        triggers = [audited()]
