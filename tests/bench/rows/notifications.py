"""Pushes of WeChat Pay: to the answer, beside a bare view of the same run, and to the posted order."""

import itertools
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench import client
from tests.bench.data import copy_of, dataset, drop, inside
from tests.bench.payment_figures import delays, posted, posting_rate
from tests.bench.processor import Spent, spent_by
from tests.bench.programs import background, providers, queues, wait_until_done
from tests.bench.pushing import Platform, paced
from tests.bench.servers import server
from tests.bench.table import Line

DATABASE = "bench_notifications"
CLIENTS, PACED_CLIENTS, WARM, PEOPLE = (4, 16, 64), 8, 100, 1_000
PER_SECOND, SECONDS = 400, 1.0
#: The rate at which the time to posted is judged: a hospital of 10,000 outpatients a day has 5 payments/s at its peak.
MODERATE = 20
RATES = (10, MODERATE, 30, 40, 50, 60, 80, 100, 120, 150, 200)


@dataclass(slots=True)
class Scene:
    """A fresh database whose orders are paid one slice after the other."""

    url: str
    platform: Platform
    payments: list[dict[str, str]]

    def take(self, count: int) -> list[dict[str, str]]:
        """The next orders that wait for their payers."""
        taken, self.payments = self.payments[:count], self.payments[count:]
        if len(taken) < count:
            raise RuntimeError("too few open orders were made")
        return taken


def measure(quick: bool) -> list[Line]:
    """Pushes for different open orders, all of them genuine."""
    count, seconds = (600, 8) if quick else (2_000, 15)
    url = copy_of(dataset(10_000), DATABASE)
    try:
        with providers() as sandbox, queues():
            merchant = inside(url, "take_payments", json.dumps(sandbox.merchant("wechat_pay")))
            wanted = count * len(CLIENTS) + 2 * WARM + seconds * sum(RATES)
            payments = inside(url, "open_payments", PEOPLE, -(-wanted // PEOPLE), 1)
            scene = Scene(url, Platform(sandbox, merchant), payments)
            lines = [_queries(scene)]
            answered, backlog = _to_the_answer(scene, count)
            return [*lines, *answered, *_to_posted(scene, backlog, seconds)]
    finally:
        drop(DATABASE)


def _queries(scene: Scene) -> Line:
    pushes = [scene.platform.as_json(payment["out_trade_no"]) for payment in scene.take(3)]
    found = inside(scene.url, "payment_queries", *pushes)
    figure = f"{found['push']} / {found['handled']} / {found['posted']}"
    return Line("notifications", "statements of a push / of handling it / of posting", figure)


def _to_the_answer(scene: Scene, count: int) -> tuple[list[Line], list[str]]:
    """Nothing but the server runs meanwhile; also the orders whose pushes wait to be handled."""
    limits = _bare(scene, count)
    lines, backlog = [], []
    with server(scene.url) as running:
        warm = scene.take(WARM)
        client.run(running.port, 4, scene.platform.requests(warm))
        backlog += warm
        for clients in CLIENTS:
            taken = scene.take(count)
            pushes = scene.platform.requests(taken)
            with spent_by(scene.url, running.process.pid) as spent:
                done = client.run(running.port, clients, pushes)
            limit, bare = limits[clients]
            lines += _answered(f"to the answer, {clients} clients", done, limit)
            lines.append(_processor("CPU of one, server + PostgreSQL", spent, count, bare))
            backlog += taken
        again = client.run(running.port, CLIENTS[1], pushes)
        lines.append(_repeated(again))
    return lines, [payment["order"] for payment in backlog]


def _processor(what: str, spent: Spent, count: int, bare: Spent | None = None) -> Line:
    limit = f"{bare.each(count)} bare view" if bare else ""
    return Line("notifications", f"  {what}", spent.each(count), limit)


def _bare(scene: Scene, count: int) -> dict[int, tuple[client.Result, Spent]]:
    numbers = ({"out_trade_no": f"BARE{uuid.uuid4().hex[:24]}"} for _ in itertools.count())
    results = {}
    with server(scene.url, settings="tests.bench.bare.settings") as running:
        client.run(running.port, 4, scene.platform.requests(itertools.islice(numbers, WARM), "/push"))
        for clients in CLIENTS:
            pushes = scene.platform.requests(itertools.islice(numbers, count), "/push")
            with spent_by(scene.url, running.process.pid) as spent:
                done = client.run(running.port, clients, pushes)
            results[clients] = done, spent
    return results


def _answered(what: str, done: client.Result, limit: client.Result) -> list[Line]:
    rate, bare = done.per_second, limit.per_second
    odd = _odd(done) or _odd(limit)
    p50, p95 = done.percentile(0.5), done.percentile(0.95)
    return [
        Line(
            "notifications", what, f"{rate:,.0f}/s{odd}", f"{bare:,.0f}/s bare view", rate / bare,
            f">= {PER_SECOND}/s", rate >= PER_SECOND and not odd,
        ),
        Line("notifications", "  p50 / p95", f"{p50:.0f} / {p95:.0f} ms"),
    ]  # fmt: skip


def _repeated(done: client.Result) -> Line:
    return Line("notifications", "  the same pushes again", f"{done.per_second:,.0f}/s{_odd(done)}")


def _odd(done: client.Result) -> str:
    return "" if set(done.statuses) == {204} else f" {dict(done.statuses)}"


def _to_posted(scene: Scene, backlog: list[str], seconds: int) -> list[Line]:
    """With relay and two worker processes on the same machine, which also tell the payers through the sandbox."""
    with server(scene.url) as running, background(scene.url) as pids:
        with spent_by(scene.url, *pids) as spent:
            _wait(scene.url, backlog)
            wait_until_done(scene.url)
        rate = posting_rate(scene.url, backlog)
        lines = [
            Line("notifications", f"{len(backlog):,} waiting pushes, posted", f"{rate:,.0f}/s"),
            _processor("CPU of one with its messages, workers + PostgreSQL", spent, len(backlog)),
        ]
        return lines + list(_steps(scene, running.port, seconds))


def _steps(scene: Scene, port: int, seconds: int) -> Iterator[Line]:
    """One rate after the other, until the orders are no longer posted in time."""
    sustained = 0
    for rate in RATES:
        taken = scene.take(rate * seconds)
        pushes = scene.platform.requests(taken)
        done = client.run(port, PACED_CLIENTS, paced(pushes, rate))
        orders = [payment["order"] for payment in taken]
        _wait(scene.url, orders)
        p50, p95 = delays(scene.url, orders)
        in_time = p95 <= SECONDS and done.per_second >= 0.9 * rate and not _odd(done)
        figure = f"{p50 * 1000:,.0f} / {p95 * 1000:,.0f} ms{_odd(done)}"
        what = f"push to posted at {rate}/s, p50 / p95"
        target = f"p95 <= {SECONDS:.0f} s" if rate == MODERATE else ""
        yield Line("notifications", what, figure, "", None, target, in_time if target else None)
        wait_until_done(scene.url)
        if not in_time and rate >= MODERATE:
            break
        sustained = rate if in_time else sustained
    yield Line("notifications", "highest rate with p95 in time", f"{sustained}/s")


def _wait(url: str, orders: list[str], seconds: float = 600.0) -> None:
    deadline = time.monotonic() + seconds
    while posted(url, orders) < len(orders):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{posted(url, orders)} of {len(orders)} orders are posted")
        time.sleep(0.5)
