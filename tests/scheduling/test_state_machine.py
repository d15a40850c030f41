"""Two sessions under any order of bookings, kept numbers, moves, waiting-list offers, visits, sweeps and a stop."""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from apps.patients.models import Patient
from apps.queueing.models import QueueTicket
from apps.queueing.services import calls as queue
from apps.queueing.services.check_in import check_in
from apps.queueing.states import TicketState
from apps.scheduling.models import (
    Appointment,
    AppointmentKind,
    AppointmentSource,
    BookingLimit,
    ClinicSession,
    SlotNumber,
    WaitlistEntry,
    WaitlistOffer,
)
from apps.scheduling.services import numbers, waitlist, waitlist_offers
from apps.scheduling.services.book import book_on_behalf
from apps.scheduling.services.cancel import cancel
from apps.scheduling.services.confirm import settle_at_counter
from apps.scheduling.services.reschedule import reschedule_by_staff
from apps.scheduling.services.stop import stop_session
from apps.scheduling.states import LIVE, OCCUPYING
from kernel import clock
from kernel.errors import DomainError
from tests.scheduling.support import NOW, TODAY, first_slot, open_session
from tests.support.effort import examples
from tests.support.world import World

CAPACITY = (2, 2)
#: One number of the second session is the window's until half an hour before its start at eleven.
QUOTAS: tuple[dict[str, Any], ...] = ({}, {"channel_quotas": {"window": 1}, "release_minutes": 30})
WINDOW, PHONE = AppointmentSource.WINDOW, AppointmentSource.PHONE
OPEN = [state for state in TicketState if state not in (TicketState.FINISHED, TicketState.CANCELLED)]
WHO = st.integers(0, 4)
WHERE = st.integers(0, 1)


def chosen(rows: Any, number: int) -> Any:
    """The row of that number, counted round; DomainError if there is none."""
    found = list(rows.order_by("id"))
    if not found:
        raise DomainError
    return found[number % len(found)]


class Hall(RuleBasedStateMachine):
    """What patients, clerks and sweeps may do, in any order; a refusal is a fine answer."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.open = contextlib.ExitStack()
        self.open.enter_context(transaction.atomic())
        self.moment, self.staff = NOW, self.world.staff["clerk"].pk
        self.steps, self.stopped = 0, False
        self.through: dict[UUID, str] = {}  # appointment → the source through which it got its number
        with clock.frozen(NOW):
            BookingLimit.objects.create(hospital=self.world.h1, scope="patient", value=1)
            self.sessions = [
                open_session(
                    self.world, doctor=doctor, start="11:00", end="14:00", slot_minutes=0, capacity=capacity,
                    **quotas,
                )
                for doctor, capacity, quotas in zip(("doctor_a", "doctor_b"), CAPACITY, QUOTAS, strict=True)
            ]  # fmt: skip
        self.people = Patient.objects.bulk_create(
            Patient(hospital=self.world.h1, mrn=f"M{n}", name=f"患者{n}") for n in range(5)
        )

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.open.close()

    @contextlib.contextmanager
    def now(self) -> Iterator[None]:
        self.steps += 1
        with clock.frozen(self.moment), contextlib.suppress(DomainError):
            yield

    def booking(self, who: int) -> Appointment:
        """One of the live bookings, if there is one."""
        return chosen(Appointment.objects.filter(state__in=LIVE), who)

    def entry_of(self, who: int) -> WaitlistEntry:
        """One of the entries that were offered something."""
        return chosen(WaitlistEntry.objects.filter(offers__state="open"), who)

    @initialize()
    def morning(self) -> None:
        """One session is full and somebody waits for its doctor; the other has a number left."""
        self.book(0, 0, paid=True, source=WINDOW)
        self.book(1, 0, paid=False, source=WINDOW)
        self.book(2, 1, paid=True, source=PHONE)
        self.wait_for_a_number(3, "doctor_a")

    @rule(who=WHO, where=WHERE, paid=st.booleans(), source=st.sampled_from([WINDOW, PHONE]))
    def book(self, who: int, where: int, paid: bool, source: AppointmentSource) -> None:
        with self.now():
            booked = book_on_behalf(
                staff_id=self.staff, patient=self.people[who], slot_id=first_slot(self.sessions[where]).pk,
                kind=AppointmentKind.SAME_DAY, source=source, paid_at_counter=paid,
            )  # fmt: skip
            self.through[booked.values["id"]] = source

    @rule(who=WHO)
    def settle(self, who: int) -> None:
        with self.now():
            settle_at_counter(self.booking(who))

    @rule(who=WHO)
    def cancel(self, who: int) -> None:
        with self.now():
            cancel(self.booking(who), cause="staff", reason="x")

    @rule(who=WHO, where=WHERE)
    def move(self, who: int, where: int) -> None:
        with self.now():
            moved = reschedule_by_staff(
                self.booking(who),
                slot_id=first_slot(self.sessions[where]).pk,
                staff_id=self.staff,
                reason="x",
            )
            self.through[moved.pk] = WINDOW

    @rule(who=WHO)
    def check_in(self, who: int) -> None:
        with self.now():
            check_in(self.booking(who))

    @rule(where=WHERE)
    def call(self, where: int) -> None:
        with self.now():
            queue.call_next_of(self.sessions[where].pk)

    @rule(who=WHO, do=st.sampled_from([queue.recall, queue.skip, queue.requeue, queue.start, queue.send_out,
                                       queue.take_back, queue.finish]))  # fmt: skip
    def see(self, who: int, do: Callable[[QueueTicket], QueueTicket]) -> None:
        with self.now():
            do(chosen(QueueTicket.objects.filter(state__in=OPEN), who))

    @rule(who=WHO, doctor=st.sampled_from([None, "doctor_a"]))
    def wait_for_a_number(self, who: int, doctor: str | None) -> None:
        with self.now():
            waitlist.join(
                patient=self.people[who], department=self.world.departments["cardiology"], first_date=TODAY,
                last_date=TODAY, practitioner=self.world.staff[doctor] if doctor else None,
            )  # fmt: skip

    @rule(who=WHO)
    def accept(self, who: int) -> None:
        with self.now():
            booked = waitlist.accept(self.entry_of(who), source=PHONE, staff_id=self.staff)
            self.through[booked.values["id"]] = PHONE

    @rule(who=WHO, give_up=st.booleans())
    def decline(self, who: int, give_up: bool) -> None:
        with self.now():
            (waitlist.leave if give_up else waitlist.decline)(self.entry_of(who))

    @rule(minutes=st.sampled_from([10, 30]))
    def time_passes(self, minutes: int) -> None:
        self.moment += dt.timedelta(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        with self.now():
            numbers.expire_holds()
            numbers.end_uncollected()
            waitlist_offers.lapse_offers()
            waitlist_offers.offer_free_numbers()

    @precondition(lambda self: self.steps > 10 and not self.stopped)
    @rule()
    def stop(self) -> None:
        with self.now():
            self.stopped = True
            session = ClinicSession.objects.get(pk=self.sessions[1].pk)
            stop_session(session, reason="停诊")
            waitlist_offers.withdraw_offers(session.pk)

    @invariant()
    def numbers_and_bookings_agree(self) -> None:
        occupying = list(Appointment.objects.filter(state__in=OCCUPYING))
        owned = SlotNumber.objects.filter(state__in=["held", "taken"])
        assert {(a.slot_number_id, a.pk, a.number) for a in occupying} == set(
            owned.values_list("pk", "appointment_id", "number")
        )
        for session, capacity in zip(self.sessions, CAPACITY, strict=True):
            assert sum(a.session_id == session.pk for a in occupying) <= capacity
        lapsed = [a for a in occupying if a.state == "pending" and a.hold_expires_at <= self.moment]
        live = [a.patient_id for a in occupying if a.state in LIVE and a not in lapsed]
        assert len(live) == len(set(live)), "one booking of a patient and day"

    @invariant()
    def a_kept_number_is_its_sources_alone_until_it_is_released(self) -> None:
        kept = SlotNumber.objects.exclude(channel="").filter(reserved_until__gt=self.moment)
        for number in kept:
            assert number.state != "offered"
            if number.appointment_id is not None:
                assert self.through[number.appointment_id] == number.channel

    @invariant()
    def offers_agree_with_numbers_and_entries(self) -> None:
        open_offers = list(WaitlistOffer.objects.filter(state="open").select_related("entry"))
        standing = {(o.slot_number_id, o.expires_at) for o in open_offers if o.expires_at > self.moment}
        kept = SlotNumber.objects.filter(state="offered", held_until__gt=self.moment)
        assert standing == set(kept.values_list("pk", "held_until"))
        offered = WaitlistEntry.objects.filter(state="offered").values_list("pk", flat=True)
        assert {offer.entry_id for offer in open_offers} == set(offered)

    @invariant()
    def tickets_die_with_their_booking(self) -> None:
        standing = QueueTicket.objects.filter(state__in=OPEN)
        present = Appointment.objects.filter(state="checked_in").values_list("pk", flat=True)
        assert set(standing.values_list("appointment_id", flat=True)) == set(present)
        seen = QueueTicket.objects.filter(state=TicketState.FINISHED).values_list(
            "appointment__state", flat=True
        )
        assert set(seen) <= {"fulfilled"}

    @invariant()
    def a_stopped_session_keeps_nothing(self) -> None:
        stopped = ClinicSession.objects.filter(state="stopped")
        states: Any = SlotNumber.objects.filter(session__in=stopped).values_list("state", flat=True)
        assert set(states) <= {"stopped"}


@pytest.mark.thorough
@pytest.mark.requirement("BOOK-01", "BOOK-05", "BOOK-06", "BOOK-11", "QUE-01")
def test_capacity_quotas_offers_and_queue_keep_their_invariants_in_any_order(clinic: World) -> None:
    Hall.world = clinic
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Hall,
        settings=settings(
            max_examples=examples(15),
            stateful_step_count=18,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
