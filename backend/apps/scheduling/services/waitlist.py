"""候补: joining and leaving the waiting list, accepting and declining what it offers."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from apps.identity.models import Department, StaffDepartment, StaffMember
from apps.patients.models import Patient
from apps.patients.services.care_team import note_booking
from apps.scheduling import errors, settings
from apps.scheduling.models import (
    AppointmentKind,
    AppointmentSource,
    BookingSuspension,
    SlotNumber,
    WaitlistEntry,
    WaitlistOffer,
)
from apps.scheduling.selectors.offers import Offer, offer_for_patient
from apps.scheduling.services.book import (
    Booked,
    check,
    check_limits,
    columns,
    event_for,
    local_text,
    violated,
)
from apps.scheduling.services.move_number import lock_sessions
from apps.scheduling.services.numbers import take
from apps.scheduling.services.waitlist_offers import offer_free_numbers
from apps.scheduling.states import LIVE_ENTRIES, EntryState, NumberState, OfferState
from kernel import clock
from kernel.errors import DAY_IN_THE_PAST, Expectation, InvalidValue, NotFound, StateConflict
from kernel.expectations import DOCTOR_OF_DEPARTMENT, OF_THE_HOSPITAL, within_days
from kernel.locks import save_version

MAX_DAYS = 31
WITHIN_DAYS = within_days(MAX_DAYS)
NO_PRIORITY = Expectation(
    "no_priority", "本院候补不分优先级,请填 0", "The waiting list of this hospital has no priorities: 0."
)


def join(
    *,
    patient: Patient,
    department: Department,
    first_date: dt.date,
    last_date: dt.date,
    practitioner: StaffMember | None = None,
    period: str = "",
    priority: int = 0,
    account_id: UUID | None = None,
    staff_id: UUID | None = None,
) -> WaitlistEntry:
    """Put a patient on the list; a number that is free already is offered at once.

    InvalidValue, BookingSuspended, TooManyEntries, AlreadyWaiting.
    """
    _check_entry(department, practitioner, first_date, last_date)
    _check_priority(department, priority)
    _check_patient(patient, department)
    try:
        with transaction.atomic():
            entry = WaitlistEntry.objects.create(
                hospital_id=department.hospital_id, department=department, practitioner=practitioner,
                patient=patient, account_id=account_id, added_by_id=staff_id, first_date=first_date,
                last_date=last_date, period=period, priority=priority,
            )  # fmt: skip
            offer_free_numbers([department.pk])
    except IntegrityError as error:
        if violated(error) == "waitlist_once":
            raise errors.AlreadyWaiting from error
        raise
    return entry


def set_priority(entry: WaitlistEntry, *, priority: int, version: int) -> WaitlistEntry:
    """Move an entry on the waiting list. InvalidValue where the hospital does not use priorities; StaleVersion."""
    _check_priority(entry.department, priority)
    entry.priority = priority
    with transaction.atomic():
        save_version(entry, {"priority"}, version=version)
    return entry


@transaction.atomic
def leave(entry: WaitlistEntry) -> WaitlistEntry:
    """The entry is given up; what it was offered goes to the next. StateConflict unless it is live."""
    offer = open_offer(entry)
    if offer is not None:
        _give_back(offer, OfferState.WITHDRAWN)
    changed = WaitlistEntry.objects.filter(pk=entry.pk, state__in=LIVE_ENTRIES).update(
        state=EntryState.CANCELLED, version=F("version") + 1, updated_at=clock.now()
    )
    if not changed:
        raise StateConflict(current=entry.state)
    offer_free_numbers([entry.department_id])
    entry.refresh_from_db()
    return entry


@transaction.atomic
def decline(entry: WaitlistEntry) -> WaitlistEntry:
    """The offered number goes to the next; the entry waits for a number of another session. OfferLapsed, NoOffer."""
    _give_back(_standing_offer(entry), OfferState.DECLINED)
    offer_free_numbers([entry.department_id])
    entry.refresh_from_db()
    return entry


def accept(
    entry: WaitlistEntry,
    *,
    source: AppointmentSource,
    account_id: UUID | None = None,
    staff_id: UUID | None = None,
) -> Booked:
    """Book the offered number, with the rules of every booking. OfferLapsed, NoOffer, and what booking refuses."""
    offered = _standing_offer(entry)
    offer = _booking_offer(entry, offered.slot_id, source, account_id)
    if entry.practitioner_id not in (None, offer.practitioner_id):
        raise errors.NoOffer  # somebody stands in for the doctor who was asked for
    same_day = offer.date <= clock.today()  # yesterday's, where the session lasts beyond midnight
    kind = AppointmentKind.SAME_DAY if same_day else AppointmentKind.ADVANCE
    check(offer, kind)
    values = columns(offer, kind=kind, paid=False)
    values |= {
        "source": source.value, "account_id": account_id, "booked_by_id": staff_id, "override_reason": "",
    }  # fmt: skip
    try:
        number = _book(entry, offered, offer, values)
    except IntegrityError as error:
        if violated(error) == "appointment_once_per_session":
            raise errors.AlreadyBooked from error
        raise
    return Booked(offer, values, number)


@transaction.atomic
def _book(entry: WaitlistEntry, offered: WaitlistOffer, offer: Offer, values: dict[str, Any]) -> int:
    """Locks: session, offer, entry, patient, number."""
    lock_sessions(offer.session_id)
    _close(offered, OfferState.ACCEPTED)
    WaitlistEntry.objects.filter(pk=entry.pk).update(
        state=EntryState.ACCEPTED, appointment=values["id"], version=F("version") + 1, updated_at=clock.now()
    )
    note_booking(
        hospital_id=offer.hospital_id, patient_id=entry.patient_id, staff_id=offer.practitioner_id,
        department_id=offer.department_id,
    )  # fmt: skip
    number = take(
        values, event_for(offer, values), channel=values["source"], guarded=offer.is_limited,
        reserved=offered.slot_number_id,
    )  # fmt: skip
    if number is None:
        again = _booking_offer(
            entry, offered.slot_id, AppointmentSource(values["source"]), values["account_id"]
        )
        check_limits(again)
        raise errors.OfferLapsed
    return number


def _booking_offer(
    entry: WaitlistEntry, slot_id: UUID, source: AppointmentSource, account_id: UUID | None
) -> Offer:
    found = offer_for_patient(
        slot_id=slot_id, patient_id=entry.patient_id, channel=source, account_id=account_id
    )
    if found is None or found.patient_id is None:
        raise NotFound
    return found._replace(has_number=True)  # the one that is kept for the patient


def open_offer(entry: WaitlistEntry) -> WaitlistOffer | None:
    """The offer that waits for an answer, if there is one."""
    return WaitlistOffer.objects.filter(entry=entry, state=OfferState.OPEN).first()


def _standing_offer(entry: WaitlistEntry) -> WaitlistOffer:
    latest = WaitlistOffer.objects.filter(entry=entry).order_by("-id").first()
    if latest is None or latest.state in (OfferState.DECLINED, OfferState.ACCEPTED, OfferState.WITHDRAWN):
        raise errors.NoOffer
    if latest.state == OfferState.LAPSED or latest.expires_at <= clock.now():
        raise errors.OfferLapsed
    return latest


def _give_back(offer: WaitlistOffer, state: OfferState) -> None:
    _close(offer, state)
    WaitlistEntry.objects.filter(pk=offer.entry_id, state=EntryState.OFFERED).update(
        state=EntryState.WAITING, version=F("version") + 1, updated_at=clock.now()
    )
    SlotNumber.objects.filter(pk=offer.slot_number_id, state=NumberState.OFFERED).update(
        state=NumberState.FREE, held_until=None, updated_at=clock.now()
    )


def _close(offer: WaitlistOffer, state: OfferState) -> None:
    """Answer an open offer; OfferLapsed if it is over or was answered meanwhile."""
    now = clock.now()
    standing = WaitlistOffer.objects.filter(pk=offer.pk, state=OfferState.OPEN)
    if state != OfferState.WITHDRAWN:
        standing = standing.filter(expires_at__gt=now)
    if not standing.update(state=state, closed_at=now, updated_at=now):
        raise errors.OfferLapsed


def _check_entry(
    department: Department, practitioner: StaffMember | None, first: dt.date, last: dt.date
) -> None:
    if first < clock.service_day():
        raise InvalidValue(field="first_date", expected=DAY_IN_THE_PAST)
    if last < first or (last - first).days >= MAX_DAYS:
        raise InvalidValue(field="last_date", expected=WITHIN_DAYS)
    if practitioner is None:
        return
    if not StaffDepartment.objects.filter(staff=practitioner, department=department).exists():
        raise InvalidValue(field="practitioner_id", expected=DOCTOR_OF_DEPARTMENT)


def _check_priority(department: Department, priority: int) -> None:
    if priority and not settings.WAITLIST_BY_PRIORITY.of(department.hospital):
        raise InvalidValue(field="priority", expected=NO_PRIORITY)


def _check_patient(patient: Patient, department: Department) -> None:
    if patient.hospital_id != department.hospital_id:
        raise InvalidValue(field="department_id", expected=OF_THE_HOSPITAL)
    barred = BookingSuspension.objects.filter(patient=patient, until__gt=clock.now(), lifted_at=None)
    until = barred.order_by("-until").values_list("until", flat=True).first()
    if until is not None:
        raise errors.BookingSuspended(until=local_text(until))
    allowed = settings.WAITLIST_MAX_ENTRIES.of(department.hospital)
    live = WaitlistEntry.objects.filter(
        patient=patient, state__in=LIVE_ENTRIES, last_date__gte=clock.service_day()
    )
    if live.count() >= allowed:
        raise errors.TooManyEntries(allowed=allowed)
