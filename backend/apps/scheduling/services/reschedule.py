"""改期: the same appointment, another slot of the department; its history is kept."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from apps.identity.models import WeChatAccount
from apps.patients.services.handover import lock_patients
from apps.scheduling import errors, settings
from apps.scheduling.events import AppointmentRescheduled
from apps.scheduling.models import (
    Appointment,
    AppointmentChange,
    AppointmentKind,
    AppointmentSource,
    ClinicSession,
    PaymentStatus,
)
from apps.scheduling.selectors.offers import Offer, offer_for_patient
from apps.scheduling.services.announce import event_of
from apps.scheduling.services.book import check, check_limits, violated
from apps.scheduling.services.cancel import PAID, check_cutoff
from apps.scheduling.services.care_team import move_care, reasons_of
from apps.scheduling.services.move_number import lock_sessions, move_number
from apps.scheduling.services.waitlist_offers import offer_free_numbers
from apps.scheduling.states import AppointmentState, SessionState
from kernel import clock
from kernel.errors import InvalidValue, NotFound, StateConflict
from kernel.expectations import ANOTHER
from kernel.outbox.events import publish


def reschedule_by_patient(
    appointment: Appointment, *, slot_id: UUID, account: WeChatAccount, reason: str = ""
) -> Appointment:
    """The patient moves a booking up to the cut-off, so many times. As `_reschedule`, CancelTooLate, TooManyChanges."""
    check_cutoff(appointment)
    allowed = settings.MAX_RESCHEDULES.of(appointment.hospital)
    if AppointmentChange.objects.filter(appointment=appointment, changed_by=None).count() >= allowed:
        raise errors.TooManyChanges(allowed=allowed)
    channel = AppointmentSource.MINIPROGRAM
    return _reschedule(appointment, slot_id, channel, account_id=account.pk, reason=reason)


def reschedule_by_staff(
    appointment: Appointment, *, slot_id: UUID, staff_id: UUID, reason: str
) -> Appointment:
    """Staff move a booking until its number has to be collected. As `_reschedule`, CheckInTooLate."""
    if appointment.state == AppointmentState.BOOKED and appointment.check_in_until <= clock.now():
        raise errors.CheckInTooLate
    return _reschedule(appointment, slot_id, AppointmentSource.WINDOW, changed_by_id=staff_id, reason=reason)


def _reschedule(
    appointment: Appointment, slot_id: UUID, channel: AppointmentSource, **who: Any
) -> Appointment:
    """StateConflict unless booked, RescheduleNotPossible, FeeDiffers, NotFound, and everything booking refuses."""
    if appointment.state != AppointmentState.BOOKED:
        raise StateConflict(current=appointment.state)
    if slot_id == appointment.slot_id:
        raise InvalidValue(field="slot_id", expected=ANOTHER)
    offer = _offer(appointment, slot_id, channel)
    if offer.department_id != appointment.department_id:
        raise errors.OtherDepartment
    check(offer, AppointmentKind(appointment.kind))
    fee = _fee(appointment, offer)
    try:
        with transaction.atomic():
            return _move(appointment, offer, channel, fee, who)
    except IntegrityError as error:
        if violated(error) == "appointment_once_per_session":
            raise errors.AlreadyBooked from error
        raise


def _offer(appointment: Appointment, slot_id: UUID, channel: AppointmentSource) -> Offer:
    offer = offer_for_patient(
        slot_id=slot_id, patient_id=appointment.patient_id, channel=channel,
        account_id=appointment.account_id, moving=appointment.pk,
    )  # fmt: skip
    if offer is None or offer.patient_id is None or offer.session_state == SessionState.DRAFT:
        raise NotFound
    return offer


def _fee(appointment: Appointment, offer: Offer) -> dict[str, Any]:
    """What changes about the fee. FeeDiffers if it was paid, or would have to be paid now."""
    if offer.fee_fen == appointment.fee_fen:
        return {}
    same_day = appointment.kind == AppointmentKind.SAME_DAY
    timing = offer.setting(settings.SAME_DAY_PAY_TIMING if same_day else settings.ADVANCE_PAY_TIMING)
    if appointment.payment_status in PAID or (offer.fee_fen and timing == "prepaid"):
        raise errors.FeeDiffers(fee_fen=appointment.fee_fen, new_fee_fen=offer.fee_fen)
    status = PaymentStatus.UNPAID if offer.fee_fen else PaymentStatus.NOT_REQUIRED
    return {"fee_fen": offer.fee_fen, "payment_status": status.value}


def _move(
    appointment: Appointment, offer: Offer, channel: AppointmentSource, fee: dict[str, Any], who: Any
) -> Appointment:
    """Locks: sessions, patient, numbers (new, then old), appointment."""
    lock_sessions(appointment.session_id, offer.session_id)
    former = ClinicSession.objects.select_related("practitioner").get(pk=appointment.session_id)
    lock_patients([appointment.patient_id])
    patients = reasons_of(former.practitioner, [appointment])
    number = move_number(appointment, offer, channel=channel)
    if number is None:
        check_limits(_offer(appointment, offer.slot_id, channel))
        raise errors.SlotFull
    _write(appointment, offer, number, fee)
    if offer.practitioner_id != former.practitioner_id:
        target = ClinicSession.objects.select_related("practitioner").get(pk=offer.session_id)
        move_care(former, target.practitioner, patients)
    _remember(appointment, offer, number[1], who)
    previous = {"starts_at": appointment.starts_at, "practitioner_id": appointment.practitioner_id}
    appointment.refresh_from_db()
    publish(
        event_of(
            AppointmentRescheduled, appointment, session_id=former.pk,
            previous_starts_at=previous["starts_at"], previous_practitioner_id=previous["practitioner_id"],
        )
    )  # fmt: skip
    offer_free_numbers([appointment.department_id])
    return appointment


def _write(appointment: Appointment, offer: Offer, number: tuple[UUID, int], fee: dict[str, Any]) -> None:
    same_day = appointment.kind == AppointmentKind.SAME_DAY
    rows = Appointment.objects.filter(
        pk=appointment.pk, state=AppointmentState.BOOKED, version=appointment.version
    )
    until: dt.datetime = offer.session_ends_at if same_day else offer.ends_at
    if not rows.update(
        practitioner_id=offer.practitioner_id, session_id=offer.session_id, slot_id=offer.slot_id,
        slot_number_id=number[0], number=number[1], visit_date=offer.date, starts_at=offer.starts_at,
        ends_at=offer.ends_at, check_in_until=until, reminded_at=None, version=F("version") + 1,
        updated_at=clock.now(), **fee,
    ):  # fmt: skip
        raise StateConflict(current=appointment.state)


def _remember(appointment: Appointment, offer: Offer, number: int, who: dict[str, Any]) -> None:
    AppointmentChange.objects.create(
        appointment=appointment, from_slot_id=appointment.slot_id, to_slot_id=offer.slot_id,
        from_practitioner_id=appointment.practitioner_id, to_practitioner_id=offer.practitioner_id,
        from_number=appointment.number, to_number=number, **who,
    )  # fmt: skip
