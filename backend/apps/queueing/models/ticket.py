from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.encounters.models import Encounter
from apps.identity.models import Department, Hospital, StaffMember
from apps.patients.models import Patient
from apps.queueing.models.queue import Queue
from apps.queueing.states import OPEN_TICKETS, TICKETS, TicketState
from apps.scheduling.models import Appointment, ClinicSession
from kernel.models import BaseModel

#: The order of a queue: `due_at` is set by the rules, `queued_at` decides between equals.
TICKET_ORDER = ("due_at", "queued_at", "id")


class QueueTicket(BaseModel):
    """排队号: a patient who has arrived waits in a queue. `practitioner` is waited for, `served_by` called.

    A walk-in has neither appointment nor session; without a `practitioner` whoever serves the queue may call.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", db_index=False)
    practitioner = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="tickets")
    session = models.ForeignKey(
        ClinicSession, on_delete=models.PROTECT, null=True, related_name="tickets", db_index=False
    )
    appointment = models.OneToOneField(
        Appointment, on_delete=models.PROTECT, null=True, related_name="ticket"
    )
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    served_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    day = models.DateField(help_text="the day of the visit")
    ticket_no = models.PositiveIntegerField(help_text="counted from 1 within the queue's day")
    state = models.CharField(max_length=12, choices=TICKETS.choices, default=TicketState.WAITING)
    priority = models.CharField(max_length=32, blank=True, default="", help_text="code of the priority group")
    priority_minutes = models.PositiveSmallIntegerField(default=0)
    checked_in_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="place in the queue: the earlier the sooner")
    queued_at = models.DateTimeField(help_text="decides between two that are due at the same time")
    called_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    consulted_seconds = models.PositiveIntegerField(default=0, help_text="with the doctor, until now")
    call_count = models.PositiveSmallIntegerField(default=0)
    skip_count = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(
        max_length=200, blank=True, default="", help_text="of the last priority, transfer or call out of turn"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["queue", "day", "ticket_no"], name="ticket_no_once")]
        indexes = [
            models.Index(fields=["queue", "day", "state", *TICKET_ORDER], name="ticket_line"),
            models.Index(fields=["session", "state"], name="ticket_of_session"),
            models.Index(fields=["day", "id"], condition=Q(state__in=OPEN_TICKETS), name="ticket_unseen"),
            models.Index(fields=["hospital", "-id"], name="ticket_of_hospital"),
            models.Index(fields=["department", "-id"], name="ticket_of_department"),
            models.Index(fields=["practitioner", "-id"], name="ticket_of_practitioner"),
            models.Index(fields=["patient", "-id"], name="ticket_of_patient"),
            models.Index(fields=["served_by", "-id"], name="ticket_served_by"),
            *(
                models.Index(
                    fields=[owner, "-finished_at"], condition=Q(state="finished"), name=f"ticket_pace_{short}"
                )
                for owner, short in (("served_by", "doctor"), ("queue", "queue"), ("department", "dept"))
            ),
        ]
        triggers = [audited()]
