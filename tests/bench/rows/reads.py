"""Lists as a doctor, a head and an administrator see them, and browsing for a number."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import repeat
from statistics import median

from tests.bench import client
from tests.bench.data import copy_of, dataset, drop, execute, inside
from tests.bench.servers import server
from tests.bench.table import Line

DATABASE = "bench_browse"
ROLES = ("doctor", "head", "administrator")
LISTS = {"patients": "/api/admin/v1/patients", "appointments": "/api/admin/v1/appointments"}
CLIENTS, MAX_QUERIES, ROUNDS = 4, 6, 5
PER_SECOND, GROWTH, BROWSE = 300, 1.3, 500


def _get(path: str, token: str, count: int) -> Iterator[bytes]:
    return repeat(client.request("GET", path, token=token), count)


def _rate(port: int, path: str, token: str, count: int) -> float:
    done = client.run(port, CLIENTS, _get(path, token, count))
    if set(done.statuses) != {200}:
        raise RuntimeError(f"{path}: {dict(done.statuses)}")
    return done.per_second


def lists(quick: bool) -> list[Line]:
    """Twenty rows by default order, at two sizes of the same hospital, in turns: the machine is as fast for both."""
    sizes = (10_000, 100_000 if quick else 1_000_000)
    urls = [dataset(size) for size in sizes]
    tokens = [inside(url, "staff_tokens") for url in urls]
    cases = [(f"{name}, {role}", path, role) for name, path in LISTS.items() for role in ROLES]
    asked = [
        inside(url, "queries", json.dumps([[one[role], path] for _, path, role in cases]))
        for url, one in zip(urls, tokens, strict=True)
    ]
    lines = []
    with ExitStack() as running:
        bare = running.enter_context(server(urls[0], settings="tests.bench.bare.settings"))
        small, large = (running.enter_context(server(url)) for url in urls)
        for number, (key, path, role) in enumerate(cases):
            calls = [
                (bare.port, "/read", tokens[0][role]), (small.port, path, tokens[0][role]),
                (large.port, path, tokens[1][role]),
            ]  # fmt: skip
            rates = _in_turns(calls, 80 if quick else 400)
            lines += _compared(key, sizes[1], rates, [counts[number] for counts in asked])
    return lines


def _in_turns(calls: list[tuple[int, str, str]], count: int) -> list[tuple[float, ...]]:
    """Requests per second of each call, one tuple a round."""
    for port, path, token in calls:
        client.run(port, CLIENTS, _get(path, token, 40))
    return [tuple(_rate(*call, count) for call in calls) for _ in range(ROUNDS)]


def _compared(key: str, size: int, rates: list[tuple[float, ...]], asked: list[int]) -> list[Line]:
    """The median round: a list beside the bare view, and its growth."""
    bare, _, rate = (median(each) for each in zip(*rates, strict=True))
    growth = median(small / large for _, small, large in rates)
    share = median(large / first for first, _, large in rates)
    met = growth <= GROWTH and asked[1] <= asked[0] <= MAX_QUERIES
    target = f"<= {GROWTH} x, <= {MAX_QUERIES} queries, never more"
    return [
        Line(
            "lists", key, f"{rate:,.0f}/s, {asked[1]} queries", f"{bare:,.0f}/s bare view", share,
            f">= {PER_SECOND}/s", rate >= PER_SECOND,
        ),
        Line("lists", f"  time at {size:,} / 10,000", f"{growth:.2f}, {asked[0]} queries", "", growth, target, met),
    ]  # fmt: skip


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
            client.run(running.port, CLIENTS, _get(path, token, 40))
            rate = _rate(running.port, path, token, count)
            figure = f"{rate:,.0f}/s, {number} queries"
            lines.append(Line("browse", what, figure, "", None, f">= {BROWSE}/s", rate >= BROWSE))
    return lines
