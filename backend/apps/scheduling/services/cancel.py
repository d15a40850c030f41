"""退号: by the patient up to the cut-off, by staff until the patient is with the doctor, by a stopped session."""

import datetime as dt
from typing import Any

from django.db import transaction

from apps.payments import settings as payment_settings
from apps.scheduling import errors, settings
from apps.scheduling.events import AppointmentCancelled
from apps.scheduling.models import Appointment, AppointmentKind, PaymentStatus
from apps.scheduling.ports import tickets
from apps.scheduling.services.announce import event_of
from apps.scheduling.services.numbers import release
from apps.scheduling.services.unchanged import lock_unchanged
from apps.scheduling.services.waitlist_offers import offer_free_numbers
from apps.scheduling.states import APPOINTMENTS, AppointmentState
from kernel import clock
from kernel.errors import StateConflict
from kernel.outbox.events import publish

PAID = (PaymentStatus.PAID_AT_COUNTER, PaymentStatus.PAID_ONLINE)


def cancel_by_patient(appointment: Appointment, *, code: str = "", reason: str = "") -> Appointment:
    """The patient gives the number back online. CancelTooLate, RefundAtCounter, StateConflict.

    What was paid online goes back by the way it came where the hospital's setting says so, else at the counter
    (rules.md 7). An unpaid hold can be given back as long as it stands.
    """
    if appointment.state == AppointmentState.BOOKED:
        if appointment.payment_status in PAID and not _goes_back_online(appointment):
            note = settings.REFUND_COUNTER_NOTE.of(appointment.hospital)
            raise errors.RefundAtCounter(bring=note, fee_fen=appointment.fee_fen)
        check_cutoff(appointment)
    elif appointment.state != AppointmentState.PENDING:
        raise StateConflict(current=appointment.state)
    return cancel(appointment, cause="patient", code=code, reason=reason)


def _goes_back_online(appointment: Appointment) -> bool:
    route = payment_settings.REGISTRATION_REFUND_ROUTE.of(appointment.hospital)
    return appointment.payment_status == PaymentStatus.PAID_ONLINE and route == "original"


def check_cutoff(appointment: Appointment) -> None:
    """CancelTooLate once the patient can no longer change the booking online."""
    same_day = appointment.kind == AppointmentKind.SAME_DAY
    cutoff = settings.SAME_DAY_CANCEL_CUTOFF_MINUTES if same_day else settings.CANCEL_CUTOFF_MINUTES
    minutes = cutoff.of(appointment.hospital)
    if clock.now() >= appointment.starts_at - dt.timedelta(minutes=minutes):
        raise errors.CancelTooLate


@transaction.atomic
def cancel(appointment: Appointment, *, cause: str, reason: str = "", code: str = "") -> Appointment:
    """Cancel a live appointment and free its number; a paid fee becomes `refund_due`. StateConflict otherwise."""
    release(appointment)
    lock_unchanged(appointment)  # the fee may just have been paid, or taken back
    source = AppointmentState(appointment.state)
    changes: dict[str, Any] = {
        "cancelled_at": clock.now(),
        "cancel_reason": reason,
        "cancel_code": code,
    }
    refund_due = appointment.payment_status in PAID
    if refund_due:
        changes["payment_status"] = PaymentStatus.REFUND_DUE.value
    APPOINTMENTS.move(appointment, AppointmentState.CANCELLED, expect=source, **changes)
    if source == AppointmentState.CHECKED_IN:
        tickets().close([appointment.pk])
    publish(event_of(AppointmentCancelled, appointment, cause=cause, refund_due=refund_due))
    offer_free_numbers([appointment.department_id])
    return appointment
