"""Booking over HTTP with everything on, beside a bare view and the bare statement of the same run."""

import itertools
import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench import client
from tests.bench.data import copy_of, dataset, drop, execute, inside
from tests.bench.servers import server
from tests.bench.table import Line

DATABASE = "bench_booking"
CLIENTS = (4, 16, 64)
SEATS_SPREAD = 10
TARGET = 0.7


_FOUND = """
SELECT coalesce(sum(greatest(a.n - s.capacity, 0)), 0) + coalesce(sum(a.n - a.different), 0)
  FROM scheduling_slot s JOIN (
    SELECT slot_id, count(*) AS n, count(DISTINCT number) AS different FROM scheduling_appointment
     WHERE state IN ('pending', 'booked', 'checked_in', 'fulfilled') GROUP BY slot_id) a ON a.slot_id = s.id
 WHERE s.id = ANY(%s::uuid[])
"""
_PRESENT = """
SELECT count(*) FROM scheduling_appointment a JOIN scheduling_slotnumber n ON n.appointment_id = a.id
 WHERE a.id = ANY(%s::uuid[]) AND n.state IN ('taken', 'held')
"""


@dataclass(slots=True)
class Scene:
    """A fresh database with patients who can book, and slots that are taken one group after the other."""

    url: str
    people: list[tuple[str, str]]
    groups: list[list[str]]

    def slots(self) -> list[str]:
        return self.groups.pop(0)

    def bookings(self, slots: list[str], count: int, *, skip: int = 0) -> Iterator[bytes]:
        """Requests of different patients, in turn for these slots."""
        body = {slot: json.dumps({"slot_id": slot, "kind": "advance"}).encode() for slot in slots}
        for (token, _), slot in zip(self.people[skip : skip + count], itertools.cycle(slots), strict=False):
            key = {"Idempotency-Key": uuid.uuid4().hex}
            yield client.request(
                "POST", "/api/miniprogram/v1/appointments", token=token, body=body[slot], headers=key
            )

    def bare(self, slots: list[str], count: int) -> Iterator[bytes]:
        """The same for the bare view."""
        for (token, patient), slot in zip(self.people[:count], itertools.cycle(slots), strict=False):
            body = json.dumps({"slot_id": slot, "patient_id": patient}).encode()
            yield client.request("POST", "/book", token=token, body=body)


def measure(quick: bool) -> list[Line]:
    """Hot slot and many slots at 4, 16 and 64 clients; a full slot; what was sold and what was lost."""
    count = 400 if quick else 2500
    url = copy_of(dataset(10_000), DATABASE)
    rounds = [(1, 200)] + [(1, count), (count // SEATS_SPREAD, SEATS_SPREAD)] * len(CLIENTS)
    wanted = [(1, count), *rounds, *rounds, (3, count // 9)]
    try:
        people = inside(url, "patient_tokens", count + count // 5)
        scene = Scene(url, people, inside(url, "open_slots", json.dumps(wanted)))
        raw = inside(url, "raw_bookings", 2, *scene.slots(), *[patient for _, patient in people[:count]])
        lines = _product(scene, count, _bare(scene, count))
        lines.append(Line("booking", "bare statement, psycopg2, 2 processes", f"{raw:,.0f}/s"))
        return lines
    finally:
        drop(DATABASE)


def _bare(scene: Scene, count: int) -> dict[tuple[str, int], client.Result]:
    results = {}
    with server(scene.url, settings="tests.bench.bare.settings") as running:
        client.run(running.port, 4, scene.bare(scene.slots(), 200))  # warm
        for clients in CLIENTS:
            results["hot slot", clients] = client.run(running.port, clients, scene.bare(scene.slots(), count))
            results["many slots", clients] = client.run(
                running.port, clients, scene.bare(scene.slots(), count)
            )
    return results


def _product(scene: Scene, count: int, limits: dict[tuple[str, int], client.Result]) -> list[Line]:
    lines = []
    with server(scene.url) as running:
        client.run(running.port, 4, scene.bookings(scene.slots(), 200))  # warm
        for clients in CLIENTS:
            hot, spread = scene.slots(), scene.slots()
            done = client.run(running.port, clients, scene.bookings(hot, count), keep=True)
            lines += _lines(scene, "hot slot", clients, done, limits, hot)
            if clients == CLIENTS[-1]:
                full = client.run(running.port, clients, scene.bookings(hot, count // 5, skip=count))
                lines.append(_rejections(full, done.per_second))
            done = client.run(running.port, clients, scene.bookings(spread, count), keep=True)
            lines += _lines(scene, "many slots", clients, done, limits, spread)
        lines.append(_contested(scene, running.port, count))
    return lines


def _lines(
    scene: Scene,
    what: str,
    clients: int,
    done: client.Result,
    limits: dict[tuple[str, int], client.Result],
    slots: list[str],
) -> list[Line]:
    p50, p95, limit = done.percentile(0.5), done.percentile(0.95), limits[what, clients].per_second
    ratio = done.per_second / limit
    name, figure = f"{what}, {clients} clients", f"{done.statuses[201] / done.seconds:,.0f}/s"
    steady = p95 <= 3 * p50 if clients == CLIENTS[-1] else None
    return [
        Line("booking", name, figure, f"{limit:,.0f}/s bare view", ratio, f">= {TARGET}", ratio >= TARGET),
        Line(
            "booking",
            "  p50 / p95",
            f"{p50:.0f} / {p95:.0f} ms",
            "",
            p95 / p50,
            "p95 <= 3 x p50 at 64",
            steady,
        ),
        _sold(scene, done, slots),
    ]


def _sold(scene: Scene, done: client.Result, slots: list[str]) -> Line:
    """Every 201 is in the database and has its number, and nothing is sold beyond the capacity or twice."""
    answered = [json.loads(body)["id"] for status, body in done.bodies if status == 201]
    over = int(str(execute(scene.url, _FOUND, [slots])[0][0]))
    lost = len(answered) - int(str(execute(scene.url, _PRESENT, [answered])[0][0]))
    odd = {status: n for status, n in done.statuses.items() if status not in (201, 409)}
    figure = f"{over} / {lost}" + (f" {odd}" if odd else "")
    return Line("booking", "  oversold / lost", figure, "", None, "0 / 0", not (over or lost or odd))


def _rejections(full: client.Result, booked: float) -> Line:
    ratio = full.per_second / booked
    odd = "" if set(full.statuses) == {409} else f" {dict(full.statuses)}"
    figure = f"{full.per_second:,.0f}/s{odd}"
    return Line(
        "booking",
        "refusals of a full slot, 64 clients",
        figure,
        f"{booked:,.0f}/s booked",
        ratio,
        ">= 1",
        ratio >= 1,
    )


def _contested(scene: Scene, port: int, count: int) -> Line:
    """A third of the seats for everybody, 64 clients, in random order: exactly the capacity is sold."""
    slots, capacity = scene.slots(), count // 9 * 3
    requests = list(scene.bookings(slots, count))
    random.shuffle(requests)
    done = client.run(port, 64, requests, keep=True)
    line = _sold(scene, done, slots)
    sold = done.statuses[201]
    return Line(
        "booking", f"contest: {count} patients for {capacity} numbers", f"{sold} sold, {line.figure}", "", None,
        "all sold, 0 / 0", sold == capacity and line.met,
    )  # fmt: skip
