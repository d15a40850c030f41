from apps.scheduling.models.appointment import (
    Appointment,
    AppointmentKind,
    AppointmentSource,
    CancelCode,
    PaymentStatus,
)
from apps.scheduling.models.change import AppointmentChange
from apps.scheduling.models.limits import (
    BookingLimit,
    BookingSuspension,
    LimitScope,
    SuspensionAppeal,
    SuspensionSource,
)
from apps.scheduling.models.planning import StaffLeave
from apps.scheduling.models.schedule import (
    ClinicSession,
    Period,
    ScheduleTemplate,
    SessionSubstitution,
    Slot,
    SlotNumber,
)
from apps.scheduling.models.slip import SlipPrint
from apps.scheduling.models.waitlist import WaitlistEntry, WaitlistOffer

__all__ = [
    "Appointment",
    "AppointmentChange",
    "AppointmentKind",
    "AppointmentSource",
    "BookingLimit",
    "BookingSuspension",
    "CancelCode",
    "ClinicSession",
    "LimitScope",
    "PaymentStatus",
    "Period",
    "ScheduleTemplate",
    "SessionSubstitution",
    "SlipPrint",
    "Slot",
    "SlotNumber",
    "StaffLeave",
    "SuspensionAppeal",
    "SuspensionSource",
    "WaitlistEntry",
    "WaitlistOffer",
]
