from django.db import models
from django.db.models import F, Q

from apps.audit.triggers import audited
from apps.identity.models import Hospital, StaffMember
from kernel.models import VersionedModel


class StaffLeave(VersionedModel):
    """请假: a doctor is away; no session is planned for these hours."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="leave_times"),
        ]
        indexes = [models.Index(fields=["practitioner", "ends_at"], name="leave_of_practitioner")]
        triggers = [audited()]
