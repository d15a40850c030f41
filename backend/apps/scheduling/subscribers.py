"""What follows from an appointment's events: the patient's timeline and messages."""

from apps.identity.models import StaffMember
from apps.messaging.services.notify import notify
from apps.patients.services.handover import lock_patients
from apps.patients.services.timeline import write_entry
from apps.scheduling import events
from apps.scheduling.models import (
    Appointment,
    AppointmentKind,
    BookingSuspension,
    SuspensionAppeal,
    WaitlistOffer,
)
from apps.scheduling.services.care_team import add_doctor
from apps.scheduling.services.suspend import suspend_after_no_shows
from apps.scheduling.services.visits import let_go
from apps.scheduling.services.waitlist_offers import offer_free_numbers, withdraw_offers
from apps.scheduling.states import OCCUPYING, AppealState, OfferState
from apps.scheduling.timeline import BOOKING
from kernel import clock
from kernel.outbox.events import subscribe


def _find(event: events.OfAppointment) -> Appointment:
    related = Appointment.objects.select_related(
        "hospital", "department__location", "practitioner", "patient", "session"
    )
    return related.get(pk=event.appointment_id)


def _record(event: events.OfAppointment) -> Appointment:
    """Write the booking's timeline entry with its present state."""
    appointment = _find(event)
    write_entry(
        hospital_id=appointment.hospital_id,
        patient_id=appointment.patient_id,
        at=appointment.starts_at,
        kind=BOOKING,
        state=appointment.state,
        title=f"{appointment.department.name} {appointment.practitioner.name}",
        ref_type="scheduling.appointment",
        ref_id=appointment.pk,
        department_id=appointment.department_id,
        staff_id=appointment.practitioner_id,
    )
    return appointment


def _tell(scene: str, appointment: Appointment, *, key: str = "", urgent: bool = False, **data: str) -> None:
    words = {
        "patient": appointment.patient.name,
        "hospital": appointment.hospital.name,
        "department": appointment.department.name,
        "doctor": appointment.practitioner.name,
        "time": f"{appointment.starts_at.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}",
        "number": str(appointment.number),
    }
    notify(
        hospital_id=appointment.hospital_id,
        scene=scene,
        patient_id=appointment.patient_id,
        account_id=appointment.account_id,
        data=words | data,
        dedupe_key=f"{scene}:{appointment.pk}{key}",
        urgent=urgent,
    )


@subscribe(events.AppointmentHeld, name="scheduling.record_hold")
def record_hold(event: events.AppointmentHeld) -> None:
    _record(event)


@subscribe(events.AppointmentBooked, name="scheduling.open_care_of_booked", queue="urgent")
def open_archive(event: events.AppointmentBooked) -> None:
    """The doctor attends the patient from now on, and the department treats the patient."""
    lock_patients([event.patient_id])
    appointment = _find(
        event
    )  # the doctor may have been substituted since, but is not while the patient is locked
    if appointment.state in OCCUPYING:
        add_doctor(appointment)


@subscribe(events.AppointmentCancelled, name="scheduling.end_care_of_cancelled", queue="urgent")
def let_go_of_cancelled(event: events.AppointmentCancelled) -> None:
    let_go(event)


@subscribe(events.AppointmentExpired, name="scheduling.end_care_of_expired", queue="urgent")
def let_go_of_expired(event: events.AppointmentExpired) -> None:
    let_go(event)


@subscribe(events.AppointmentMissed, name="scheduling.end_care_of_missed", queue="urgent")
def let_go_of_missed(event: events.AppointmentMissed) -> None:
    let_go(event)


@subscribe(events.AppointmentRescheduled, name="scheduling.end_care_of_rescheduled", queue="urgent")
def let_go_of_rescheduled(event: events.AppointmentRescheduled) -> None:
    let_go(event, doctor=event.previous_practitioner_id)


@subscribe(events.AppointmentMoved, name="scheduling.end_care_of_moved", queue="urgent")
def let_go_of_moved(event: events.AppointmentMoved) -> None:
    let_go(event, doctor=event.previous_practitioner_id)


@subscribe(events.AppointmentReassigned, name="scheduling.end_care_of_reassigned", queue="urgent")
def let_go_of_reassigned(event: events.AppointmentReassigned) -> None:
    let_go(event, doctor=event.previous_practitioner_id)


@subscribe(events.AppointmentBooked, name="scheduling.confirm_booking")
def confirm_booking(event: events.AppointmentBooked) -> None:
    """今日挂号 is announced as what it is; a booking in advance as a booking."""
    appointment = _record(event)
    same_day = appointment.kind == AppointmentKind.SAME_DAY
    _tell("registration_paid" if same_day else "appointment_booked", appointment)


@subscribe(events.AppointmentCancelled, name="scheduling.confirm_cancellation")
def confirm_cancellation(event: events.AppointmentCancelled) -> None:
    _tell("appointment_cancelled", _record(event), urgent=event.cause == "session_stopped")


@subscribe(events.AppointmentReassigned, name="scheduling.tell_of_substitute")
def tell_of_substitute(event: events.AppointmentReassigned) -> None:
    named = StaffMember.objects.filter(pk__in=[event.previous_practitioner_id])
    previous = named.values_list("name", flat=True).first() or ""
    key = f":{event.previous_practitioner_id}:{event.practitioner_id}"
    _tell("session_substituted", _record(event), key=key, urgent=True, previous=previous)


@subscribe(events.AppointmentMoved, name="scheduling.tell_of_move")
def tell_of_move(event: events.AppointmentMoved) -> None:
    previous = (
        f"{event.previous_starts_at.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}"
        if event.previous_starts_at
        else ""
    )
    _tell("appointment_moved", _record(event), key=f":{event.starts_at}", urgent=True, previous=previous)


@subscribe(events.SettlementReversed, name="scheduling.record_reversed_settlement")
def record_reversal(event: events.SettlementReversed) -> None:
    _record(event)


@subscribe(events.AppointmentExpired, name="scheduling.tell_of_expiry")
def tell_of_expiry(event: events.AppointmentExpired) -> None:
    _tell("appointment_expired", _record(event))
    offer_free_numbers([event.department_id])


@subscribe(events.AppointmentCheckedIn, name="scheduling.record_check_in")
def record_check_in(event: events.AppointmentCheckedIn) -> None:
    _record(event)


@subscribe(events.AppointmentFulfilled, name="scheduling.record_visit")
def record_visit(event: events.AppointmentFulfilled) -> None:
    _record(event)


@subscribe(events.AppointmentMissed, name="scheduling.record_no_show")
def record_no_show(event: events.AppointmentMissed) -> None:
    suspend_after_no_shows(_record(event))


@subscribe(events.AppointmentReminderDue, name="scheduling.remind_patient")
def remind(event: events.AppointmentReminderDue) -> None:
    appointment = _find(event)
    if appointment.state == "booked":  # cancelled since: nothing to remind of
        _tell("appointment_reminder", appointment)


@subscribe(events.PatientSuspended, name="scheduling.tell_of_suspension")
def tell_of_suspension(event: events.PatientSuspended) -> None:
    suspension = BookingSuspension.objects.select_related("hospital", "patient").get(pk=event.suspension_id)
    notify(
        hospital_id=event.hospital_id,
        scene="booking_suspended",
        patient_id=event.patient_id,
        account_id=event.account_id,
        data={
            "patient": suspension.patient.name,
            "hospital": suspension.hospital.name,
            "time": f"{suspension.until.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}",
        },
        dedupe_key=f"booking_suspended:{suspension.pk}",
    )


@subscribe(events.AppealDecided, name="scheduling.tell_of_appeal_decision")
def tell_of_decision(event: events.AppealDecided) -> None:
    appeal = SuspensionAppeal.objects.select_related("hospital", "patient").get(pk=event.appeal_id)
    notify(
        hospital_id=event.hospital_id,
        scene="appeal_decided",
        patient_id=event.patient_id,
        account_id=event.account_id,
        data={
            "patient": appeal.patient.name,
            "hospital": appeal.hospital.name,
            "result": "已通过,可以继续预约" if appeal.state == AppealState.ACCEPTED else "未通过",
        },
        dedupe_key=f"appeal_decided:{appeal.pk}",
    )


@subscribe(events.AppointmentRescheduled, name="scheduling.tell_of_rescheduling")
def tell_of_change(event: events.AppointmentRescheduled) -> None:
    previous = event.previous_starts_at or event.starts_at
    words = f"{previous.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}"
    _tell(
        "appointment_changed", _record(event), key=f":{event.starts_at.isoformat()}:{words}", previous=words
    )


@subscribe(events.SessionStopped, name="scheduling.withdraw_offers_of_stopped", queue="urgent")
def withdraw_stopped(event: events.SessionStopped) -> None:
    withdraw_offers(event.session_id)
    offer_free_numbers([event.department_id])


@subscribe(events.SessionSubstituted, name="scheduling.withdraw_offers_of_substituted", queue="urgent")
def withdraw_substituted(event: events.SessionSubstituted) -> None:
    """Who waits for a certain doctor is not offered another's number."""
    withdraw_offers(event.session_id)
    offer_free_numbers([event.department_id])


@subscribe(events.WaitlistOffered, name="scheduling.tell_of_offer", queue="urgent")
def tell_of_offer(event: events.WaitlistOffered) -> None:
    related = ("hospital", "entry__patient", "session__department", "session__practitioner", "slot")
    offer = WaitlistOffer.objects.select_related(*related).get(pk=event.offer_id)
    if offer.state != OfferState.OPEN:
        return
    notify(
        hospital_id=event.hospital_id,
        scene="waitlist_offer",
        patient_id=event.patient_id,
        account_id=event.account_id,
        data={
            "patient": offer.entry.patient.name,
            "hospital": offer.hospital.name,
            "department": offer.session.department.name,
            "doctor": offer.session.practitioner.name,
            "time": f"{offer.slot.starts_at.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}",
            "deadline": f"{offer.expires_at.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}",
        },
        dedupe_key=f"waitlist_offer:{offer.pk}",
        urgent=True,
    )
