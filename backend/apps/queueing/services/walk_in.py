"""现场排队: a patient without an appointment waits for a doctor, or in a department's or shared queue."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from apps.encounters.models import Encounter, EncounterKind
from apps.encounters.services.encounters import next_number, open_encounter
from apps.identity.models import Department, StaffMember
from apps.patients.models import Patient
from apps.patients.services.care_team import note_booking
from apps.patients.services.handover import lock_patients
from apps.queueing import errors
from apps.queueing.models import Queue, QueueTicket
from apps.queueing.priorities import Priority
from apps.queueing.selectors.boards import SERVES_QUEUE, served_by
from apps.queueing.selectors.rules import chosen_group
from apps.queueing.services.boards import changed
from apps.queueing.services.positions import position_of_walk_in
from apps.queueing.services.queues import issue_number, queue_of_doctor, refuse_second
from apps.scheduling.models import Appointment
from apps.scheduling.services.templates import check_practitioner
from apps.scheduling.states import AppointmentState
from kernel import clock
from kernel.errors import Expectation, InvalidValue
from kernel.expectations import DOCTOR, IN_FORCE, OF_THE_HOSPITAL

WHICH_DEPARTMENT = Expectation(
    "which_department",
    "该医生不止在一个科室出诊,请选择科室",
    "The doctor works in none or several departments: say which.",
)


def walk_in_queue(practitioner: StaffMember, department: Department | None = None) -> Queue:
    """Where the doctor's patients wait, in that department or the only one where the doctor works. InvalidValue."""
    if not practitioner.licence_no:
        raise InvalidValue(field="practitioner_id", expected=DOCTOR)
    places = list(Department.objects.filter(memberships__staff=practitioner, is_active=True)[:2])
    where = department or (places[0] if len(places) == 1 else None)
    if where is None:
        raise InvalidValue(field="department_id", expected=WHICH_DEPARTMENT)
    check_practitioner(practitioner, where)
    return queue_of_doctor(practitioner, where)


def queue_walk_in(
    *,
    patient: Patient,
    queue: Queue,
    practitioner: StaffMember | None = None,
    priority: str = "",
    reason: str = "",
) -> QueueTicket:
    """A ticket behind who was due before, with an encounter of its own. A queue of several doctors may name one.

    InvalidValue (another hospital's patient, a closed queue, a doctor who does not serve it, an unknown group),
    AlreadyQueued, HasAppointment.
    """
    if patient.hospital_id != queue.hospital_id:
        raise InvalidValue(field="patient_id", expected=OF_THE_HOSPITAL)
    if not queue.is_active:
        raise InvalidValue(field="queue_id", expected=IN_FORCE)
    if practitioner is not None and not served_by(practitioner.pk).filter(pk=queue.pk).exists():
        raise InvalidValue(field="practitioner_id", expected=SERVES_QUEUE)
    group = chosen_group(queue.hospital_id, priority, patient.birth_date, clock.today())
    encounter_no = next_number(queue.hospital_id)
    with transaction.atomic():
        lock_patients([patient.pk])
        doctor_id = practitioner.pk if practitioner else queue.practitioner_id
        refuse_second(patient.pk, queue)
        _refuse_booked(patient, doctor_id)
        encounter = open_encounter(
            number=encounter_no, kind=EncounterKind.OUTPATIENT, patient_id=patient.pk, hospital_id=queue.hospital_id,
            department_id=queue.department_id, practitioner_id=doctor_id,
        )  # fmt: skip
        if doctor_id is not None:
            note_booking(
                hospital_id=queue.hospital_id, patient_id=patient.pk, staff_id=doctor_id,
                department_id=queue.department_id,
            )  # fmt: skip
        ticket = _ticket(patient, queue, encounter, group, reason)
        changed(ticket.hospital_id, ticket.queue_id)
    return ticket


def _refuse_booked(patient: Patient, doctor_id: UUID | None) -> None:
    """HasAppointment while a booking with this doctor is to be checked in today: one visit is one place."""
    held = Q(state=AppointmentState.PENDING, hold_expires_at__gt=clock.now())
    booked = Appointment.objects.filter(
        held | Q(state=AppointmentState.BOOKED), patient_id=patient.pk, practitioner_id=doctor_id,
        visit_date__range=(clock.today() - dt.timedelta(days=1), clock.service_day()),
        check_in_until__gt=clock.now(),
    )  # fmt: skip
    appointment = booked.order_by("starts_at").first() if doctor_id is not None else None
    if appointment is not None:
        starts = appointment.starts_at.astimezone(clock.LOCAL)
        raise errors.HasAppointment(appointment_id=str(appointment.pk), starts_at=f"{starts:%H:%M}")


def _ticket(
    patient: Patient, queue: Queue, encounter: Encounter, group: Priority | None, reason: str
) -> QueueTicket:
    day, now = clock.service_day(), clock.now()
    return QueueTicket.objects.create(
        hospital_id=queue.hospital_id,
        department_id=queue.department_id,
        practitioner_id=encounter.practitioner_id,
        queue=queue,
        encounter=encounter,
        patient=patient,
        day=day,
        ticket_no=issue_number(queue, day),
        priority=group.code if group else "",
        priority_minutes=group.minutes if group else 0,
        reason=reason,
        checked_in_at=now,
        **position_of_walk_in(group)._asdict(),
    )
