"""Rows are reached by hospital, department, or as the doctor's own."""

from apps.access.policies import Policy, hide, policy_for
from apps.scheduling.models import (
    Appointment,
    AppointmentChange,
    BookingLimit,
    BookingSuspension,
    ClinicSession,
    QueueTicket,
    ScheduleTemplate,
    SessionSubstitution,
    Slot,
    SlotNumber,
    SuspensionAppeal,
)

hide(SlotNumber, SessionSubstitution, AppointmentChange)


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


@policy_for(BookingLimit)
class BookingLimitPolicy(Policy):
    """Of the hospital as a whole."""


@policy_for(BookingSuspension)
class BookingSuspensionPolicy(Policy):
    """Of the hospital as a whole: it says nothing about a department's patients."""


@policy_for(SuspensionAppeal)
class SuspensionAppealPolicy(Policy):
    """Reached like the suspension."""
