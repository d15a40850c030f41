"""Freed numbers go to the waiting list in order: a few statements, however many numbers and entries there are."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from apps.identity.models import Hospital
from apps.scheduling import settings
from apps.scheduling.events import WaitlistOffered
from apps.scheduling.models import AppointmentKind, ClinicSession, SlotNumber, WaitlistEntry, WaitlistOffer
from apps.scheduling.selectors.matching import Match, match
from apps.scheduling.services.book import booking_days
from apps.scheduling.states import LIVE_ENTRIES, EntryState, NumberState, OfferState, SessionState
from kernel import clock
from kernel.outbox.events import publish

MAX_ENTRIES = 5_000  # entries looked at in one go


@transaction.atomic
def offer_free_numbers(departments: Collection[UUID] | None = None) -> int:
    """Offer what is free in those departments (None: all) to whoever waits; returns how many offers were made.

    One dispatch of a department at a time, so that nobody is passed over. Rows that others are using are left to them
    and to the next sweep. Call it last in a transaction: it locks without waiting for rows.
    """
    waiting = WaitlistEntry.objects.filter(state__in=LIVE_ENTRIES, last_date__gte=clock.service_day())
    if departments is not None:
        waiting = waiting.filter(department__in=departments)
    found = waiting.order_by("department_id").values_list("department_id", "hospital_id").distinct()
    by_hospital: dict[UUID, list[UUID]] = defaultdict(list)
    for department, hospital in found:
        by_hospital[hospital].append(department)
    if not by_hospital:
        return 0
    _one_at_a_time(sorted(department for group in by_hospital.values() for department in group))
    lapse_offers()
    return sum(_dispatch(hospital, group) for hospital, group in sorted(by_hospital.items()))


def _one_at_a_time(departments: list[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(d::text, 4)) FROM unnest(%s::uuid[]) d",
            [departments],
        )


def _dispatch(hospital_id: UUID, departments: list[UUID]) -> int:
    hospital = Hospital.objects.get(pk=hospital_id)
    until = clock.now() + dt.timedelta(minutes=settings.WAITLIST_OFFER_MINUTES.of(hospital))
    days, minute = settings.MAX_ADVANCE_DAYS.of(hospital), settings.RELEASE_MINUTE.of(hospital)
    _, last = booking_days(AppointmentKind.ADVANCE, days, minute)
    pairs = _locked(match(departments, last_date=last, starts_after=until, most=MAX_ENTRIES))
    if not pairs:
        return 0
    now = clock.now()
    SlotNumber.objects.filter(pk__in=[pair.number_id for pair in pairs]).update(
        state=NumberState.OFFERED, held_until=until, updated_at=now
    )
    WaitlistEntry.objects.filter(pk__in=[pair.entry_id for pair in pairs]).update(
        state=EntryState.OFFERED, version=F("version") + 1, updated_at=now
    )
    made = WaitlistOffer.objects.bulk_create(
        WaitlistOffer(
            hospital_id=hospital_id, entry_id=pair.entry_id, session_id=pair.session_id, slot_id=pair.slot_id,
            slot_number_id=pair.number_id, expires_at=until,
        )
        for pair in pairs
    )  # fmt: skip
    publish(
        *(
            WaitlistOffered(hospital_id, offer.pk, pair.patient_id, pair.account_id)
            for offer, pair in zip(made, pairs, strict=True)
        )
    )
    return len(made)


def _locked(pairs: list[Match]) -> list[Match]:
    """Those of which both the number and the entry could be locked as they were read."""
    numbers = SlotNumber.objects.filter(pk__in=[pair.number_id for pair in pairs], state=NumberState.FREE)
    entries = WaitlistEntry.objects.filter(pk__in=[pair.entry_id for pair in pairs], state=EntryState.WAITING)
    free, waiting = (
        set(rows.select_for_update(skip_locked=True).order_by("pk").values_list("pk", flat=True))
        for rows in (numbers, entries)
    )
    return [pair for pair in pairs if pair.number_id in free and pair.entry_id in waiting]


@transaction.atomic
def lapse_offers() -> int:
    """Offers past their time end and their entries wait again; returns how many.

    The number counts as free already; whoever is taking it at this moment keeps it.
    """
    due = WaitlistOffer.objects.filter(state=OfferState.OPEN, expires_at__lte=clock.now())
    rows = list(due.select_for_update(of=("self",), skip_locked=True).order_by("pk")[:MAX_ENTRIES])
    _close(rows, OfferState.LAPSED, NumberState.FREE)
    return len(rows)


@transaction.atomic
def withdraw_offers(session_id: UUID) -> int:
    """The offers of a session end, their entries wait again, their numbers are free or stopped like the session.

    Returns how many.
    """
    stopped = ClinicSession.objects.filter(pk=session_id, state=SessionState.STOPPED).exists()
    number = NumberState.STOPPED if stopped else NumberState.FREE
    rows = WaitlistOffer.objects.filter(state=OfferState.OPEN, session=session_id)
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    _close(found, OfferState.WITHDRAWN, number)
    left = SlotNumber.objects.filter(session=session_id, state=NumberState.OFFERED)
    left.update(state=number, held_until=None, updated_at=clock.now())  # lapsed, and not swept yet
    return len(found)


def _close(offers: list[WaitlistOffer], state: OfferState, number: NumberState) -> None:
    if not offers:
        return
    now = clock.now()
    WaitlistOffer.objects.filter(pk__in=[offer.pk for offer in offers]).update(
        state=state, closed_at=now, updated_at=now
    )
    WaitlistEntry.objects.filter(
        pk__in=[offer.entry_id for offer in offers], state=EntryState.OFFERED
    ).update(state=EntryState.WAITING, version=F("version") + 1, updated_at=now)
    numbers = SlotNumber.objects.filter(
        pk__in=[offer.slot_number_id for offer in offers], state=NumberState.OFFERED
    )
    ours = numbers.select_for_update(skip_locked=True).order_by("pk").values_list("pk", flat=True)
    SlotNumber.objects.filter(pk__in=list(ours)).update(state=number, held_until=None, updated_at=now)


def expire_entries() -> int:
    """Entries whose last day is over; returns how many."""
    over = WaitlistEntry.objects.filter(state=EntryState.WAITING, last_date__lt=clock.service_day())
    return over.update(state=EntryState.EXPIRED, version=F("version") + 1, updated_at=clock.now())
