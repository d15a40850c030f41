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


@dataclass(slots=True)
class Scene:
    """A fresh database with patients who can book; the tokens of `people` are handed out in turn."""

    url: str
    people: list[tuple[str, str]]

    def slots(self, sessions: int, capacity: int) -> list[str]:
        made: list[str] = inside(self.url, "open_slots", sessions, capacity)
        return made

    def bookings(self, slots: list[str], count: int, *, skip: int = 0) -> Iterator[bytes]:
        """Requests of different patients, in turn for these slots."""
        body = {slot: json.dumps({"slot": slot, "kind": "advance"}).encode() for slot in slots}
        for (token, _), slot in zip(self.people[skip : skip + count], itertools.cycle(slots), strict=False):
            key = {"Idempotency-Key": uuid.uuid4().hex}
            yield client.request(
                "POST", "/api/miniprogram/v1/appointments", token=token, body=body[slot], headers=key
            )

    def bare(self, slots: list[str], count: int) -> Iterator[bytes]:
        """The same for the bare view."""
        for (token, patient), slot in zip(self.people[:count], itertools.cycle(slots), strict=False):
            body = json.dumps({"slot": slot, "patient": patient}).encode()
            yield client.request("POST", "/book", token=token, body=body)


def measure(quick: bool) -> list[Line]:
    """Hot slot and many slots at 4, 16 and 64 clients; a full slot; what was sold and what was lost."""
    count = 600 if quick else 2500
    url = copy_of(dataset(10_000), DATABASE)
    try:
        scene = Scene(url, inside(url, "patient_tokens", count + count // 5))
        raw = inside(
            url, "raw_bookings", 2, *scene.slots(1, count), *[patient for _, patient in scene.people[:count]]
        )
        limits = _bare(scene, count)
        lines = _product(scene, count, limits)
        lines.append(Line("booking", "bare statement, psycopg2, 2 processes", f"{raw:,.0f}/s"))
        return lines
    finally:
        drop(DATABASE)


def _bare(scene: Scene, count: int) -> dict[tuple[str, int], client.Result]:
    results = {}
    with server(scene.url, settings="tests.bench.bare.settings") as running:
        client.run(running.port, 4, scene.bare(scene.slots(1, 200), 200))  # warm
        for clients in CLIENTS:
            hot, spread = scene.slots(1, count), scene.slots(count // SEATS_SPREAD, SEATS_SPREAD)
            results["hot", clients] = client.run(running.port, clients, scene.bare(hot, count))
            results["spread", clients] = client.run(running.port, clients, scene.bare(spread, count))
    return results


def _product(scene: Scene, count: int, limits: dict[tuple[str, int], client.Result]) -> list[Line]:
    lines = []
    with server(scene.url) as running:
        client.run(running.port, 4, scene.bookings(scene.slots(1, 200), 200))  # warm
        for clients in CLIENTS:
            hot, spread = scene.slots(1, count), scene.slots(count // SEATS_SPREAD, SEATS_SPREAD)
            done = client.run(running.port, clients, scene.bookings(hot, count), keep=True)
            lines += _lines(scene, "hot slot", clients, done, limits["hot", clients], hot, count)
            if clients == CLIENTS[-1]:
                full = client.run(
                    running.port, clients, scene.bookings(hot, count // 5, skip=count), keep=True
                )
                lines.append(_rejections(full, done.per_second))
            done = client.run(running.port, clients, scene.bookings(spread, count), keep=True)
            lines += _lines(scene, "many slots", clients, done, limits["spread", clients], spread, count)
        lines.append(_contested(scene, running.port, count))
    return lines


def _lines(
    scene: Scene,
    what: str,
    clients: int,
    done: client.Result,
    limit: client.Result,
    slots: list[str],
    count: int,
) -> list[Line]:
    p50, p95 = done.percentile(0.5), done.percentile(0.95)
    ratio = done.per_second / limit.per_second
    name = f"{what}, {clients} clients"
    bare = f"{limit.per_second:,.0f}/s bare view"
    figure = f"{done.statuses[201] / done.seconds:,.0f}/s"
    lines = [Line("booking", name, figure, bare, ratio, f">= {TARGET}", ratio >= TARGET)]
    steady = p95 <= 3 * p50 if clients == CLIENTS[-1] else None
    lines.append(
        Line(
            "booking",
            "  p50 / p95",
            f"{p50:.0f} / {p95:.0f} ms",
            "",
            p95 / p50,
            "p95 <= 3 x p50 at 64",
            steady,
        )
    )
    lines.append(_sold(scene, done, slots, count))
    return lines


def _sold(scene: Scene, done: client.Result, slots: list[str], count: int) -> Line:
    """Every 201 is in the database, and nothing beyond the capacity."""
    found: dict[str, int] = inside(scene.url, "check_slots", *slots)
    answered = [json.loads(body)["id"] for status, body in done.bodies if status == 201]
    present = execute(
        scene.url, "SELECT count(*) FROM scheduling_appointment WHERE id = ANY(%s::uuid[])", [answered]
    )[0][0]
    lost = len(answered) - int(str(present)) + max(0, len(answered) - found["booked"])
    bad = {status: n for status, n in done.statuses.items() if status not in (201, 409)}
    figure = f"{found['oversold'] + found['twice']} / {lost}" + (f" {bad}" if bad else "")
    met = not (found["oversold"] or found["twice"] or lost or bad)
    return Line("booking", "  oversold / lost", figure, "", None, "0 / 0", met)


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
    seats = count // 3
    slots = scene.slots(3, seats // 3)
    requests = list(scene.bookings(slots, count))
    random.shuffle(requests)
    done = client.run(port, 64, requests, keep=True)
    line = _sold(scene, done, slots, count)
    sold = done.statuses[201]
    capacity = seats // 3 * 3
    return Line(
        "booking", f"contest: {count} patients for {capacity} numbers", f"{sold} sold, {line.figure}", "", None,
        "all sold, 0 / 0", sold == capacity and line.met,
    )  # fmt: skip
