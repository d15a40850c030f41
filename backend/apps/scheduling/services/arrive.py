"""到诊: the patient of an appointment comes, and has been seen. The queue's services call it in their transaction."""

from uuid import UUID

from apps.encounters.models import Encounter, EncounterKind
from apps.encounters.services.encounters import open_encounter
from apps.scheduling import errors
from apps.scheduling.events import AppointmentCheckedIn, AppointmentFulfilled
from apps.scheduling.models import Appointment, ClinicSession, PaymentStatus
from apps.scheduling.services.announce import event_of
from apps.scheduling.services.care_team import add_doctor
from apps.scheduling.services.unchanged import lock_unchanged
from apps.scheduling.states import APPOINTMENTS, AppointmentState
from kernel import clock
from kernel.errors import StateConflict
from kernel.outbox.events import publish


def refuse_arrival(appointment: Appointment) -> None:
    """CheckInTooEarly, CheckInTooLate, PaymentRequired, StateConflict, where the number can't be collected now."""
    if appointment.state != AppointmentState.BOOKED:
        raise StateConflict(current=appointment.state)
    if appointment.visit_date > clock.today():
        raise errors.CheckInTooEarly
    if appointment.check_in_until <= clock.now():
        raise errors.CheckInTooLate
    if appointment.payment_status == PaymentStatus.UNPAID:
        raise errors.PaymentRequired


def arrive(appointment: Appointment, session: ClinicSession, *, encounter_no: str) -> Encounter:
    """`booked → checked_in` with an encounter of the doctor who sees the session's patients now. StateConflict.

    From here on at the latest the doctor sees the patient, even if the booking's event still waits.
    """
    lock_unchanged(appointment)
    encounter = open_encounter(
        number=encounter_no,
        kind=EncounterKind.OUTPATIENT,
        patient_id=appointment.patient_id,
        hospital_id=appointment.hospital_id,
        department_id=session.department_id,
        practitioner_id=session.practitioner_id,
    )
    now = clock.now()
    APPOINTMENTS.move(
        appointment,
        AppointmentState.CHECKED_IN,
        expect=AppointmentState.BOOKED,
        checked_in_at=now,
        encounter_id=encounter.pk,
    )
    add_doctor(appointment)
    publish(event_of(AppointmentCheckedIn, appointment))
    return encounter


def fulfil(appointment_id: UUID) -> None:
    """`checked_in → fulfilled`: the doctor has seen the patient. StateConflict."""
    appointment = Appointment.objects.get(pk=appointment_id)
    now = clock.now()
    APPOINTMENTS.move(
        appointment,
        AppointmentState.FULFILLED,
        expect=AppointmentState.CHECKED_IN,
        fulfilled_at=now,
    )
    publish(event_of(AppointmentFulfilled, appointment))
