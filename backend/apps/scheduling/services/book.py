"""Booking: every rule is checked on what one query read, then one statement takes the number."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from apps.identity.models import WeChatAccount
from apps.patients.errors import CardRequired
from apps.patients.models import Patient
from apps.patients.selectors import require_binding
from apps.patients.services.care_team import note_booking
from apps.payments.drawers import Cash, drawers
from apps.payments.payers import PayerType
from apps.scheduling import errors, settings
from apps.scheduling.events import AppointmentBooked, AppointmentHeld, AppointmentSettled
from apps.scheduling.models import AppointmentKind, AppointmentSource, PaymentStatus
from apps.scheduling.selectors.offers import Offer, offer_for_account, offer_for_patient
from apps.scheduling.services.attempts import count_attempt
from apps.scheduling.services.numbers import expire_holds, take
from apps.scheduling.states import AppointmentState, SessionState
from kernel import clock, ids
from kernel.errors import NotFound
from kernel.outbox.events import publish

NUMBERS = ids.NumberSeries("appointment", "GH")
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Booked:
    """What was booked: the offer that was accepted and the new appointment's columns."""

    offer: Offer
    values: dict[str, Any]
    number: int


def book_for_account(
    *, account: WeChatAccount, binding_id: UUID | None, slot_id: UUID, kind: AppointmentKind
) -> Booked:
    """A mini-program user books for a bound patient (None: the default binding at the slot's hospital).

    CardRequired without a binding at that hospital; NotFound for a foreign slot or binding; TooManyRequests;
    otherwise as `_book`.
    """
    channel = AppointmentSource.MINIPROGRAM
    offer = offer_for_account(slot_id=slot_id, account_id=account.pk, binding_id=binding_id, channel=channel)
    if offer is None or offer.session_state == SessionState.DRAFT or not offer.hospital_is_active:
        require_binding(account, binding_id)
        raise NotFound
    if offer.patient_id is None:
        require_binding(account, binding_id)
        raise CardRequired
    count_attempt(account.pk, limit=offer.setting(settings.ATTEMPTS_PER_MINUTE))
    return _book(offer, kind=kind, source=channel, account_id=account.pk)


def book_on_behalf(
    *,
    staff_id: UUID,
    patient: Patient,
    slot_id: UUID,
    kind: AppointmentKind,
    source: AppointmentSource = AppointmentSource.WINDOW,
    paid_at_counter: bool = False,
    override_reason: str = "",
) -> Booked:
    """Staff book for a patient at the window or by phone; `paid_at_counter` settles the fee at once, without a hold.

    With an `override_reason` neither booking limits nor a suspension stand in the way; it is kept with the appointment.
    """
    offer = offer_for_patient(slot_id=slot_id, patient_id=patient.pk, channel=source)
    if offer is None or offer.patient_id is None:
        raise NotFound
    return _book(
        offer,
        kind=kind,
        source=source,
        booked_by_id=staff_id,
        paid=paid_at_counter,
        override_reason=override_reason,
    )


def _book(
    offer: Offer,
    *,
    kind: AppointmentKind,
    source: AppointmentSource,
    account_id: UUID | None = None,
    booked_by_id: UUID | None = None,
    paid: bool = False,
    override_reason: str = "",
) -> Booked:
    """As `check`, and AlreadyBooked, BookingLimitReached or SlotFull when somebody was faster."""
    check(offer, kind, override=bool(override_reason))
    values = columns(offer, kind=kind, paid=paid)
    values |= {
        "source": source.value, "account_id": account_id, "booked_by_id": booked_by_id,
        "override_reason": override_reason,
    }  # fmt: skip
    for _ in range(ATTEMPTS):
        try:
            with _whole(offer, values):
                return Booked(offer, values, _take(offer, values))
        except IntegrityError as error:
            if violated(error) == "appointment_once_per_session":
                raise errors.AlreadyBooked from error
            # The hold on the number was made and lapsed after the statement began, which could not end it: again.
            if violated(error) != "appointment_owns_number":
                raise
    raise errors.SlotFull


def _take(offer: Offer, values: dict[str, Any]) -> int:
    guarded = offer.is_limited and not values["override_reason"]
    number = take(values, event_for(offer, values), channel=values["source"], guarded=guarded)
    if number is None:
        if guarded:
            check_limits(_again(offer, values))
        raise errors.SlotFull
    return number


@contextmanager
def _whole(offer: Offer, values: dict[str, Any]) -> Iterator[None]:
    """Around the one statement that books, which is a transaction by itself unless more belongs to it.

    Staff book for somebody who may see the doctor at once: the doctor attends the patient in the same transaction.
    Who books by an account comes later; there the relation follows with the event (subscribers.py).
    """
    if values["booked_by_id"] is None and not connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        if values["booked_by_id"] is not None:
            note_booking(
                hospital_id=offer.hospital_id,
                patient_id=values["patient_id"],
                staff_id=offer.practitioner_id,
                department_id=offer.department_id,
            )
            if values["payment_status"] == PaymentStatus.PAID_AT_COUNTER:
                publish(_settled(offer, values))
        yield
        if values["payment_status"] == PaymentStatus.PAID_AT_COUNTER:
            drawers().take(_cash(offer, values))


def _cash(offer: Offer, values: dict[str, Any]) -> Cash:
    staff_id: UUID = values["booked_by_id"]
    return Cash(offer.hospital_id, staff_id, values["fee_fen"], "scheduling.appointment", values["id"])


def _settled(offer: Offer, values: dict[str, Any]) -> AppointmentSettled:
    return AppointmentSettled(
        **_about(offer, values), fee_fen=values["fee_fen"], staff_id=values["booked_by_id"]
    )


def event_for(offer: Offer, values: dict[str, Any]) -> AppointmentHeld | AppointmentBooked:
    """The event of the new appointment."""
    kind = AppointmentHeld if values["state"] == AppointmentState.PENDING else AppointmentBooked
    return kind(**_about(offer, values))


def _about(offer: Offer, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "hospital_id": offer.hospital_id,
        "appointment_id": values["id"],
        "patient_id": values["patient_id"],
        "account_id": values["account_id"],
        "practitioner_id": offer.practitioner_id,
        "department_id": offer.department_id,
        "starts_at": offer.starts_at,
        "number": 0,  # filled in by the statement that takes it
    }


def _again(offer: Offer, values: dict[str, Any]) -> Offer:
    """The offer as it is now."""
    fresh = offer_for_patient(
        slot_id=offer.slot_id,
        patient_id=values["patient_id"],
        channel=values["source"],
        account_id=values["account_id"],
    )
    return fresh or offer


def check(offer: Offer, kind: AppointmentKind, *, override: bool = False) -> None:
    """Refuse what the rules forbid. A lapsed hold of the same patient is ended on the way.

    SessionNotOpen, OutsideBookingWindow, SlotPast, BookingSuspended, AlreadyBooked, SlotFull, BookingLimitReached.
    """
    now = clock.now()
    if offer.session_state != SessionState.PUBLISHED:
        raise errors.SessionNotOpen
    days, minute = offer.setting(settings.MAX_ADVANCE_DAYS), offer.setting(settings.RELEASE_MINUTE)
    first, last = booking_days(kind, days, minute)
    if kind == AppointmentKind.SAME_DAY and offer.date < first and offer.session_ends_at > now:
        first = last = offer.date  # a session of yesterday that lasts beyond midnight is not over
    if not first <= offer.date <= last:
        opens = local_text(opens_at(offer.date, days, minute))
        raise errors.OutsideBookingWindow(
            first_date=first.isoformat(), last_date=last.isoformat(), opens_at=opens
        )
    if offer.ends_at <= now:
        raise errors.SlotPast
    if offer.suspended_until is not None and not override:
        raise errors.BookingSuspended(until=local_text(offer.suspended_until))
    if offer.own_has_lapsed:
        expire_holds(appointment_id=offer.own_id)
    elif offer.own_id is not None:
        raise errors.AlreadyBooked
    elif not offer.has_number:
        raise errors.SlotFull
    if not override:
        check_limits(offer)


def check_limits(offer: Offer) -> None:
    """BookingLimitReached with the limit and how many bookings count."""
    reached = offer.limit_reached()
    if reached is not None:
        raise errors.BookingLimitReached(**reached)


def local_text(moment: dt.datetime) -> str:
    """A moment by the clock of the hospital, with its offset (RFC 3339)."""
    return moment.astimezone(clock.LOCAL).isoformat(timespec="seconds")


def opens_at(date: dt.date, max_advance_days: int, release_minute: int) -> dt.datetime:
    """放号时间: when that day can first be booked in advance."""
    day = date - dt.timedelta(days=max_advance_days)
    return clock.local(day, dt.time(release_minute // 60, release_minute % 60))


def booking_days(
    kind: AppointmentKind, max_advance_days: int, release_minute: int = 0
) -> tuple[dt.date, dt.date]:
    """First and last day of visit that can be booked now (rules.md 3); the last one opens at the release time."""
    today = clock.today()
    if kind == AppointmentKind.SAME_DAY:
        return today, today
    last = today + dt.timedelta(days=max_advance_days)
    if clock.now() < opens_at(last, max_advance_days, release_minute):
        last -= dt.timedelta(days=1)
    return today + dt.timedelta(days=1), last


def violated(error: IntegrityError) -> str:
    """The name of the violated constraint."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None) or ""


def columns(offer: Offer, *, kind: AppointmentKind, paid: bool) -> dict[str, Any]:
    """The new appointment's columns, but for who books and the number."""
    now = clock.now()
    same_day = kind == AppointmentKind.SAME_DAY
    timing = offer.setting(settings.SAME_DAY_PAY_TIMING if same_day else settings.ADVANCE_PAY_TIMING)
    if offer.fee_fen == 0:
        payment = PaymentStatus.NOT_REQUIRED
    else:
        payment = PaymentStatus.PAID_AT_COUNTER if paid else PaymentStatus.UNPAID
    held = payment == PaymentStatus.UNPAID and timing == "prepaid"
    until = offer.session_ends_at if same_day else offer.ends_at
    hold = dt.timedelta(minutes=offer.setting(settings.SAME_DAY_HOLD_MINUTES))
    return {
        "id": ids.uuid7(), "created_at": now, "updated_at": now, "version": 1,
        "hospital_id": offer.hospital_id, "department_id": offer.department_id,
        "practitioner_id": offer.practitioner_id, "patient_id": offer.patient_id,
        "session_id": offer.session_id, "slot_id": offer.slot_id, "substitution_count": offer.substitution_count,
        "appointment_no": NUMBERS.next(offer.hospital_id, clock.today()),
        "kind": kind.value, "fee_fen": offer.fee_fen, "payer_type": PayerType.SELF_PAY.value,
        "state": (AppointmentState.PENDING if held else AppointmentState.BOOKED).value,
        "payment_status": payment.value, "visit_date": offer.date,
        "starts_at": offer.starts_at, "ends_at": offer.ends_at, "check_in_until": until,
        "hold_expires_at": min(now + hold, until) if held else None, "cancel_reason": "",
    }  # fmt: skip
