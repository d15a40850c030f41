from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.identity.models import Hospital, WeChatAccount
from apps.patients.models.patient import Patient
from kernel import clock
from kernel.crypto import BlindIndexField, EncryptedTextField
from kernel.models import BaseModel


class PatientCard(BaseModel):
    """就诊卡 on file at the hospital (issued at the window or known from HIS)."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="cards")
    card_number = EncryptedTextField()
    card_number_index = BlindIndexField(source="card_number", purpose="card_number", db_index=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "card_number_index"], name="card_number_once")
        ]
        triggers = [audited()]


class Relationship(models.TextChoices):
    SELF = "self"
    OTHER = "other"


class CardBinding(BaseModel):
    """绑卡: a WeChat account may act for the patient of this card. Unbinding ends it; the row stays as history."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(WeChatAccount, on_delete=models.CASCADE, related_name="bindings")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="bindings")
    card = models.ForeignKey(PatientCard, on_delete=models.PROTECT, related_name="bindings")
    relationship = models.CharField(max_length=8, choices=Relationship.choices)
    address = EncryptedTextField()
    is_default = models.BooleanField(default=False)
    unbound_at = models.DateTimeField(null=True, blank=True)
    ended_by_close = models.BooleanField(
        default=False, help_text="ended with the archive: it comes back when the archive is opened again"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "patient"], condition=Q(unbound_at=None), name="binding_once"
            ),
            models.UniqueConstraint(
                fields=["account"], condition=Q(unbound_at=None, relationship="self"), name="binding_one_self"
            ),
            models.UniqueConstraint(
                fields=["account"], condition=Q(unbound_at=None, is_default=True), name="binding_one_default"
            ),
        ]
        indexes = [models.Index(fields=["patient"], condition=Q(unbound_at=None), name="binding_of_patient")]
        triggers = [audited()]


class BindingAttempt(models.Model):
    """A failed binding, counted per account and per card and address for the lock-out (rules.md 2)."""

    account = models.ForeignKey(WeChatAccount, on_delete=models.CASCADE, related_name="+")
    card_number_index = models.BinaryField()
    ip = models.GenericIPAddressField(null=True)
    slowed = models.BooleanField(default=False, help_text="no failure: a try that has to wait")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            models.Index(fields=["account", "at"], name="attempt_by_account"),
            models.Index(fields=["card_number_index", "at"], name="attempt_by_card"),
        ]
