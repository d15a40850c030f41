from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.identity.models import Department, Hospital, StaffMember
from kernel.models import BaseModel, VersionedModel


class QueueKind(models.TextChoices):
    """Whose queue it is: one doctor's, everybody's in a department, or that of the doctors who share it."""

    DOCTOR = "doctor"
    DEPARTMENT = "department"
    SHARED = "shared"


class Queue(VersionedModel):
    """排队: tickets in their order. A doctor's own is made when it is first needed."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", db_index=False)
    practitioner = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=12, choices=QueueKind.choices)
    name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)
    paused_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True, help_text="known end of the pause; null = unknown")
    pause_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practitioner", "department"], condition=Q(kind="doctor"), name="queue_of_doctor_once"
            ),
            models.UniqueConstraint(
                fields=["department"],
                condition=Q(kind="department", is_active=True),
                name="queue_of_department_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="doctor", practitioner__isnull=False)
                | (~Q(kind="doctor") & Q(practitioner__isnull=True)),
                name="queue_has_its_doctor",
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="queue_of_hospital"),
            models.Index(fields=["department", "-id"], name="queue_of_department"),
            models.Index(fields=["practitioner", "-id"], name="queue_of_practitioner"),
        ]
        triggers = [audited()]


class QueueMember(BaseModel):
    """A doctor whose patients wait in a shared queue, and who calls from it."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="members", db_index=False)
    practitioner = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["queue", "practitioner"], name="queue_member_once"),
        ]
        triggers = [audited()]


class QueueDay(models.Model):
    """The last ticket number that a queue handed out on a day."""

    pk = models.CompositePrimaryKey("queue", "day")
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    issued = models.PositiveIntegerField(default=0)
