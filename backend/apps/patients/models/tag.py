from django.core.validators import RegexValidator
from django.db import models

from apps.audit.triggers import audited
from apps.identity.models import Hospital
from kernel.models import VersionedModel


class PatientTag(VersionedModel):
    """标签: a word that a hospital puts on patients; `Patient.tags` holds the names, which therefore never change."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=40)
    colour = models.CharField(
        max_length=7, default="#909399", validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")]
    )
    sort = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hospital", "name"], name="patient_tag_once")]
        triggers = [audited()]
