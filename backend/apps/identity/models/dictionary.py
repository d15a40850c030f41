from django.db import models

from apps.audit.triggers import audited
from apps.identity.models.organisation import Hospital
from kernel.models import VersionedModel


class Dictionary(VersionedModel):
    """数据字典: a list the administrator extends without a release; `hospital` null = the whole group."""

    hospital = models.ForeignKey(
        Hospital, on_delete=models.PROTECT, null=True, blank=True, related_name="dictionaries"
    )
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=120)
    is_system = models.BooleanField(
        default=False, help_text="made by the product: can be extended, not deleted"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "code"], name="dictionary_code", nulls_distinct=False)
        ]
        triggers = [audited()]


class DictionaryItem(VersionedModel):
    """One entry. `value` is what other tables store and never changes; `label` is what people read."""

    dictionary = models.ForeignKey(Dictionary, on_delete=models.CASCADE, related_name="items")
    value = models.CharField(max_length=64)
    label = models.CharField(max_length=120)
    sort = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dictionary", "value"], name="dictionary_item_value")]
        triggers = [audited()]
