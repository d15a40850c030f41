"""Many want the last number at once, over HTTP."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.journeys.hospital import Entry, Hospital


@pytest.mark.requirement("BOOK-05")
def test_of_two_hundred_accounts_exactly_one_gets_the_last_number(hospital: Hospital) -> None:
    slot = hospital.session()[0]
    first, rest = hospital.masses[:4], hospital.masses[4:204]
    early = [Entry(person, slot) for person in first]
    assert [hospital.book(entry) for entry in early] == [201] * 4
    entries = [Entry(person, slot) for person in rest]
    with ThreadPoolExecutor(200) as pool:
        statuses = sorted(pool.map(hospital.book, entries))
    assert statuses == [201] + [409] * 199
    hospital.check([*early, *entries], [slot])


@pytest.mark.requirement("BOOK-05")
def test_one_key_sent_many_times_at_once_books_once(hospital: Hospital) -> None:
    slot, other = hospital.session()[:2]
    person = hospital.masses[0]
    entries = [Entry(person, slot, key="the-same-key") for _ in range(16)]
    hospital.crowd(entries, threads=16).finish()
    assert {entry.status for entry in entries} == {201}
    assert len({entry.answers[-1][1]["id"] for entry in entries}) == 1
    assert len(hospital.live_appointments([slot])) == 1
    reused = Entry(person, other, key="the-same-key")
    assert (hospital.book(reused), reused.code) == (422, "idempotency_key_reused")
    assert hospital.live_appointments([other]) == {}
