"""挂号凭条: what the printer at the window gets, every copy counted."""

from typing import Any
from uuid import UUID

from django.db import transaction

from apps.scheduling import errors
from apps.scheduling.models import Appointment, SlipPrint
from apps.scheduling.ports import tickets
from apps.scheduling.selectors import appointments
from apps.scheduling.states import AppointmentState
from kernel.errors import StateConflict
from kernel.locks import lock_one

PRINTABLE = (AppointmentState.BOOKED, AppointmentState.CHECKED_IN, AppointmentState.FULFILLED)
_SHOWN = (
    "appointment_no", "patient_name", "department_name", "practitioner_name", "practitioner_title", "hospital_name",
    "location", "tier", "kind", "visit_date", "starts_at", "ends_at", "check_in_until", "number", "fee_fen",
    "payment_status",
)  # fmt: skip


@transaction.atomic
def print_slip(appointment: Appointment, *, staff_id: UUID | None, reason: str = "") -> dict[str, Any]:
    """Count a copy and return it as the printer shows it. StateConflict, ReprintNeedsReason (from the second on)."""
    current = lock_one(Appointment.objects.select_related("patient"), pk=appointment.pk)
    if current.state not in PRINTABLE:
        raise StateConflict(current=current.state)
    copy_no = SlipPrint.objects.filter(appointment=current).count() + 1
    if copy_no > 1 and not reason:
        raise errors.ReprintNeedsReason(field="reason")
    made = SlipPrint.objects.create(
        hospital_id=current.hospital_id, appointment=current, copy_no=copy_no, printed_by_id=staff_id, reason=reason
    )  # fmt: skip
    return slip_of(current, made)


def newest_copy(appointment: Appointment, staff_id: UUID | None) -> SlipPrint:
    """The last copy that was counted; SlipNotPrinted where that person has not printed it."""
    copy = appointment.slip_prints.order_by("-copy_no").first()
    if copy is None or copy.printed_by_id is None or copy.printed_by_id != staff_id:
        raise errors.SlipNotPrinted
    return copy


def slip_of(appointment: Appointment, copy: SlipPrint) -> dict[str, Any]:
    """A copy as the printer shows it, with what is known of the appointment now."""
    row = appointments.one(Appointment.objects.all(), appointment.pk)
    ticket_no, queue_name = tickets().number_of(appointment.pk) or (None, "")
    return {
        **{name: row[name] for name in _SHOWN},
        "mrn": appointment.patient.mrn,
        "ticket_no": ticket_no,
        "queue_name": queue_name,
        "copy_no": copy.copy_no,
        "is_reprint": copy.copy_no > 1,
        "printed_at": copy.created_at,
    }
