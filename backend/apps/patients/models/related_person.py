from django.db import models

from apps.audit.triggers import audited
from apps.identity.models import Hospital, StaffMember
from apps.patients.id_kinds import document_key
from apps.patients.models.patient import IdKind, Patient
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
    id_kind = models.CharField(
        max_length=32, choices=IdKind.choices, default=IdKind.RESIDENT_ID, db_default=IdKind.RESIDENT_ID.value,
        help_text="of the document, where there is a number",
    )  # fmt: skip
    national_id = EncryptedTextField()
    national_id_index = BlindIndexField(
        source="document", purpose="national_id", columns=("id_kind", "national_id"), db_index=False
    )
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

    @property
    def document(self) -> str:
        """The key by which the identity document is compared; "" without one."""
        return document_key(self.id_kind, self.national_id)
