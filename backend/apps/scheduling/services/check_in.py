"""取号: on the day of the visit, after paying, before the deadline; the patient joins the doctor's queue."""

from django.db import transaction
from django.db.models import F

from apps.patients.services.care_team import note_booking
from apps.scheduling import errors
from apps.scheduling.events import AppointmentCheckedIn
from apps.scheduling.models import Appointment, ClinicSession, PaymentStatus, QueueTicket
from apps.scheduling.services.announce import event_of
from apps.scheduling.states import APPOINTMENTS, AppointmentState
from kernel import clock
from kernel.errors import StateConflict
from kernel.outbox.events import publish


@transaction.atomic
def check_in(appointment: Appointment) -> QueueTicket:
    """`booked → checked_in` with a queue ticket. CheckInTooEarly, CheckInTooLate, PaymentRequired, StateConflict.

    From here on at the latest the doctor sees the patient, even if the booking's event still waits.
    """
    _check(appointment)
    now = clock.now()
    session = ClinicSession.objects.filter(pk=appointment.session_id)
    session.update(tickets_issued=F("tickets_issued") + 1)  # session before appointment, as everywhere
    APPOINTMENTS.move(
        appointment,
        AppointmentState.CHECKED_IN,
        expect=AppointmentState.BOOKED,
        checked_in_at=now,
        updated_at=now,
    )
    ticket_no, practitioner_id = session.values_list("tickets_issued", "practitioner_id").get()
    ticket = QueueTicket.objects.create(
        hospital_id=appointment.hospital_id,
        department_id=appointment.department_id,
        practitioner_id=practitioner_id,  # the one who sees the session's patients now, substituted or not
        session_id=appointment.session_id,
        appointment=appointment,
        patient_id=appointment.patient_id,
        ticket_no=ticket_no,
        checked_in_at=now,
        queued_at=now,
    )
    note_booking(
        hospital_id=appointment.hospital_id,
        patient_id=appointment.patient_id,
        staff_id=appointment.practitioner_id,
        department_id=appointment.department_id,
    )
    publish(event_of(AppointmentCheckedIn, appointment))
    return ticket


def _check(appointment: Appointment) -> None:
    if appointment.state != AppointmentState.BOOKED:
        raise StateConflict(current=appointment.state)
    if appointment.visit_date > clock.today():
        raise errors.CheckInTooEarly
    if appointment.check_in_until <= clock.now():
        raise errors.CheckInTooLate
    if appointment.payment_status == PaymentStatus.UNPAID:
        raise errors.PaymentRequired
