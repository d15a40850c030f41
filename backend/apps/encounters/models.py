from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.encounters.states import ENCOUNTERS, OPEN, EncounterState
from apps.identity.models import Department, Hospital, StaffMember
from apps.patients.models import Patient
from kernel.models import BaseModel


class EncounterKind(models.TextChoices):
    """Where patient and hospital meet (FHIR Encounter.class: AMB, IMP, HH, VR)."""

    OUTPATIENT = "outpatient", "门诊"
    INPATIENT = "inpatient", "住院"
    HOME = "home", "上门"
    ONLINE = "online", "线上"


class Encounter(BaseModel):
    """就诊. `practitioner` is the doctor in charge, null until somebody of a department's queue takes the patient."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", db_index=False)
    practitioner = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    encounter_no = models.CharField(max_length=32, help_text="就诊号")
    kind = models.CharField(max_length=12, choices=EncounterKind.choices)
    state = models.CharField(
        max_length=12,
        choices=ENCOUNTERS.choices,
        default=EncounterState.ARRIVED,
    )
    arrived_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, help_text="somebody began to see the patient")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "encounter_no"], name="encounter_no_once"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_at__isnull=True)
                | (~Q(state__in=OPEN) & Q(ended_at__isnull=False)),
                name="encounter_ended_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="encounter_of_hospital"),
            models.Index(fields=["department", "-id"], name="encounter_of_department"),
            models.Index(fields=["practitioner", "-id"], name="encounter_of_practitioner"),
            models.Index(fields=["patient", "-id"], name="encounter_of_patient"),
            models.Index(fields=["hospital", "-arrived_at"], name="encounter_by_arrival"),
        ]
        triggers = [audited()]
