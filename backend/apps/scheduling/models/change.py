from django.db import models

from apps.identity.models import StaffMember, WeChatAccount
from apps.scheduling.models.appointment import Appointment
from apps.scheduling.models.schedule import Slot
from kernel.models import BaseModel


class AppointmentChange(BaseModel):
    """改期: an appointment moved to another slot and kept its id and appointment_no. Never changed or deleted."""

    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="changes", db_index=False
    )
    from_slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="+", db_index=False)
    to_slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="+", db_index=False)
    from_practitioner = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    to_practitioner = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    from_number = models.PositiveIntegerField()
    to_number = models.PositiveIntegerField()
    account = models.ForeignKey(
        WeChatAccount, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    changed_by = models.ForeignKey(
        StaffMember, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["appointment", "id"], name="change_of_appointment")]
