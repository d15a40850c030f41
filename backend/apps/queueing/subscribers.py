"""What follows from calls: the patient is told, the doctor attends a walk-in, boards are published again."""

from apps.messaging.services.notify import notify
from apps.patients.services.care_team import note_booking
from apps.patients.services.handover import lock_patients
from apps.queueing import events
from apps.queueing.models import QueueTicket
from apps.queueing.services.boards import refresh
from kernel import clock
from kernel.outbox.events import subscribe


def _find(event: events.TicketCalled) -> QueueTicket:
    related = (
        "hospital", "department__location", "practitioner", "served_by", "patient", "appointment", "session__room",
    )  # fmt: skip
    return QueueTicket.objects.select_related(*related).get(pk=event.ticket_id)


@subscribe(events.TicketCalled, name="queueing.tell_called_patient", queue="urgent")
def call_patient(event: events.TicketCalled) -> None:
    ticket = _find(event)
    appointment, doctor = ticket.appointment, ticket.practitioner or ticket.served_by
    moment = appointment.starts_at if appointment else ticket.checked_in_at
    notify(
        hospital_id=ticket.hospital_id,
        scene="queue_called",
        patient_id=ticket.patient_id,
        account_id=appointment.account_id if appointment else None,
        data={
            "patient": ticket.patient.name,
            "hospital": ticket.hospital.name,
            "department": ticket.department.name,
            "doctor": doctor.name if doctor else "",
            "time": f"{moment.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}",
            "number": str(event.ticket_no),
            "room": _room(ticket),
        },
        dedupe_key=f"queue_called:{ticket.pk}:{event.call_count}",
        urgent=True,
    )


def _room(ticket: QueueTicket) -> str:
    """Where to go: the session's room, else the department's place, else the department."""
    place = (ticket.session.room if ticket.session else None) or ticket.department.location
    words = f"{place.building} {place.floor} {place.room}".strip() if place else ""
    return words or ticket.department.name


@subscribe(events.TicketCalled, name="queueing.attend_walk_in", queue="urgent")
def attend_called(event: events.TicketCalled) -> None:
    """Whoever called a patient that nobody booked there attends the patient from now on."""
    lock_patients([event.patient_id])
    ticket = _find(event)
    booked = ticket.appointment.practitioner_id if ticket.appointment else None
    if ticket.served_by_id is not None and ticket.served_by_id != booked:
        note_booking(
            hospital_id=ticket.hospital_id,
            patient_id=ticket.patient_id,
            staff_id=ticket.served_by_id,
            department_id=ticket.department_id,
        )


@subscribe(events.QueueChanged, name="queueing.publish_board")
def publish_board(event: events.QueueChanged) -> None:
    """Again, in case the process that made the change could not."""
    refresh(event.queue_id)
