"""Events of one appointment."""

from typing import Any, TypeVar

from apps.scheduling.events import OfAppointment
from apps.scheduling.models import Appointment

E = TypeVar("E", bound=OfAppointment)


def event_of(kind: type[E], appointment: Appointment, **details: Any) -> E:
    """The event of that kind about the appointment."""
    return kind(
        hospital_id=appointment.hospital_id,
        appointment_id=appointment.pk,
        patient_id=appointment.patient_id,
        account_id=appointment.account_id,
        practitioner_id=appointment.practitioner_id,
        department_id=appointment.department_id,
        starts_at=appointment.starts_at,
        number=appointment.number,
        **details,
    )
