"""A held number becomes the patient's: paid at the counter here, paid online by the payment workflow."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from apps.payments.drawers import Cash, drawers
from apps.scheduling import errors
from apps.scheduling.events import AppointmentBooked, AppointmentSettled
from apps.scheduling.models import Appointment, PaymentStatus
from apps.scheduling.services.announce import event_of
from apps.scheduling.services.book import violated
from apps.scheduling.services.numbers import keep, reclaim
from apps.scheduling.states import APPOINTMENTS, LIVE, AppointmentState
from kernel import clock
from kernel.errors import NotFound, StateConflict
from kernel.outbox.events import publish

_PAID = (PaymentStatus.PAID_AT_COUNTER, PaymentStatus.PAID_ONLINE)


def _find(appointment_id: UUID) -> Appointment:
    found = Appointment.objects.filter(pk=appointment_id).first()
    if found is None:
        raise NotFound
    return found


def _confirm(appointment: Appointment, payment_status: PaymentStatus) -> Appointment:
    if appointment.check_in_until <= clock.now():
        raise errors.HoldExpired
    if appointment.state == AppointmentState.PENDING and not keep(appointment):
        appointment.refresh_from_db()  # the number went to somebody else meanwhile
    elif appointment.state == AppointmentState.PENDING:
        return _confirmed(appointment, payment_status)
    if appointment.state != AppointmentState.EXPIRED:
        raise StateConflict(current=appointment.state, target=AppointmentState.BOOKED.value)
    number = reclaim(appointment, now=clock.now())
    if number is None:
        raise errors.HoldExpired
    appointment.number = number.number
    return _confirmed(appointment, payment_status, slot_number_id=number.pk, number=number.number)


def _confirmed(appointment: Appointment, payment_status: PaymentStatus, **number: Any) -> Appointment:
    try:
        with transaction.atomic():
            APPOINTMENTS.move(
                appointment,
                AppointmentState.BOOKED,
                expect=AppointmentState(appointment.state),
                payment_status=payment_status.value,
                **number,
            )
    except IntegrityError as error:
        if violated(error) == "appointment_once_per_session":
            raise errors.HoldExpired from error
        raise
    publish(event_of(AppointmentBooked, appointment))
    return appointment


@transaction.atomic
def settle_fee(*, appointment_id: UUID, payment_status: PaymentStatus) -> Appointment:
    """The registration fee has been paid: a hold is confirmed (`pending → booked`), also late while a number of its
    slot is free; what was booked before is marked as paid.

    HoldExpired: the number is gone, the visit is over or the patient has booked again, so the money goes back.
    StateConflict: it was cancelled, or paid before, by whatever way: that would be a second fee.
    """
    booked = Appointment.objects.filter(
        pk=appointment_id, state=AppointmentState.BOOKED, payment_status=PaymentStatus.UNPAID
    ).first()
    if booked is None:
        return _confirm(_find(appointment_id), payment_status)
    if booked.check_in_until <= clock.now():
        raise errors.HoldExpired
    mark_paid(booked, payment_status)
    return booked


@transaction.atomic
def note_refund(*, appointment_id: UUID) -> None:
    """The fee is back with the payer: of a cancelled appointment, or of one that is over."""
    due, over = Q(payment_status=PaymentStatus.REFUND_DUE), Q(payment_status__in=_PAID) & ~Q(state__in=LIVE)
    Appointment.objects.filter(due | over, pk=appointment_id).update(
        payment_status=PaymentStatus.REFUNDED, version=F("version") + 1, updated_at=clock.now()
    )


@transaction.atomic
def settle_at_counter(appointment: Appointment, *, staff_id: UUID | None = None) -> Appointment:
    """The fee was paid at the window: a hold is confirmed while it lasts, a booking is marked as paid.

    HoldExpired, CheckInTooLate, AlreadyPaid, StateConflict, NoOpenShift.
    """
    settled = _settle_at_counter(appointment)
    if staff_id is not None:
        drawers().take(fee_in_cash(settled, staff_id))
    publish(event_of(AppointmentSettled, settled, fee_fen=settled.fee_fen, staff_id=staff_id))
    return settled


def fee_in_cash(appointment: Appointment, staff_id: UUID) -> Cash:
    """The fee, which that clerk takes or hands back."""
    return Cash(
        appointment.hospital_id, staff_id, appointment.fee_fen, "scheduling.appointment", appointment.pk
    )


def _settle_at_counter(appointment: Appointment) -> Appointment:
    now = clock.now()
    if appointment.payment_status != PaymentStatus.UNPAID:
        raise errors.AlreadyPaid
    if appointment.state == AppointmentState.PENDING:
        ends = appointment.hold_expires_at
        if ends is None or ends <= now or not keep(appointment):
            raise errors.HoldExpired
        return _confirmed(appointment, PaymentStatus.PAID_AT_COUNTER)
    if appointment.state != AppointmentState.BOOKED:
        raise StateConflict(current=appointment.state)
    if appointment.check_in_until <= now:
        raise errors.CheckInTooLate
    mark_paid(appointment, PaymentStatus.PAID_AT_COUNTER)
    return appointment


def mark_paid(appointment: Appointment, payment_status: PaymentStatus) -> None:
    """A booked, unpaid appointment is paid from now on; compare-and-set, StateConflict if it changed meanwhile."""
    changed = Appointment.objects.filter(
        pk=appointment.pk, state=AppointmentState.BOOKED, payment_status=PaymentStatus.UNPAID
    ).update(payment_status=payment_status, version=F("version") + 1, updated_at=clock.now())
    if not changed:
        raise StateConflict(current=appointment.state)
    appointment.payment_status, appointment.version = payment_status, appointment.version + 1
