from apps.scheduling.models.appointment import (
    Appointment,
    AppointmentKind,
    AppointmentSource,
    PayerType,
    PaymentStatus,
)
from apps.scheduling.models.queue import QueueTicket
from apps.scheduling.models.schedule import (
    ClinicSession,
    Period,
    ScheduleTemplate,
    SessionSubstitution,
    Slot,
    SlotNumber,
)

__all__ = [
    "Appointment",
    "AppointmentKind",
    "AppointmentSource",
    "ClinicSession",
    "PayerType",
    "PaymentStatus",
    "Period",
    "QueueTicket",
    "ScheduleTemplate",
    "SessionSubstitution",
    "Slot",
    "SlotNumber",
]
