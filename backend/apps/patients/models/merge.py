from django.db import models
from django.db.models import F, Q

from apps.audit.triggers import audited
from apps.identity.models import Hospital, StaffMember
from apps.patients.models.patient import Patient
from kernel import clock
from kernel.crypto import EncryptedTextField
from kernel.models import BaseModel


class PairState(models.TextChoices):
    """`distinct`: somebody looked and said that these are two people."""

    OPEN = "open"
    DISTINCT = "distinct"


class DuplicatePair(BaseModel):
    """疑似重复: two archives that may be one person's; `first` is the smaller id."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    first = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField(help_text="0 – 100")
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=PairState.choices, default=PairState.OPEN)
    decided_by = models.ForeignKey(
        StaffMember, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True, default="")
    seen_at = models.DateTimeField(default=clock.now, help_text="when the values last said so")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_pair_order"),
        ]
        indexes = [
            models.Index(
                fields=["hospital", "-score", "-id"], condition=Q(state="open"), name="duplicates_open"
            ),
            models.Index(fields=["hospital", "-id"], name="duplicates_of_hospital"),
        ]


class PatientMerge(BaseModel):
    """合并: one archive continues another. What it moved and replaced is kept, so that it can be undone."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    survivor = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(
        StaffMember, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=clock.now)
    reason = models.CharField(max_length=200, blank=True, default="")
    moved = models.JSONField(default=dict, help_text="{table: {column: [ids]}}")
    ended = models.JSONField(default=dict, help_text="{table: [ids]} of relations that both archives had")
    replaced = EncryptedTextField(help_text="JSON {field: [value before, value since]} of the survivor")
    was_active = models.BooleanField(default=True, help_text="of the merged archive")
    undone_by = models.ForeignKey(
        StaffMember, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merged"], condition=Q(undone_at=None), name="merged_once"),
            models.CheckConstraint(condition=~Q(survivor=F("merged")), name="merged_into_another"),
        ]
        indexes = [models.Index(fields=["hospital", "-id"], name="merges_of_hospital")]
        triggers = [audited(exclude=("moved",))]
