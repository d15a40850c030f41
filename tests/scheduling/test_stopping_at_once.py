"""Stopping and substituting while patients book: real connections, one outcome that everybody agrees on."""

import datetime as dt
from collections.abc import Iterator
from functools import partial

import pytest

from apps.access.services.sync import sync_access
from apps.identity.models import StaffMember
from apps.scheduling.errors import BulkRefused, SessionConflict, SessionNotOpen, SlotFull
from apps.scheduling.models import Appointment, ClinicSession, SlotNumber
from apps.scheduling.services.bulk import edit_sessions
from apps.scheduling.services.sessions import create_session
from apps.scheduling.services.stop import stop_and_move
from apps.scheduling.services.substitute import substitute_session
from apps.scheduling.states import OCCUPYING
from kernel import clock
from kernel.errors import StateConflict
from tests.scheduling.support import NOW, TODAY, at_once, first_slot, open_session
from tests.scheduling.test_concurrency import hold, patients
from tests.support.world import World, build_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("BOOK-01", "BOOK-05")]


@pytest.fixture
def clinic() -> Iterator[World]:
    """The world at NOW, committed, so that other connections see it."""
    sync_access()
    with clock.frozen(NOW):
        yield build_world()


def check_numbers() -> None:
    """Each number that is held or taken is that of one live appointment, and the other way round."""
    taken = SlotNumber.objects.filter(state__in=["held", "taken"]).values_list(
        "pk", "appointment_id", "session_id"
    )
    live = Appointment.objects.filter(state__in=OCCUPYING).values_list("slot_number_id", "pk", "session_id")
    assert sorted(taken) == sorted(live)


def test_no_booking_slips_past_two_substitutions(clinic: World) -> None:
    session = open_session(clinic, slot_minutes=0, capacity=40, fee=0)
    slot = first_slot(session)

    def substitute(name: str) -> None:
        fresh = ClinicSession.objects.select_related("practitioner").get(pk=session.pk)
        substitute_session(fresh, practitioner=clinic.staff[name], reason="x", by_id=None)

    jobs = [partial(hold, clinic, patient, slot.pk) for patient in patients(clinic, 60)]
    jobs.insert(20, partial(substitute, "doctor_b"))
    jobs.insert(40, partial(substitute, "doctor_c"))
    results = at_once(jobs)
    unexpected = [
        r for r in results if isinstance(r, Exception) and not isinstance(r, SlotFull | StateConflict)
    ]
    assert not unexpected
    session.refresh_from_db()
    assert session.substitution_count >= 1
    assert set(Appointment.objects.values_list("practitioner_id", flat=True)) == {session.practitioner_id}
    assert set(SlotNumber.objects.values_list("substitution_count", flat=True)) == {
        session.substitution_count
    }
    check_numbers()


def test_bookings_race_with_a_move_to_the_session_they_want(clinic: World) -> None:
    session = open_session(clinic, slot_minutes=0, capacity=10, fee=0)
    target = open_session(clinic, slot_minutes=0, capacity=15, fee=0, doctor="doctor_b")
    people = patients(clinic, 40)
    at_once([partial(hold, clinic, patient, first_slot(session).pk) for patient in people[:8]])
    jobs = [
        partial(hold, clinic, patient, first_slot(wanted).pk)
        for patient, wanted in zip(people[8:], [session, target] * 16, strict=True)
    ]
    jobs.insert(8, partial(stop_and_move, session, target=target, reason="x"))
    results = at_once(jobs)
    allowed = (SlotFull, SessionNotOpen)
    assert not [r for r in results if isinstance(r, Exception) and not isinstance(r, allowed)]
    moved = results[8]
    states = Appointment.objects.filter(session=session).values_list("state", flat=True)
    assert set(states) <= {"cancelled"}
    assert len(states) == moved.cancelled
    assert set(SlotNumber.objects.filter(session=session).values_list("state", flat=True)) == {"stopped"}
    check_numbers()


def test_of_overlapping_sessions_created_at_once_one_is_made(clinic: World) -> None:
    def plan(minute: int) -> ClinicSession:
        return create_session(
            date=TODAY, start_time=dt.time(9, minute), end_time=dt.time(10, minute),
            department=clinic.departments["cardiology"],
            practitioner=StaffMember.objects.get(pk=clinic.staff["doctor_a"].pk), period="morning",
            slot_minutes=0, capacity_per_slot=1, registration_fee_fen=0,
        )  # fmt: skip

    results = at_once([partial(plan, minute) for minute in range(8)], 8)
    assert sum(isinstance(r, ClinicSession) for r in results) == 1
    assert sum(isinstance(r, SessionConflict) for r in results) == 7


def test_capacity_falls_while_patients_book_and_nobody_loses_a_number(clinic: World) -> None:
    session = open_session(clinic, slot_minutes=0, capacity=20, fee=0)
    everything = ClinicSession.objects.filter(pk=session.pk)
    lower = partial(edit_sessions, everything, {"capacity_per_slot": 10}, dry_run=False, all_or_nothing=True)
    jobs = [partial(hold, clinic, patient, first_slot(session).pk) for patient in patients(clinic, 30)]
    jobs.insert(6, lower)
    results = at_once(jobs)
    assert not [r for r in results if isinstance(r, Exception) and not isinstance(r, SlotFull | BulkRefused)]
    live = Appointment.objects.filter(state__in=OCCUPYING).count()
    session.refresh_from_db()
    assert session.capacity_per_slot == (20 if isinstance(results[6], BulkRefused) else 10)
    assert live == session.capacity_per_slot
    assert SlotNumber.objects.filter(state="free").count() == 0
    check_numbers()
