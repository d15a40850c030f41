from django.db import models

from apps.identity.models import Hospital
from apps.patients.models.patient import Patient
from kernel import ids


class TimelineEntry(models.Model):
    """One thing that happened to a patient: a projection that higher apps write through patients.services.timeline."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="timeline")
    at = models.DateTimeField()
    kind = models.CharField(max_length=40, help_text="booking, visit, charge, payment, case, message …")
    state = models.CharField(max_length=24, blank=True, default="")
    title = models.CharField(max_length=160)
    department_id = models.UUIDField(null=True)
    staff_id = models.UUIDField(null=True)
    ref_type = models.CharField(max_length=40)
    ref_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ref_type", "ref_id", "kind"], name="timeline_ref")]
        indexes = [models.Index(fields=["patient", "-at", "-id"], name="timeline_of_patient")]
