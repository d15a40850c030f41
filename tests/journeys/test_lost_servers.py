"""PostgreSQL and Valkey go away under load and come back."""

import time

import pytest

from tests.journeys.hospital import API, PATIENCE, Entry, Hospital, Person
from tests.support.waiting import wait_until


def _ready(hospital: Hospital) -> tuple[int, str, str]:
    answer = hospital.ask("GET", "/readyz")
    body = answer.json()
    return answer.status_code, body["status"], body["redis"]


@pytest.mark.requirement("MSG-07")
@pytest.mark.parametrize("memory", ["kept", "lost"])
def test_bookings_go_on_without_valkey_and_their_messages_are_sent_later(
    hospital: Hospital, people: list[Person], memory: str
) -> None:
    slots = hospital.session()
    before, after = people[:8], people[8:]
    hospital.faults({"kind": "delay", "delay_ms": 400})
    entries = [Entry(person, slots[n % 8]) for n, person in enumerate(people)]
    assert [hospital.book(entry) for entry in entries[: len(before)]] == [201] * len(before)
    hospital.stack.kill("valkey")
    assert [hospital.book(entry) for entry in entries[len(before) :]] == [201] * len(after)
    assert max(entry.slowest for entry in entries) < 8.0
    begin = time.monotonic()
    assert _ready(hospital) == (200, "degraded", "down")
    assert time.monotonic() - begin < 8.0
    if memory == "lost":
        hospital.stack.wipe_valkey()
    hospital.stack.revive("valkey")
    hospital.faults()
    assert _ready(hospital) == (200, "ok", "ok")
    hospital.stack.move_clock(PATIENCE)
    hospital.sweep()
    hospital.await_messages(people)


@pytest.mark.requirement("BOOK-05")
@pytest.mark.parametrize("end", ["restarted", "killed"])
def test_losing_postgresql_answers_503_loses_no_booking_and_heals_by_itself(
    hospital: Hospital, people: list[Person], end: str
) -> None:
    slots = hospital.session()[:4]
    programs = {name: hospital.stack.pid(name) for name in ("api", "workers", "relay", "scheduler")}
    entries = [Entry(person, slots[n % 4]) for n, person in enumerate(hospital.masses[:40])]
    crowd = hospital.crowd(entries).after(3)
    if end == "killed":
        hospital.stack.kill("postgres")
    else:
        hospital.stack.postgres.stop()
    try:
        lost = Entry(people[0], slots[0])
        assert (hospital.book(lost), lost.code) == (503, "service_unavailable")
        assert hospital.ask("GET", "/healthz").status_code == 200
        assert hospital.ask("GET", "/readyz").status_code == 503
        assert hospital.ask("GET", f"{API}/appointments", token=people[0].token).status_code == 503
    finally:
        hospital.stack.revive("postgres")
    hospital.stack.move_clock(61)  # leases of requests, and of messages, whose end could not be recorded
    hospital.check(crowd.finish(), slots)
    assert max(entry.slowest for entry in entries) < 20.0
    wait_until(lambda: _ready(hospital)[0] == 200, 10, "not ready again")
    others = hospital.session()
    for n, person in enumerate(people):
        assert hospital.book(Entry(person, others[n % 8])) == 201
    hospital.sweep()
    hospital.await_messages(people)
    assert programs == {name: hospital.stack.pid(name) for name in programs}
