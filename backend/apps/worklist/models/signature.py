from django.db import models
from django.db.models import Q

from apps.access.models import Role
from apps.identity.models import Hospital, StaffMember
from kernel.models import BaseModel

VALID = Q(voided_at__isnull=True)


class Signature(BaseModel):
    """签名: a person who proved the own identity anew signs something in a place, as the holder of a role.

    `digest`: sha256 of the subject and the canonical content, in hexadecimal. Rows are never changed or deleted but to
    say once that they are void (a trigger).
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    place = models.CharField(max_length=60)
    signer = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+", db_index=False)
    method = models.CharField(max_length=12, help_text="how the signer proved who it is: password, totp")
    digest = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "place"], condition=VALID, name="signature_place_once"
            ),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "signer"], condition=VALID, name="signature_signer_once"
            ),
        ]
        indexes = [
            models.Index(fields=["subject_id", "-id"], name="signature_of_subject"),
            models.Index(fields=["hospital", "-id"], name="signature_of_hospital"),
        ]
