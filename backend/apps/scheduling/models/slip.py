from django.db import models

from apps.audit.triggers import audited
from apps.identity.models import Hospital, StaffMember
from apps.scheduling.models.appointment import Appointment
from kernel.models import BaseModel


class SlipPrint(BaseModel):
    """挂号凭条: one print of an appointment's slip; `copy_no` 1 is the first, every other a reprint."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="slip_prints", db_index=False
    )
    copy_no = models.PositiveIntegerField()
    printed_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["appointment", "copy_no"], name="slip_copy_once")]
        triggers = [audited()]
