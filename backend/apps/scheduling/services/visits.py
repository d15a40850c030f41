"""Which relations of patients rest on an appointment: one that stands, or a visit that was."""

from uuid import UUID

from django.db.models import Q, QuerySet

from apps.patients.services.upholding import end_unvisited
from apps.scheduling.events import OfAppointment
from apps.scheduling.models import Appointment
from apps.scheduling.states import OCCUPYING, AppointmentState
from kernel import clock


class Visits:
    """The upholder of this app (patients.ports.Upholder)."""

    def upholds_doctor(self, *, patient_id: UUID, staff_id: UUID) -> bool:
        """A number that stands with this doctor, or was used."""
        return self._standing(patient_id).filter(practitioner_id=staff_id).exists()

    def upholds_department(self, *, patient_id: UUID, department_id: UUID) -> bool:
        """A number that stands in this department, or was used."""
        return self._standing(patient_id).filter(department_id=department_id).exists()

    def _standing(self, patient_id: UUID) -> QuerySet[Appointment]:
        lapsed = Q(state=AppointmentState.PENDING, hold_expires_at__lte=clock.now())
        return Appointment.objects.filter(patient_id=patient_id, state__in=OCCUPYING).exclude(lapsed)


def let_go(event: OfAppointment, *, doctor: UUID | None = None) -> None:
    """The appointment came to nothing, or went to another doctor than `doctor`: what it brought ends."""
    end_unvisited(
        patient_id=event.patient_id,
        staff_id=doctor or event.practitioner_id,
        department_id=event.department_id,
    )
