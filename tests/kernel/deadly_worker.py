"""A worker process whose handler kills it on every event called "deadly"; run by test_deaths with a real queue."""

import os
import signal
import sys
import threading
from pathlib import Path

import django

django.setup()

import dramatiq  # noqa: E402 - apps come first

import kernel.outbox.tasks  # noqa: E402, F401 - declares the actors
from kernel.outbox.events import subscribe  # noqa: E402 - apps come first
from tests.kernel.test_deaths import Lethal  # noqa: E402 - apps come first
from tests.support.waiting import dawdle  # noqa: E402 - apps come first


def run(event: Lethal) -> None:
    """Dies, waits, or does nothing, as the event's name says."""
    with Path(sys.argv[1]).open("a") as file:
        file.write(f"{event.name}\n")
    if event.name == "deadly":
        dawdle(0.3)  # so that what was fetched with it runs beside it
        os.kill(os.getpid(), signal.SIGKILL)
    if event.name == "slow":
        dawdle(1)


subscribe(Lethal, name="tests.lethal")(run)
broker = dramatiq.get_broker()
broker.heartbeat_timeout = 1000
broker.maintenance_chance = 1_000_000
worker = dramatiq.Worker(broker, worker_threads=4, worker_timeout=50)
stopping = threading.Event()
signal.signal(signal.SIGTERM, lambda number, frame: stopping.set())
worker.start()
stopping.wait()
worker.stop(timeout=100)
os._exit(0)
