from django.db import models

from apps.audit.triggers import audited
from apps.identity.models import Hospital, StaffMember
from apps.patients.models.patient import Patient
from kernel.crypto import BlindIndexField, EncryptedTextField
from kernel.models import BaseModel


class RelatedPerson(BaseModel):
    """A contact of the patient; a guardian (监护人) may act for a minor once the national ID is verified."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="related_persons")
    name = models.CharField(max_length=80)
    relation = models.CharField(max_length=64, help_text="dictionary: relation")
    phone = EncryptedTextField()
    phone_index = BlindIndexField(source="phone", purpose="phone", db_index=False)
    national_id = EncryptedTextField()
    national_id_index = BlindIndexField(source="national_id", purpose="national_id", db_index=False)
    is_guardian = models.BooleanField(default=False)
    linked_patient = models.ForeignKey(
        Patient, on_delete=models.SET_NULL, null=True, related_name="+", help_text="the person's own archive"
    )
    verified_at = models.DateTimeField(null=True, help_text="somebody saw the guardian's document")
    verified_by = models.ForeignKey(
        StaffMember, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [models.Index(fields=["patient", "id"], name="related_persons_of_patient")]
        triggers = [audited()]
