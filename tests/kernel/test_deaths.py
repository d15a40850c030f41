"""What kills the process that handles it is set aside after the second time; what ran beside it is not."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import dramatiq
import pytest
from django.db import connection, transaction

from kernel.outbox import events, relay
from kernel.outbox.events import Event, publish, subscribe
from kernel.outbox.models import DeadLetter, InboxEntry, OutboxEvent
from kernel.redis import client
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.requirement("MSG-07"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.thorough,
]
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Lethal(Event):
    topic: ClassVar[str] = "test.lethal"
    hospital_id: UUID | None
    name: str


class Workers:
    """Worker processes, started again when they die, as the product's are."""

    def __init__(self, transcript: Path) -> None:
        self.transcript = transcript
        database = connection.settings_dict
        login = f"{database['USER']}:{database['PASSWORD']}@" if database["USER"] else ""
        self.environment = os.environ | {
            "DATABASE_URL": f"postgres://{login}{database['HOST']}:{database['PORT']}/{database['NAME']}",
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "PYTHONPATH": f"{ROOT / 'backend'}:{ROOT}:{ROOT / 'scripts/lib'}",
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths = 0

    def keep_running(self) -> None:
        """Start one unless it runs; counts those that were killed."""
        if self.process and self.process.poll() is not None:
            assert self.process.returncode == -signal.SIGKILL, self.process.returncode
            self.deaths += 1
            self.process = None
        if self.process is None:
            command = [
                sys.executable,
                "-W",
                "ignore",
                "-m",
                "tests.kernel.deadly_worker",
                str(self.transcript),
            ]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stderr=subprocess.DEVNULL
            )

    def until(self, condition: Callable[[], Any], seconds: float = 90) -> None:
        def met() -> bool:
            if not (found := bool(condition())):
                self.keep_running()
            return found

        wait_until(met, seconds, lambda: f"waited in vain: {self.began()}", pause=0.1)

    def began(self) -> list[str]:
        """The names of the events whose handling began, in order."""
        return self.transcript.read_text().split() if self.transcript.exists() else []

    def end(self, number: int) -> None:
        if self.process:
            self.process.send_signal(number)
            self.process.wait(30)
            self.process = None


@pytest.fixture
def workers(tmp_path: Path, redis_url: str) -> Iterator[Workers]:
    def lethal(event: Lethal) -> None:
        """Never runs here."""

    client().flushdb()
    before = dict(events.SUBSCRIPTIONS)
    subscribe(Lethal, name="tests.lethal")(lethal)
    made = Workers(tmp_path / "transcript")
    yield made
    made.end(signal.SIGKILL)
    events.SUBSCRIPTIONS.clear()
    events.SUBSCRIPTIONS.update(before)
    dramatiq.get_broker().flush_all()
    client().flushdb()


def happen(*names: str) -> None:
    with transaction.atomic():
        publish(*(Lethal(None, name) for name in names))
    relay.drain()


def handled() -> int:
    return InboxEntry.objects.count()


def test_what_killed_its_process_twice_is_a_dead_letter_and_its_neighbours_are_handled(
    workers: Workers,
) -> None:
    happen("slow", "deadly", "slow", "slow")
    workers.until(DeadLetter.objects.exists)
    workers.until(lambda: handled() == 3)
    assert (workers.deaths, workers.began().count("deadly")) == (2, 2)
    letter = DeadLetter.objects.get()
    assert letter.event.payload["name"] == "deadly"
    assert "died twice" in letter.error
    assert OutboxEvent.objects.filter(pending=0, topic=Lethal.topic).count() == 3
    assert not client().keys("yihui:starts*")


def test_one_kill_from_outside_makes_no_dead_letter(workers: Workers) -> None:
    happen("slow")
    workers.until(lambda: workers.began() == ["slow"])
    workers.end(signal.SIGKILL)
    workers.until(lambda: handled() == 1)
    assert workers.began() == ["slow", "slow"]
    assert not DeadLetter.objects.exists()


def test_an_orderly_stop_is_no_death_however_often(workers: Workers) -> None:
    happen("slow")
    for times in range(1, 4):
        workers.until(lambda times=times: len(workers.began()) == times)
        workers.end(signal.SIGTERM)
    workers.until(lambda: handled() == 1)
    assert not DeadLetter.objects.exists()


def test_the_dead_letter_of_a_killer_is_listed_with_its_reason(world: Any, workers: Workers) -> None:
    happen("deadly")
    workers.until(DeadLetter.objects.exists)
    (listed,) = world.client("boss").get("/api/admin/v1/operations/dead-letters").json()["results"]
    assert (listed["topic"], "died twice" in listed["error"]) == ("test.lethal", True)
