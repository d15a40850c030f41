from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.identity.models import Hospital, StaffMember
from apps.patients.models.patient import Patient
from kernel.models import BaseModel, VersionedModel


class Stage(models.TextChoices):
    """Where somebody talks to the patient and learns something."""

    BOOKING = "booking", "预约"
    RECEPTION = "reception", "接待"
    TRIAGE = "triage", "分诊"
    CONSULTATION = "consultation", "咨询"
    EXAMINATION = "examination", "检查"
    MEMBER_FOLLOW_UP = "member_follow_up", "会员回访"


class FieldKind(models.TextChoices):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    MULTI = "multi"
    BOOL = "bool"


class CaptureField(VersionedModel):
    """采集项: a hospital's own field of a stage, or its own form of a shipped one (same stage and key)."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    stage = models.CharField(max_length=20, choices=Stage.choices)
    key = models.CharField(max_length=40)
    label = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=FieldKind.choices)
    dictionary = models.CharField(
        max_length=64, blank=True, default="", help_text="code, for choice and multi"
    )
    required = models.BooleanField(default=False)
    sort = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "stage", "key"], name="capture_field_once")
        ]
        triggers = [audited()]


class CapturedValue(BaseModel):
    """What was learnt of a patient at a stage, by whom and when; a newer value ends this one, which stays."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="captured", db_index=False)
    stage = models.CharField(max_length=20, choices=Stage.choices)
    key = models.CharField(max_length=40)
    label = models.CharField(max_length=80, help_text="as it was asked")
    value = models.JSONField(null=True, help_text="null: taken back")
    by = models.ForeignKey(
        StaffMember, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "stage", "key"], condition=Q(ended_at=None), name="captured_once"
            )
        ]
        indexes = [models.Index(fields=["patient", "stage", "-id"], name="captured_of_patient")]
        triggers = [audited()]
