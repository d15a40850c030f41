"""候补: in order, for a while, never more offers than numbers, never a number twice."""

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.access.services.sync import sync_access
from apps.messaging.models import Message
from apps.patients.models import Patient
from apps.scheduling import tasks
from apps.scheduling.models import (
    Appointment,
    AppointmentKind,
    AppointmentSource,
    SlotNumber,
    WaitlistEntry,
    WaitlistOffer,
)
from apps.scheduling.services import waitlist, waitlist_offers
from apps.scheduling.services.book import Booked, book_on_behalf
from apps.scheduling.services.cancel import cancel
from apps.scheduling.services.stop import stop_session
from apps.scheduling.services.substitute import substitute_session
from apps.scheduling.states import OCCUPYING
from kernel import clock
from kernel.errors import DomainError
from tests.scheduling.support import (
    ADMIN,
    MINI,
    NOW,
    TODAY,
    TOMORROW,
    at_once,
    book,
    code,
    deliver,
    first_slot,
    make_patient,
    open_session,
    states,
)
from tests.scheduling.test_desk import act
from tests.scheduling.test_limits import window
from tests.support.world import World, build_world

DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)


def join(world: World, who: str = "patient_a", **more: Any) -> Any:
    body = {
        "department_id": str(world.departments["cardiology"].pk), "first_date": str(TOMORROW),
        "last_date": str(TOMORROW), **more,
    }  # fmt: skip
    return world.client(who).post(f"{MINI}/waitlist-entries", body, format="json")


def see(world: World, entry: Any, who: str = "patient_a") -> Any:
    return world.client(who).get(f"{MINI}/waitlist-entries/{entry['id']}").json()


def answer(world: World, entry: Any, action: str, who: str = "patient_a", key: str = "") -> Any:
    return world.client(who).post(
        f"{MINI}/waitlist-entries/{entry['id']}/{action}", HTTP_IDEMPOTENCY_KEY=key or uuid4().hex
    )


@pytest.fixture
def full(clinic: World) -> Any:
    """Tomorrow's only number of doctor_a is patient_none's neighbour's: taken at the window by a third patient."""
    clinic.patients["third"] = make_patient(clinic.h1, "李四")
    session = open_session(clinic, date=TOMORROW, slot_minutes=0)
    made = window(clinic, first_slot(session), patient="third", kind="advance").json()
    return session, made


@pytest.mark.requirement("BOOK-11")
def test_a_freed_number_is_offered_in_order_and_kept_until_the_deadline(clinic: World, full: Any) -> None:
    session, taken = full
    first, second = join(clinic, "patient_a").json(), join(clinic, "patient_b").json()
    assert (first["state"], first["place"], second["place"], first["offer"]) == ("waiting", 1, 2, None)
    act(clinic, "clerk", taken, "cancel", {"reason": "x"})
    assert states(session) == ["offered"]
    deliver()
    message = Message.objects.get(scene="waitlist_offer")
    assert message.account_id == clinic.accounts["patient_a"].pk
    assert "08:30" in message.text
    assert code(book(clinic, "patient_b", first_slot(session), "advance")) == (409, "slot_full")
    assert code(answer(clinic, second, "accept", "patient_b")) == (409, "no_offer")
    assert answer(clinic, first, "accept", "patient_b").status_code == 404
    shown = see(clinic, first)
    assert (shown["state"], shown["place"], shown["offer"]["state"]) == ("offered", None, "open")
    assert dt.datetime.fromisoformat(shown["offer"]["expires_at"]) == NOW + 30 * MINUTE
    made = answer(clinic, first, "accept", key="k")
    assert (made.status_code, made.json()["state"], made.json()["kind"]) == (201, "booked", "advance")
    assert answer(clinic, first, "accept", key="k").json()["id"] == made.json()["id"]
    assert code(answer(clinic, first, "accept")) == (409, "no_offer")
    assert states(session) == ["taken"]
    assert (see(clinic, first)["state"], see(clinic, first)["appointment_id"]) == (
        "accepted", made.json()["id"],
    )  # fmt: skip
    assert see(clinic, second, "patient_b")["place"] == 1
    assert WaitlistOffer.objects.count() == 1


@pytest.mark.requirement("BOOK-11")
def test_a_lapsed_offer_is_refused_and_goes_to_the_next(clinic: World, full: Any) -> None:
    session, taken = full
    first, second = join(clinic, "patient_a").json(), join(clinic, "patient_b").json()
    act(clinic, "clerk", taken, "cancel", {"reason": "x"})
    with clock.frozen(NOW + 30 * MINUTE):
        assert see(clinic, first)["offer"]["state"] == "lapsed"
        assert code(answer(clinic, first, "accept")) == (409, "offer_lapsed")
        assert code(answer(clinic, first, "decline")) == (409, "offer_lapsed")
        tasks.offer_to_waiting.fn()
        tasks.offer_to_waiting.fn()
        assert code(answer(clinic, first, "accept")) == (409, "offer_lapsed")
        assert (see(clinic, first)["state"], see(clinic, second, "patient_b")["state"]) == (
            "waiting", "offered",
        )  # fmt: skip
        assert answer(clinic, second, "accept", "patient_b").status_code == 201
    assert states(session) == ["taken"]


@pytest.mark.requirement("BOOK-11", "BOOK-05")
def test_a_lapsed_offer_counts_as_free_before_any_sweep(clinic: World, full: Any) -> None:
    session, taken = full
    entry = join(clinic, "patient_a").json()
    act(clinic, "clerk", taken, "cancel", {"reason": "x"})
    with clock.frozen(NOW + 30 * MINUTE):
        slots = (
            clinic.client("patient_b").get(f"{MINI}/booking/slots", {"session_id": str(session.pk)}).json()
        )
        assert slots[0]["remaining"] == 1
        assert book(clinic, "patient_b", first_slot(session), "advance").status_code == 201
        tasks.offer_to_waiting.fn()
        assert (see(clinic, entry)["state"], see(clinic, entry)["place"]) == ("waiting", 1)
    assert states(session) == ["taken"]


@pytest.mark.requirement("BOOK-11")
def test_who_declines_waits_for_another_session_and_the_next_is_asked(clinic: World, full: Any) -> None:
    session, taken = full
    first, second = join(clinic, "patient_a").json(), join(clinic, "patient_b").json()
    act(clinic, "clerk", taken, "cancel", {"reason": "x"})
    assert answer(clinic, first, "decline").json()["state"] == "waiting"
    assert see(clinic, second, "patient_b")["offer"]["state"] == "open"
    assert answer(clinic, second, "leave", "patient_b").json()["state"] == "cancelled"
    assert states(session) == ["free"], "nobody is left who has not been asked"
    assert code(answer(clinic, second, "leave", "patient_b")) == (409, "state_conflict")
    other = open_session(clinic, date=TOMORROW, doctor="doctor_b", slot_minutes=0)
    tasks.offer_to_waiting.fn()
    assert see(clinic, first)["offer"]["session_id"] == str(other.pk)


@pytest.mark.requirement("BOOK-11")
def test_an_entry_gets_only_what_it_asked_for(clinic: World) -> None:
    doctor_b = str(clinic.staff["doctor_b"].pk)
    by_doctor = join(clinic, "patient_a", practitioner_id=doctor_b).json()
    later = join(
        clinic, "patient_a", first_date=str(TOMORROW + DAY), last_date=str(TOMORROW + 2 * DAY)
    ).json()
    evening = join(clinic, "patient_b", period="evening").json()
    open_session(clinic, date=TOMORROW)
    tasks.offer_to_waiting.fn()
    assert not WaitlistOffer.objects.exists()
    wanted = open_session(clinic, date=TOMORROW, doctor="doctor_b", start="14:00", end="15:00")
    in_range = open_session(clinic, date=TOMORROW + 2 * DAY)
    open_session(clinic, date=TOMORROW + 5 * DAY)
    tasks.offer_to_waiting.fn()
    assert see(clinic, by_doctor)["offer"]["session_id"] == str(wanted.pk)
    assert see(clinic, later)["offer"]["session_id"] == str(in_range.pk)
    assert see(clinic, evening, "patient_b")["offer"] is None
    with clock.frozen(NOW + 2 * DAY):
        tasks.offer_to_waiting.fn()
        assert see(clinic, evening, "patient_b")["state"] == "expired"


@pytest.mark.requirement("BOOK-11", "BOOK-01")
def test_offers_die_with_a_stopped_session_and_follow_no_substitute(clinic: World, full: Any) -> None:
    session, taken = full
    entry = join(clinic, "patient_a", practitioner_id=str(clinic.staff["doctor_a"].pk)).json()
    act(clinic, "clerk", taken, "cancel", {"reason": "x"})
    session.refresh_from_db()
    substitute_session(
        session, practitioner=clinic.staff["doctor_b"], reason="替", by_id=clinic.staff["head"].pk
    )
    assert answer(clinic, entry, "accept").status_code == 409, "doctor_b was not asked for"
    deliver()
    assert (see(clinic, entry)["state"], states(session)) == ("waiting", ["free"])
    other = join(clinic, "patient_b").json()
    assert states(session) == ["offered"]
    session.refresh_from_db()
    stop_session(session, reason="停诊")
    assert code(answer(clinic, other, "accept", "patient_b")) == (409, "session_not_open")
    deliver()
    assert see(clinic, other, "patient_b")["offer"]["state"] == "withdrawn"
    assert (see(clinic, other, "patient_b")["state"], states(session)) == ("waiting", ["stopped"])


@pytest.mark.requirement("BOOK-11")
def test_a_same_day_offer_becomes_a_hold_that_is_to_be_paid(clinic: World) -> None:
    session = open_session(clinic, slot_minutes=0)
    taken = window(clinic, first_slot(session), patient="patient_b").json()
    entry = join(clinic, first_date=str(TODAY), last_date=str(TODAY)).json()
    act(clinic, "clerk", taken, "cancel", {"reason": "x"})
    made = answer(clinic, entry, "accept").json()
    assert (made["kind"], made["state"], states(session)) == ("same_day", "pending", ["held"])


@pytest.mark.requirement("BOOK-11")
def test_entries_are_checked_and_one_of_a_kind(clinic: World) -> None:
    assert join(clinic).status_code == 201
    assert code(join(clinic)) == (409, "already_waiting")
    dental, stranger = clinic.departments["dental"].pk, clinic.staff["doctor_c"].pk
    for body, status in (
        ({"first_date": "2026-01-01"}, 400), ({"last_date": str(TODAY)}, 400), ({"last_date": "2027-06-01"}, 400),
        ({"last_date": "x"}, 400), ({"period": "night"}, 400), ({"department_id": str(dental)}, 404),
        ({"practitioner_id": str(stranger)}, 400), ({"binding_id": str(uuid4())}, 404), ({"priority": 9}, 400),
    ):  # fmt: skip
        assert join(clinic, **body).status_code == status, body
    assert join(clinic, "patient_none").json()["code"] == "card_required"
    clinic.h1.settings = {"waitlist.max_entries": 1}
    clinic.h1.save()
    assert code(join(clinic, period="morning")) == (409, "too_many_waitlist_entries")
    assert WaitlistEntry.objects.count() == 1


@pytest.mark.requirement("BOOK-11")
def test_staff_see_the_list_put_patients_on_it_and_order_it_by_priority(clinic: World, full: Any) -> None:
    session, taken = full
    clerk, url = clinic.client("clerk"), f"{ADMIN}/waitlist-entries"
    first = join(clinic, "patient_a").json()
    body = {
        "patient_id": str(clinic.patients["patient_b"].pk), "department_id": first["department_id"],
        "first_date": str(TOMORROW), "last_date": str(TOMORROW),
    }  # fmt: skip
    assert clerk.post(url, body | {"priority": 5}, format="json").status_code == 400, "not used here"
    made = clerk.post(url, body, format="json").json()
    assert (made["place"], made["patient_name"]) == (2, clinic.patients["patient_b"].name)
    clinic.h1.settings = {"waitlist.by_priority": True}
    clinic.h1.save()
    one = f"{url}/{made['id']}"
    assert clerk.patch(one, {"priority": 101, "version": 1}, format="json").status_code == 400
    assert clerk.patch(one, {"priority": 5, "version": 1}, format="json").json()["place"] == 1
    assert code(clerk.patch(one, {"priority": 6, "version": 1}, format="json")) == (409, "stale_version")
    listed = clerk.get(
        url, {"department_id": first["department_id"], "date": str(TOMORROW), "state": "waiting"}
    )
    assert [row["id"] for row in listed.json()["results"]] == [made["id"], first["id"]]
    assert clerk.get(url, {"date": str(TODAY)}).json()["count"] == 0
    assert clinic.client("admin2").get(url).json()["count"] == 0
    act(clinic, "clerk", taken, "cancel", {"reason": "x"})
    accepted = clerk.post(f"{one}/accept", HTTP_IDEMPOTENCY_KEY="k")
    assert (accepted.status_code, accepted.json()["source"]) == (201, "phone")
    assert clerk.post(f"{url}/{first['id']}/leave").json()["state"] == "cancelled"
    assert states(session) == ["taken"]


@pytest.mark.requirement("BOOK-11")
def test_suspended_and_present_patients_are_passed_over(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW, slot_minutes=0, capacity=2)
    assert book(clinic, "patient_a", first_slot(session), "advance").status_code == 201
    held = window(clinic, first_slot(session), patient="patient_b", kind="advance").json()
    here = join(clinic, "patient_a").json()
    clinic.patients["third"] = make_patient(clinic.h1, "李四")
    barred = waitlist.join(
        patient=clinic.patients["third"], department=clinic.departments["cardiology"], first_date=TOMORROW,
        last_date=TOMORROW,
    )  # fmt: skip
    body = {"patient_id": str(barred.patient_id), "until": "2026-12-20T00:00:00Z", "reason": "倒号"}
    clinic.client("clerk").post(f"{ADMIN}/booking-suspensions", body, format="json")
    act(clinic, "clerk", held, "cancel", {"reason": "x"})
    assert states(session) == ["taken", "free"]
    assert see(clinic, here)["offer"] is None
    assert not WaitlistOffer.objects.exists()


def crowd(world: World, count: int) -> list[Patient]:
    return Patient.objects.bulk_create(
        Patient(hospital=world.h1, mrn=f"W{n:04}", name=f"候补{n}") for n in range(count)
    )


def queue_up(world: World, people: list[Patient]) -> list[WaitlistEntry]:
    return WaitlistEntry.objects.bulk_create(
        WaitlistEntry(
            hospital=world.h1, department=world.departments["cardiology"], patient=patient, first_date=TOMORROW,
            last_date=TOMORROW,
        )
        for patient in people
    )  # fmt: skip


@pytest.mark.requirement("BOOK-11")
def test_many_numbers_are_offered_in_the_order_of_the_line_by_as_many_statements_as_one(
    clinic: World,
) -> None:
    counts = []
    entries = queue_up(clinic, crowd(clinic, 60))
    for size in (1, 40):
        open_session(clinic, date=TOMORROW, doctor=f"doctor_{'ab'[size > 1]}", slot_minutes=0, capacity=size)
        with CaptureQueriesContext(connection) as queries:
            assert waitlist_offers.offer_free_numbers() == size
        counts.append(len(queries.captured_queries))
    assert counts[0] == counts[1]
    offered = set(WaitlistOffer.objects.values_list("entry_id", flat=True))
    assert offered == {entry.pk for entry in entries[:41]}
    assert SlotNumber.objects.filter(state="offered").count() == 41


@pytest.fixture
def committed() -> Iterator[World]:
    sync_access()
    with clock.frozen(NOW):
        yield build_world()


def in_step() -> None:
    occupying = Appointment.objects.filter(state__in=OCCUPYING)
    owned = SlotNumber.objects.filter(state__in=["held", "taken"])
    assert set(occupying.values_list("slot_number_id", "pk")) == set(
        owned.values_list("pk", "appointment_id")
    )
    offered = SlotNumber.objects.filter(state="offered").values_list("pk", flat=True)
    assert set(WaitlistOffer.objects.filter(state="open").values_list("slot_number_id", flat=True)) == set(
        offered
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("BOOK-11", "BOOK-05")
def test_cancelling_booking_and_accepting_at_once_never_sell_a_number_twice(committed: World) -> None:
    people = crowd(committed, 36)
    session = open_session(committed, date=TOMORROW, slot_minutes=0, capacity=12)
    slot, staff = first_slot(session), committed.staff["clerk"].pk
    on_behalf = partial(book_on_behalf, staff_id=staff, slot_id=slot.pk, kind=AppointmentKind.ADVANCE)
    for patient in people[:12]:
        on_behalf(patient=patient)
    entries = queue_up(committed, people[12:24])
    booked = list(Appointment.objects.all())

    def answer_offer(entry: WaitlistEntry) -> Any:
        for _ in range(40):
            if waitlist.open_offer(entry) is not None:
                return waitlist.accept(entry, source=AppointmentSource.PHONE, staff_id=staff)
        return None

    jobs: list[Callable[[], Any]] = []
    for n in range(12):
        jobs.append(partial(cancel, booked[n], cause="staff"))
        jobs.append(partial(answer_offer, entries[n]))
        jobs.append(partial(on_behalf, patient=people[24 + n]))
    jobs.append(waitlist_offers.offer_free_numbers)
    results = at_once(jobs, 12)
    strange = [r for r in results if isinstance(r, Exception) and not isinstance(r, DomainError)]
    assert not strange, strange
    waitlist_offers.offer_free_numbers()
    in_step()
    assert Appointment.objects.filter(state__in=OCCUPYING).count() <= 12
    walked_in = [r for r in results[2::3] if isinstance(r, Booked)]
    assert not walked_in, "what is freed belongs to those who wait"
    ordered = WaitlistEntry.objects.order_by("id")
    assert {entry.state for entry in ordered} <= {"offered", "accepted"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("BOOK-11", "BOOK-05")
def test_an_offer_accepted_many_times_and_declined_at_once_is_answered_once(committed: World) -> None:
    session = open_session(committed, date=TOMORROW, slot_minutes=0)
    [entry] = queue_up(committed, crowd(committed, 1))
    waitlist_offers.offer_free_numbers()
    take = partial(
        waitlist.accept, entry, source=AppointmentSource.PHONE, staff_id=committed.staff["clerk"].pk
    )
    jobs: list[Callable[[], Any]] = [take] * 6 + [partial(waitlist.decline, entry)] * 2
    results = at_once(jobs, 8)
    answers = [r for r in results if isinstance(r, Booked | WaitlistEntry)]
    assert len(answers) == 1, results
    assert all(isinstance(r, DomainError) for r in results if r is not answers[0]), results
    in_step()
    assert states(session) in (["taken"], ["free"])
