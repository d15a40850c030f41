"""Exactly one of the schedulers starts the periodic tasks, whatever Redis does."""

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import STATE_RUNNING

from kernel import clock
from kernel.management.commands.scheduler import Hurry, Leadership

pytestmark = pytest.mark.requirement("MSG-07")


class Candidates:
    """Two schedulers after the same lock, in the words of the tests."""

    def __init__(self, url: str) -> None:
        self.redis = redis.Redis.from_url(url)
        self.away = redis.Redis(port=1, socket_connect_timeout=0.1)
        self.members = []
        for _ in range(2):
            jobs = BackgroundScheduler()
            jobs.start(paused=True)
            lock = self.redis.lock("test-scheduler", timeout=10, thread_local=False)
            self.members.append(Leadership(jobs, lock))

    def refresh(self) -> list[bool]:
        found = [member.refresh() for member in self.members]
        assert found == [member.jobs.state == STATE_RUNNING for member in self.members]
        return found


@pytest.fixture
def candidates(redis_url: str) -> Iterator[Candidates]:
    made = Candidates(redis_url)
    yield made
    made.redis.delete("test-scheduler")
    for member in made.members:
        member.jobs.shutdown()


def test_one_scheduler_leads_and_the_other_stands_by(candidates: Candidates) -> None:
    assert [candidates.refresh(), candidates.refresh()] == [[True, False], [True, False]]


def test_the_other_takes_over_when_the_leader_resigns_or_its_lock_lapses(candidates: Candidates) -> None:
    candidates.refresh()
    candidates.members[0].resign()
    assert candidates.members[1].refresh()
    assert candidates.refresh() == [False, True]
    candidates.redis.delete("test-scheduler")
    assert candidates.refresh() == [True, False]


def test_a_leader_pauses_while_redis_is_away_and_leads_again_after_it_forgot_the_lock(
    candidates: Candidates,
) -> None:
    leader = candidates.members[0]
    candidates.refresh()
    leader.lock.redis = candidates.away
    leader.lock.lua_extend.registered_client = candidates.away
    assert not leader.refresh()
    leader.lock.redis = candidates.redis
    leader.lock.lua_extend.registered_client = candidates.redis
    candidates.redis.delete("test-scheduler")
    assert leader.refresh()
    assert candidates.refresh() == [True, False]


def test_what_is_due_every_minute_starts_when_the_clock_was_moved_on(tmp_path: Path) -> None:
    file, now = tmp_path / "clock", dt.datetime.now(dt.UTC)
    clock.set_source(clock.FileOffsetClock(file))
    jobs, minutely, nightly = BackgroundScheduler(), threading.Event(), threading.Event()
    jobs.add_job(minutely.set, "interval", minutes=1, start_date=now + dt.timedelta(seconds=50))
    jobs.add_job(nightly.set, "interval", days=1, start_date=now + dt.timedelta(hours=5))
    jobs.start()
    try:
        hurry = Hurry(jobs)
        hurry.look()
        assert not minutely.wait(0.2)
        file.write_text("86400")
        hurry.look()
        assert minutely.wait(10)
        assert not nightly.is_set()
        minutely.clear()
        file.unlink()  # and back
        hurry.look()
        assert not minutely.wait(0.2)
    finally:
        jobs.shutdown()
