from django.db import models

from apps.audit.triggers import audited
from apps.identity.models import Department, Hospital
from kernel.models import VersionedModel


class CashDrawer(VersionedModel):
    """钱箱: a named place where one clerk at a time keeps cash."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hospital", "code"], name="cash_drawer_code")]
        triggers = [audited()]
