"""The sandbox, the relay and the workers beside the server, as the demo and production run them."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import redis

import demo
from supervisor import Supervisor
from tests.bench.data import execute
from tests.bench.servers import LOG, ROOT, environment
from tests.support.payment_sandbox import PaymentSandbox, running_payment_sandbox

RUN = LOG.parents[1] / "run"
BACKGROUND = ("workers", "relay")
_UNDONE = "SELECT count(*) FROM kernel_outboxevent WHERE published_at IS NULL OR pending > 0"


@contextmanager
def providers() -> Iterator[PaymentSandbox]:
    """The sandbox with keys that it keeps; every process that is started meanwhile speaks to it."""
    before = dict(os.environ)
    with running_payment_sandbox(RUN / "bench-keys") as sandbox:
        os.environ |= {
            "YIHUI_WECHAT_BASE_URL": sandbox.url,
            "YIHUI_ALIYUN_SMS_ENDPOINT": sandbox.url.removeprefix("http://"),
            "YIHUI_HIS_BASE_URL": sandbox.url,
        }
        try:
            yield sandbox
        finally:
            os.environ.clear()
            os.environ.update(before)


@contextmanager
def queues() -> Iterator[None]:
    """An empty Redis database of the bench's own, for every process that is started meanwhile."""
    before = os.environ["REDIS_URL"]
    os.environ["REDIS_URL"] = f"{before.rpartition('/')[0]}/9"
    try:
        redis.from_url(os.environ["REDIS_URL"]).flushdb()
        yield
    finally:
        os.environ["REDIS_URL"] = before


@contextmanager
def background(url: str) -> Iterator[list[int]]:
    """Relay and workers with that database, by their process ids; stopped at the end."""
    services = [one for one in demo.programs("", "", "", RUN) if one.name in BACKGROUND]
    supervisor = Supervisor(RUN / "bench", LOG.parent / "bench", cwd=ROOT / "backend")
    with supervisor:
        for service in services:
            service.environment = environment(url)
            supervisor.start(service)
        yield [service.process.pid for service in services if service.process]


def wait_until_done(url: str, seconds: float = 300.0) -> None:
    """Until every event has been handled."""
    deadline = time.monotonic() + seconds
    while int(str(execute(url, _UNDONE)[0][0])):
        if time.monotonic() > deadline:
            raise TimeoutError(f"events still wait after {seconds:.0f} s; see {LOG.parent / 'bench'}")
        time.sleep(0.2)
