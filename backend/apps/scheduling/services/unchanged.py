"""Several people act on one appointment at once: whoever decided on what is no longer so, is told."""

from apps.scheduling.models import Appointment
from kernel.errors import StateConflict
from kernel.locks import lock_one


def lock_unchanged(appointment: Appointment) -> None:
    """Lock the appointment's row; StateConflict unless it is as it was read. A number is locked before."""
    current = lock_one(Appointment.objects.only("id", "version", "state"), pk=appointment.pk)
    if current.version != appointment.version:
        raise StateConflict(current=current.state)
