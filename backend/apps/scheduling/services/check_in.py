"""取号: on the day of the visit, after paying, before the deadline; the patient joins the line."""

from django.db import transaction

from apps.scheduling import errors
from apps.scheduling.events import AppointmentCheckedIn
from apps.scheduling.models import Appointment, ClinicSession, PaymentStatus, Queue, QueueTicket
from apps.scheduling.priorities import Priority
from apps.scheduling.selectors.queue_rules import by_age, priorities_of, rules_of
from apps.scheduling.services.announce import event_of
from apps.scheduling.services.attend import attend
from apps.scheduling.services.boards import changed
from apps.scheduling.services.guard import lock_unchanged
from apps.scheduling.services.line import spot_at_check_in
from apps.scheduling.services.queues import issue_number, queue_of
from apps.scheduling.states import APPOINTMENTS, AppointmentState
from kernel import clock
from kernel.errors import InvalidValue, StateConflict
from kernel.outbox.events import publish


@transaction.atomic
def check_in(appointment: Appointment, *, priority: str = "", reason: str = "") -> QueueTicket:
    """`booked → checked_in` with a ticket in the line, `priority` being the code of a group (else the age decides).

    From here on at the latest the doctor sees the patient, even if the booking's event still waits.
    CheckInTooEarly, CheckInTooLate, PaymentRequired, StateConflict, InvalidValue.
    """
    _refuse(appointment)
    group = _group(appointment, priority)
    sessions = ClinicSession.objects.select_related("department", "practitioner", "hospital")
    session = sessions.get(pk=appointment.session_id)
    queue = queue_of(session)
    lock_unchanged(appointment)
    now = clock.now()
    APPOINTMENTS.move(
        appointment,
        AppointmentState.CHECKED_IN,
        expect=AppointmentState.BOOKED,
        checked_in_at=now,
        updated_at=now,
    )
    ticket = _ticket(appointment, session, queue, group, reason)
    attend(appointment)
    changed(ticket.hospital_id, ticket.queue_id)
    publish(event_of(AppointmentCheckedIn, appointment))
    return ticket


def _ticket(
    appointment: Appointment, session: ClinicSession, queue: Queue, group: Priority | None, reason: str
) -> QueueTicket:
    rules = rules_of(session.hospital, queue.department_id)
    spot = spot_at_check_in(appointment, session, queue.pk, rules, group)
    return QueueTicket.objects.create(
        hospital_id=appointment.hospital_id,
        department_id=queue.department_id,
        practitioner_id=session.practitioner_id,  # who sees the session's patients now, substituted or not
        queue=queue,
        session=session,
        appointment=appointment,
        patient_id=appointment.patient_id,
        day=appointment.visit_date,
        ticket_no=issue_number(queue, appointment.visit_date),
        priority=group.code if group else "",
        priority_minutes=group.minutes if group else 0,
        reason=reason,
        checked_in_at=clock.now(),
        **spot._asdict(),
    )


def _refuse(appointment: Appointment) -> None:
    if appointment.state != AppointmentState.BOOKED:
        raise StateConflict(current=appointment.state)
    if appointment.visit_date > clock.today():
        raise errors.CheckInTooEarly
    if appointment.check_in_until <= clock.now():
        raise errors.CheckInTooLate
    if appointment.payment_status == PaymentStatus.UNPAID:
        raise errors.PaymentRequired


def _group(appointment: Appointment, code: str) -> Priority | None:
    """The group that was asked for (InvalidValue if unknown), else the one the patient's age gives."""
    groups = priorities_of(appointment.hospital_id)
    if code:
        if code not in groups:
            raise InvalidValue(field="priority")
        return groups[code]
    return by_age(groups, appointment.patient.birth_date, appointment.visit_date)
