"""kill -9 of the product's programs in the middle of their work."""

import pytest

from tests.journeys.hospital import PATIENCE, Entry, Hospital, Person
from tests.support.waiting import wait_until


@pytest.mark.requirement("BOOK-05")
def test_killing_the_api_loses_no_answered_booking_and_sells_no_number_twice(hospital: Hospital) -> None:
    slots = hospital.session()[:4]
    entries = [Entry(person, slots[n % 4]) for n, person in enumerate(hospital.masses[:60])]
    crowd = hospital.crowd(entries).after(5)
    hospital.stack.kill("api")
    hospital.stack.move_clock(31)  # the lease of a request that died with its process
    hospital.stack.revive("api")
    hospital.check(crowd.finish(), slots)
    assert sum(entry.status == 201 for entry in entries) == 20


@pytest.mark.requirement("BOOK-05")
def test_a_key_whose_request_died_books_exactly_once_and_is_refused_for_another_body(
    hospital: Hospital,
) -> None:
    slots = hospital.session()
    entries = [Entry(person, slots[n % 6]) for n, person in enumerate(hospital.masses[:24])]
    for _ in range(2):
        crowd = hospital.crowd(entries)
        hospital.stack.kill("api")
        hospital.stack.revive("api")
        hospital.stack.move_clock(31)
        crowd.finish()
    hospital.check(entries, slots)
    assert all(entry.status == 201 for entry in entries)
    assert len({entry.answers[-1][1]["id"] for entry in entries}) == 24
    other = Entry(entries[0].person, slots[7], key=entries[0].key)
    assert (hospital.book(other), other.code) == (422, "idempotency_key_reused")


@pytest.mark.requirement("MSG-07")
def test_killing_the_workers_loses_no_message_and_shows_none_twice(
    hospital: Hospital, people: list[Person]
) -> None:
    slots = hospital.session()
    hospital.faults({"kind": "delay", "delay_ms": 300})
    for n, person in enumerate(people):
        assert hospital.book(Entry(person, slots[n % 8])) == 201
    wait_until(lambda: len(hospital.shown(people)) >= 3, 20, "no message arrives")
    hospital.stack.kill("workers")
    assert len(hospital.shown(people)) < len(people)
    hospital.faults()
    hospital.stack.revive("workers")
    hospital.stack.move_clock(PATIENCE)
    hospital.sweep()
    hospital.await_messages(people)


@pytest.mark.requirement("MSG-07")
def test_killing_relay_and_scheduler_only_delays_messages(hospital: Hospital, people: list[Person]) -> None:
    slots = hospital.session()
    hospital.stack.kill("relay")
    hospital.stack.kill("scheduler")
    for n, person in enumerate(people):
        assert hospital.book(Entry(person, slots[n % 8])) == 201
    hospital.stack.revive("relay")
    hospital.stack.revive("scheduler")
    hospital.await_messages(people)
