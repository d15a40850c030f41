"""Rows are reached by hospital, department, the doctor's own, or a grant on the patient."""

from apps.access.policies import Policy, hide, policy_for
from apps.scheduling.models import Appointment, ClinicSession, QueueTicket, ScheduleTemplate, Slot, SlotNumber

hide(SlotNumber)


class OfPractitioner(Policy):
    department = "department_id"
    owners = ("practitioner_id",)


class OfPatientAndPractitioner(OfPractitioner):
    inherits = ("patient_id", "patients.Patient")


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
class AppointmentPolicy(OfPatientAndPractitioner):
    pass


@policy_for(QueueTicket)
class QueueTicketPolicy(OfPatientAndPractitioner):
    pass
