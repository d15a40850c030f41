"""Lists as a doctor, a head and an administrator see them, and browsing for a number."""

import datetime as dt
import json
from collections.abc import Iterator
from itertools import repeat

from tests.bench import client
from tests.bench.data import copy_of, dataset, drop, execute, inside
from tests.bench.servers import server
from tests.bench.table import Line

DATABASE = "bench_browse"
ROLES = ("doctor", "head", "administrator")
LISTS = {"patients": "/api/admin/v1/patients", "appointments": "/api/admin/v1/appointments"}
CLIENTS, MAX_QUERIES = 4, 6
PER_SECOND, GROWTH, BROWSE = 300, 1.3, 500


def _get(path: str, token: str, count: int) -> Iterator[bytes]:
    return repeat(client.request("GET", path, token=token), count)


def _rate(port: int, path: str, token: str, count: int) -> client.Result:
    client.run(port, CLIENTS, _get(path, token, 40))
    done = client.run(port, CLIENTS, _get(path, token, count))
    if set(done.statuses) != {200}:
        raise RuntimeError(f"{path}: {dict(done.statuses)}")
    return done


def lists(quick: bool) -> list[Line]:
    """Twenty rows by default order, at two sizes of the same hospital."""
    count = 400 if quick else 2000
    small, large = _lists(10_000, count), _lists(100_000 if quick else 1_000_000, count)
    bare = small["bare"][0]
    lines = []
    for key, (rate, asked, size) in large.items():
        if key == "bare":
            continue
        before, asked_before, _ = small[key]
        figure = f"{rate:,.0f}/s, {asked} queries"
        limit = f"{bare:,.0f}/s bare view"
        lines.append(Line("lists", key, figure, limit, rate / bare, f">= {PER_SECOND}/s", rate >= PER_SECOND))
        growth = before / rate
        met = growth <= GROWTH and asked <= asked_before <= MAX_QUERIES
        target = f"<= {GROWTH} x, <= {MAX_QUERIES} queries, never more"
        lines.append(
            Line(
                "lists",
                f"  time at {size:,} / 10,000",
                f"{growth:.2f}, {asked_before} queries",
                "",
                growth,
                target,
                met,
            )
        )
    return lines


def _lists(patients: int, count: int) -> dict[str, tuple[float, int, int]]:
    url = dataset(patients)
    tokens = inside(url, "staff_tokens")
    found = {}
    with server(url, settings="tests.bench.bare.settings") as running:
        found["bare"] = (_rate(running.port, "/read", tokens["doctor"], count).per_second, 1, patients)
    cases = [(f"{name}, {role}", tokens[role], path) for name, path in LISTS.items() for role in ROLES]
    asked = inside(url, "queries", json.dumps([case[1:] for case in cases]))
    with server(url) as running:
        for (key, token, path), number in zip(cases, asked, strict=True):
            found[key] = (_rate(running.port, path, token, count).per_second, number, patients)
    return found


def browse(quick: bool) -> list[Line]:
    """Doctors of a department tomorrow, and the slots of a session."""
    url = copy_of(dataset(10_000), DATABASE)
    try:
        return _browse(url, 400 if quick else 3000)
    finally:
        drop(DATABASE)


def _browse(url: str, count: int) -> list[Line]:
    tomorrow = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date() + dt.timedelta(days=1)
    rows = execute(
        url,
        "SELECT id, department_id FROM scheduling_clinicsession WHERE state = 'published' AND date = %s",
        [tomorrow],
    )
    if not rows:
        raise RuntimeError("the sample has no open sessions for tomorrow: load it again")
    session, department = rows[0]
    token = inside(url, "patient_tokens", 1)[0][0]
    base = "/api/miniprogram/v1/booking"
    paths = {
        "doctors of a department and date": f"{base}/doctors?department_id={department}&date={tomorrow}",
        "slots of a session": f"{base}/slots?session_id={session}",
    }
    lines, asked = [], inside(url, "queries", json.dumps([(token, path) for path in paths.values()]))
    with server(url) as running:
        for (what, path), number in zip(paths.items(), asked, strict=True):
            rate = _rate(running.port, path, token, count).per_second
            figure = f"{rate:,.0f}/s, {number} queries"
            lines.append(Line("browse", what, figure, "", None, f">= {BROWSE}/s", rate >= BROWSE))
    return lines
