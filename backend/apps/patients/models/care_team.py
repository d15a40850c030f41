from django.db import models
from django.db.models import Q
from guardian.models import UserObjectPermissionBase

from apps.audit.triggers import audited
from apps.identity.models import Department, Hospital, StaffMember
from apps.patients.models.patient import Patient
from kernel.models import BaseModel


class CareRole(models.TextChoices):
    """Relations from which object grants follow (ACC-04)."""

    ATTENDING = "attending"
    EXAMINING = "examining"
    CONSULTANT = "consultant"
    ONLINE_CONSULTANT = "online_consultant"
    FOLLOW_UP_OWNER = "follow_up_owner"
    SHARED = "shared"


class CareTeamMember(BaseModel):
    """A staff member's relation to a patient; grants on the patient follow it and end with it."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="care_team")
    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=24, choices=CareRole.choices)
    can_change = models.BooleanField(default=True)
    shared_by = models.ForeignKey(
        StaffMember, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    by_role = models.BooleanField(
        default=False, help_text="a share by somebody whose role reaches the patient: it stands by itself"
    )
    by_booking = models.BooleanField(
        default=False,
        help_text="made by a booking: it ends with it unless a visit or another booking upholds it",
    )
    valid_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "staff", "role"], condition=Q(ended_at=None), name="care_team_once"
            )
        ]
        indexes = [
            models.Index(fields=["staff", "-id"], condition=Q(ended_at=None), name="care_team_of_staff"),
            models.Index(fields=["patient", "-id"], name="care_team_of_patient"),
            models.Index(
                fields=["valid_until"],
                condition=Q(ended_at=None, valid_until__isnull=False),
                name="care_team_lapsing",
            ),
        ]
        triggers = [audited()]


class PatientDepartment(models.Model):
    """A department has treated or will treat the patient: the department scope of the patient's row."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="+")
    by_booking = models.BooleanField(
        default=False, help_text="made by a booking: it ends with it unless something else upholds it"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient", "department"], name="patient_department")]
        indexes = [models.Index(fields=["department", "-patient"], name="patients_of_department")]


class PatientUserObjectPermission(UserObjectPermissionBase):
    """Guardian's grants on patients, by direct foreign key; written by access.services.grants only."""

    content_object = models.ForeignKey(Patient, on_delete=models.CASCADE, db_index=False)
    valid_until = models.DateTimeField(null=True)

    class Meta(UserObjectPermissionBase.Meta):
        indexes = [
            models.Index(
                fields=["content_object", "user", "permission"],
                include=["valid_until"],
                name="patient_grants_of_patient",
            ),
            models.Index(
                fields=["user", "permission", "-content_object"],
                include=["valid_until"],
                name="patient_grants_of_user",
            ),
            models.Index(
                fields=["valid_until"],
                condition=Q(valid_until__isnull=False),
                name="patient_grants_lapsing",
            ),
        ]
