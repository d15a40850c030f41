"""Rows are reached by hospital, department, or as the doctor's own."""

from apps.access.policies import Policy, hide, policy_for
from apps.scheduling.models import (
    Appointment,
    ClinicSession,
    QueueTicket,
    ScheduleTemplate,
    SessionSubstitution,
    Slot,
    SlotNumber,
)

hide(SlotNumber, SessionSubstitution)


class OfPractitioner(Policy):
    department = "department_id"
    owners = ("practitioner_id",)


@policy_for(Slot)
class SlotPolicy(Policy):
    hospital = "session__hospital_id"
    department = "session__department_id"
    owners = ("session__practitioner_id",)


@policy_for(ScheduleTemplate)
class ScheduleTemplatePolicy(OfPractitioner):
    pass


@policy_for(ClinicSession)
class ClinicSessionPolicy(OfPractitioner):
    pass


@policy_for(Appointment)
class AppointmentPolicy(OfPractitioner):
    """Also reached by whoever cares for the patient."""

    inherits = ("patient_id", "patients.Patient")


@policy_for(QueueTicket)
class QueueTicketPolicy(OfPractitioner):
    pass
