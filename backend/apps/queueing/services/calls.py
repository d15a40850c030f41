"""叫号: every step is compare-and-set, so that two desks that press at once never do it twice."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from apps.encounters.services.encounters import begin, change as change_encounter, finish as finish_encounter
from apps.identity.models import StaffMember
from apps.patients.services.care_team import note_booking
from apps.patients.services.handover import lock_patients
from apps.patients.services.upholding import end_unvisited
from apps.queueing import errors
from apps.queueing.events import TicketCalled
from apps.queueing.models import Queue, QueueTicket
from apps.queueing.selectors.boards import SERVES_QUEUE, served_by
from apps.queueing.selectors.rules import priorities_of, rules_of
from apps.queueing.selectors.waiting import waiting
from apps.queueing.services.boards import changed
from apps.queueing.services.positions import Position, behind
from apps.queueing.services.queues import issue_number, queue_of, refuse_paused, refuse_second
from apps.queueing.states import SEEING, TICKETS, TicketState
from apps.scheduling.models import ClinicSession
from apps.scheduling.services.arrive import fulfil
from kernel import clock
from kernel.errors import Expectation, InvalidValue, StateConflict
from kernel.outbox.events import publish

T = TicketState
OTHER_QUEUE = Expectation(
    "other_queue", "须为本院另一个启用的队列", "It has to be another queue of the hospital that is in force."
)


@transaction.atomic
def call_next(queue: Queue, *, doctor_id: UUID | None = None) -> QueueTicket:
    """Call whoever is first into the room of that doctor (None: of the one who was booked).

    Two desks that call at once get different patients. QueueEmpty, QueuePaused.
    """
    refuse_paused(queue)
    candidates = waiting(queue.pk).select_for_update(of=("self",), skip_locked=True)
    ticket = candidates.select_related("queue").first()
    if ticket is None:
        raise errors.QueueEmpty
    return _call(ticket, T.WAITING, doctor_id, reason="")


def call_next_of(session_id: UUID) -> QueueTicket:
    """Call whoever is first where the session's patients wait, into the room of its present doctor. As `call_next`.

    SessionNotToday: a queue is of one day, so that of another day's session would be somebody else's patients.
    """
    session = ClinicSession.objects.select_related("department", "practitioner").get(pk=session_id)
    if session.date != clock.service_day():
        raise errors.SessionNotToday(visit_date=session.date)
    return call_next(queue_of(session), doctor_id=session.practitioner_id)


@transaction.atomic
def call(ticket: QueueTicket, *, reason: str, doctor_id: UUID | None = None) -> QueueTicket:
    """Call this patient out of turn, or one who was passed over. QueuePaused, StateConflict."""
    refuse_paused(ticket.queue)
    return _call(ticket, T(ticket.state), doctor_id, reason=reason)


def _call(ticket: QueueTicket, expect: TicketState, doctor_id: UUID | None, *, reason: str) -> QueueTicket:
    doctor = doctor_id or ticket.queue.practitioner_id or ticket.practitioner_id
    _move(
        ticket, T.CALLED, expect=expect, called_at=clock.now(), call_count=ticket.call_count + 1,
        served_by_id=doctor, **({"reason": reason} if reason else {}),
    )  # fmt: skip
    _announce(ticket)
    return ticket


@transaction.atomic
def recall(ticket: QueueTicket) -> QueueTicket:
    """Call the same patient again. StateConflict unless called and not yet in the room."""
    called = QueueTicket.objects.filter(pk=ticket.pk, state=T.CALLED)
    if not called.update(call_count=F("call_count") + 1, called_at=clock.now(), updated_at=clock.now()):
        raise StateConflict(current=ticket.state)
    ticket.refresh_from_db()
    changed(ticket.hospital_id, ticket.queue_id)
    _announce(ticket)
    return ticket


@transaction.atomic
def skip(ticket: QueueTicket) -> QueueTicket:
    """过号: the called patient did not come: back by some places, after too many skips passed over."""
    rules = rules_of(ticket.hospital, ticket.queue.department_id)
    if ticket.skip_count >= rules.max_skips:
        return _move(ticket, T.MISSED, expect=T.CALLED, skip_count=ticket.skip_count + 1)
    position = behind(ticket.queue_id, rules.skip_behind)
    return _move(
        ticket, T.WAITING, expect=T.CALLED, skip_count=ticket.skip_count + 1, served_by_id=None, **position._asdict()
    )  # fmt: skip


@transaction.atomic
def requeue(ticket: QueueTicket) -> QueueTicket:
    """A patient who was passed over is back and joins the end of the queue."""
    position = behind(ticket.queue_id, None)
    return _move(
        ticket, T.WAITING, expect=T.MISSED, skip_count=0, served_by_id=None, **position._asdict()
    )  # fmt: skip


@transaction.atomic
def start(ticket: QueueTicket) -> QueueTicket:
    """The patient is in the room."""
    _move(ticket, T.IN_SERVICE, started_at=clock.now())
    begin(ticket.encounter_id, practitioner_id=ticket.served_by_id)
    return ticket


@transaction.atomic
def send_out(ticket: QueueTicket) -> QueueTicket:
    """The doctor sends the patient to an examination and will see the result."""
    return _move(ticket, T.EXAMINATION, expect=T.IN_SERVICE, consulted_seconds=_consulted(ticket))


@transaction.atomic
def take_back(ticket: QueueTicket) -> QueueTicket:
    """回诊: back from the examination, to the front after as many as the rules say."""
    rules = rules_of(ticket.hospital, ticket.queue.department_id)
    position = behind(ticket.queue_id, rules.return_behind)
    return _move(ticket, T.WAITING, expect=T.EXAMINATION, **position._asdict())


@transaction.atomic
def finish(ticket: QueueTicket) -> QueueTicket:
    """The doctor has seen the patient: the visit is over, an appointment fulfilled."""
    if ticket.appointment_id is not None:
        fulfil(ticket.appointment_id)
    _move(ticket, T.FINISHED, finished_at=clock.now(), consulted_seconds=_consulted(ticket))
    begin(ticket.encounter_id, practitioner_id=ticket.served_by_id)
    finish_encounter(ticket.encounter_id)
    return ticket


@transaction.atomic
def prioritise(ticket: QueueTicket, *, code: str, reason: str) -> QueueTicket:
    """Put a waiting patient into a priority group, or out of any (""). InvalidValue, StateConflict."""
    groups = priorities_of(ticket.hospital_id)
    group = groups.get(code)
    if code and group is None:
        raise InvalidValue(field="priority", choices=groups)
    minutes = group.minutes if group else 0
    position = Position(ticket.due_at, ticket.queued_at).earlier(minutes - ticket.priority_minutes)
    return _keep(
        ticket, (T.WAITING,), priority=code, priority_minutes=minutes, reason=reason, due_at=position.due_at
    )


@transaction.atomic
def transfer(ticket: QueueTicket, *, queue: Queue, reason: str) -> QueueTicket:
    """To another doctor's queue of the hospital, with a number there and the old claim.

    Encounter and care go with it: the doctor there attends the patient, and who had not begun does not any more.
    InvalidValue, AlreadyQueued (waits there, too), StateConflict.
    Allowed until the doctor has finished: who is inside, out for an examination or passed over waits there anew.
    """
    if queue.hospital_id != ticket.hospital_id or queue.pk == ticket.queue_id or not queue.is_active:
        raise InvalidValue(field="queue_id", expected=OTHER_QUEUE)
    lock_patients([ticket.patient_id])
    refuse_second(ticket.patient_id, queue)
    seeing, old = ticket.state in SEEING, (ticket.practitioner_id, ticket.department_id)
    left, ticket_no = ticket.queue_id, issue_number(queue, ticket.day)
    moved = _keep(
        ticket, (T.WAITING, T.CALLED, T.MISSED, *SEEING), queue=queue, department_id=queue.department_id,
        practitioner_id=queue.practitioner_id or ticket.practitioner_id, served_by_id=None, ticket_no=ticket_no,
        state=T.WAITING.value, skip_count=0, reason=reason,
        **({"consulted_seconds": _consulted(ticket)} if seeing else {}),
    )  # fmt: skip
    doctor = {"practitioner_id": queue.practitioner_id} if queue.practitioner_id else {}
    change_encounter([ticket.encounter_id], department_id=queue.department_id, **doctor)
    if queue.practitioner_id:
        note_booking(
            hospital_id=ticket.hospital_id, patient_id=ticket.patient_id, staff_id=queue.practitioner_id,
            department_id=queue.department_id,
        )  # fmt: skip
    if old[0] is not None and not seeing:
        end_unvisited(patient_id=ticket.patient_id, staff_id=old[0], department_id=old[1])
    changed(ticket.hospital_id, left)
    return moved


def doctor_for(queue: Queue, staff_id: UUID, chosen: StaffMember | None) -> UUID | None:
    """Into whose room a call goes: the chosen doctor, else the caller if the caller serves the queue.

    InvalidValue for a doctor who does not serve it.
    """
    doctor_id = chosen.pk if chosen else staff_id
    if served_by(doctor_id).filter(pk=queue.pk).exists():
        return doctor_id
    if chosen is not None:
        raise InvalidValue(field="practitioner_id", expected=SERVES_QUEUE)
    return None


def _consulted(ticket: QueueTicket) -> int:
    """Seconds with the doctor until now, those before an examination included."""
    begun = ticket.started_at or ticket.called_at
    if ticket.state not in (T.CALLED, T.IN_SERVICE) or begun is None:
        return ticket.consulted_seconds
    return ticket.consulted_seconds + max(0, int((clock.now() - begun).total_seconds()))


def _move(
    ticket: QueueTicket, target: TicketState, *, expect: TicketState | None = None, **changes: Any
) -> QueueTicket:
    expect = expect or T(ticket.state)
    TICKETS.move(ticket, target, expect=expect, **changes)
    changed(ticket.hospital_id, ticket.queue_id)
    return ticket


def _keep(ticket: QueueTicket, states: tuple[TicketState, ...], **changes: Any) -> QueueTicket:
    """Change a ticket that is where it was read, in one of these states; StateConflict otherwise."""
    unchanged = QueueTicket.objects.filter(pk=ticket.pk, state=ticket.state, queue_id=ticket.queue_id)
    if ticket.state not in states or not unchanged.update(updated_at=clock.now(), **changes):
        raise StateConflict(current=ticket.state)
    for name, value in changes.items():
        setattr(ticket, name, value)
    changed(ticket.hospital_id, ticket.queue_id)
    return ticket


def _announce(ticket: QueueTicket) -> None:
    publish(
        TicketCalled(
            hospital_id=ticket.hospital_id, ticket_id=ticket.pk, patient_id=ticket.patient_id,
            ticket_no=ticket.ticket_no, call_count=ticket.call_count,
        )
    )  # fmt: skip
