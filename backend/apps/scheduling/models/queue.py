from django.db import models

from apps.identity.models import Department, Hospital, StaffMember
from apps.patients.models import Patient
from apps.scheduling.models.appointment import Appointment
from apps.scheduling.models.schedule import ClinicSession
from apps.scheduling.states import TicketState, choices
from kernel.models import BaseModel


class QueueTicket(BaseModel):
    """排队号: a checked-in patient waits for the doctor of a session; first come, first called."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", db_index=False)
    practitioner = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False)
    session = models.ForeignKey(
        ClinicSession, on_delete=models.PROTECT, related_name="tickets", db_index=False
    )
    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="ticket")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    ticket_no = models.PositiveIntegerField(help_text="counted from 1 within the session")
    state = models.CharField(max_length=12, choices=choices(TicketState), default=TicketState.WAITING)
    checked_in_at = models.DateTimeField()
    queued_at = models.DateTimeField(help_text="place in the line; moved to the end when queued again")
    called_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    call_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "ticket_no"], name="ticket_no_once")]
        indexes = [
            models.Index(fields=["session", "state", "queued_at", "id"], name="ticket_line"),
            models.Index(fields=["hospital", "-id"], name="ticket_of_hospital"),
            models.Index(fields=["department", "-id"], name="ticket_of_department"),
            models.Index(fields=["practitioner", "-id"], name="ticket_of_practitioner"),
            models.Index(fields=["patient", "-id"], name="ticket_of_patient"),
        ]
