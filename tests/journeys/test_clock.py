"""What the passing of time does, on a product whose clock is moved."""

import pytest

from tests.journeys.hospital import Entry, Hospital, Person
from tests.support.waiting import wait_until


def _state(hospital: Hospital, entry: Entry) -> str:
    appointment = entry.answers[-1][1]["id"]
    return str(
        hospital.stack.sql("SELECT state FROM scheduling_appointment WHERE id = %s", appointment)[0][0]
    )


@pytest.mark.requirement("BOOK-04")
def test_an_unpaid_hold_ends_after_fifteen_minutes_and_the_next_patient_gets_the_number(
    hospital: Hospital, people: list[Person]
) -> None:
    slot = hospital.session(days=0, period="afternoon")[0]
    holders, late = people[:5], people[5]
    holds = [Entry(person, slot, "same_day") for person in holders]
    assert [hospital.book(entry) for entry in holds] == [201] * 5
    assert {entry.answers[-1][1]["state"] for entry in holds} == {"pending"}
    refused = Entry(late, slot, "same_day")
    assert (hospital.book(refused), refused.code) == (409, "slot_full")
    hospital.stack.move_clock(14 * 60)
    assert hospital.book(Entry(late, slot, "same_day")) == 409
    hospital.stack.move_clock(61)
    taken = Entry(late, slot, "same_day")
    assert hospital.book(taken) == 201
    assert taken.answers[-1][1]["number"] in {entry.answers[-1][1]["number"] for entry in holds}
    hospital.sweep()
    wait_until(lambda: {_state(hospital, w) for w in holds} == {"expired"}, 15, "holds do not end")
    assert set(hospital.live_appointments([slot])) == {taken.answers[-1][1]["id"]}
    hospital.await_messages(holders, "appointment_expired")


@pytest.mark.requirement("BOOK-07")
def test_the_reminder_of_the_day_before_comes_once(hospital: Hospital, people: list[Person]) -> None:
    at_once = """UPDATE identity_hospital SET settings = settings || '{"booking.reminder_hours": 0}'"""
    hospital.stack.sql(at_once)
    slots = hospital.session()
    for n, person in enumerate(people):
        assert hospital.book(Entry(person, slots[n % 8])) == 201
    hospital.sweep()
    hospital.sweep()
    hospital.await_messages(people, "appointment_reminder")
    hospital.await_messages(people)


@pytest.mark.requirement("BOOK-04")
def test_a_hold_made_just_before_midnight_ends_with_its_session(
    hospital: Hospital, people: list[Person]
) -> None:
    hospital.stack.move_clock_to(23, 55)
    slot = hospital.session(days=0, period="evening")[0]
    entry, other = Entry(people[0], slot, "same_day"), Entry(people[1], slot, "same_day")
    assert hospital.book(entry) == 201
    assert entry.answers[-1][1]["hold_expires_at"] == entry.answers[-1][1]["check_in_until"]
    assert hospital.book(entry) == 201  # the same key before midnight
    hospital.stack.move_clock(6 * 60)
    assert (hospital.book(other), other.code) == (409, "outside_booking_window")
    assert hospital.book(entry) == 201  # and after it: still the same appointment
    assert len({answer["id"] for _, answer in entry.answers}) == 1
    hospital.sweep()
    wait_until(lambda: _state(hospital, entry) == "expired", 15, "the hold does not end")
    hospital.await_messages(people[:1], "appointment_expired")
    tomorrow = Entry(people[2], hospital.session()[0])
    assert hospital.book(tomorrow) == 201  # yesterday's day after tomorrow
