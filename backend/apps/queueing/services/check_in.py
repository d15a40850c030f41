"""取号: on the day of the visit, after paying, before the deadline; the patient joins the queue."""

from django.db import transaction

from apps.encounters.models import Encounter
from apps.encounters.services.encounters import next_number
from apps.queueing.models import Queue, QueueTicket
from apps.queueing.priorities import Priority
from apps.queueing.selectors.rules import chosen_group, rules_of
from apps.queueing.selectors.waiting import of_today
from apps.queueing.services.boards import changed
from apps.queueing.services.positions import position_at_check_in
from apps.queueing.services.queues import issue_number, queue_of
from apps.queueing.states import OPEN_TICKETS
from apps.scheduling.errors import WaitsAsWalkIn
from apps.scheduling.models import Appointment, ClinicSession
from apps.scheduling.services.arrive import arrive, refuse_arrival
from kernel import clock


def check_in(appointment: Appointment, *, priority: str = "", reason: str = "") -> QueueTicket:
    """`booked → checked_in` with a ticket in the queue, `priority` being the code of a group (else the age decides).

    CheckInTooEarly, CheckInTooLate, PaymentRequired, WaitsAsWalkIn (as a walk-in), StateConflict, InvalidValue.
    """
    refuse_arrival(appointment)
    patient = appointment.patient
    group = chosen_group(appointment.hospital_id, priority, patient.birth_date, appointment.visit_date)
    encounter_no = next_number(appointment.hospital_id)
    with transaction.atomic():
        sessions = ClinicSession.objects.select_related("department", "practitioner", "hospital")
        session = sessions.get(pk=appointment.session_id)
        queue = queue_of(session)
        _refuse_second(appointment, queue)
        encounter = arrive(appointment, session, encounter_no=encounter_no)
        ticket = _ticket(appointment, session, queue, encounter, group, reason)
        changed(ticket.hospital_id, ticket.queue_id)
    return ticket


def _refuse_second(appointment: Appointment, queue: Queue) -> None:
    """WaitsAsWalkIn while the patient waits in that queue as a walk-in: one visit is one place."""
    waiting = of_today(queue.pk).filter(
        patient_id=appointment.patient_id, state__in=OPEN_TICKETS, appointment=None
    )
    found = waiting.order_by("id").first()
    if found is not None:
        raise WaitsAsWalkIn(ticket_id=str(found.pk), ticket_no=found.ticket_no, queue_name=queue.name)


def _ticket(
    appointment: Appointment,
    session: ClinicSession,
    queue: Queue,
    encounter: Encounter,
    group: Priority | None,
    reason: str,
) -> QueueTicket:
    rules = rules_of(session.hospital, queue.department_id)
    position = position_at_check_in(appointment, session, queue.pk, rules, group)
    return QueueTicket.objects.create(
        hospital_id=appointment.hospital_id,
        department_id=queue.department_id,
        practitioner_id=session.practitioner_id,  # who sees the session's patients now, substituted or not
        queue=queue,
        encounter=encounter,
        session=session,
        appointment=appointment,
        patient_id=appointment.patient_id,
        day=appointment.visit_date,
        ticket_no=issue_number(queue, appointment.visit_date),
        priority=group.code if group else "",
        priority_minutes=group.minutes if group else 0,
        reason=reason,
        checked_in_at=clock.now(),
        **position._asdict(),
    )
