import datetime as dt
import signal
import threading
from contextlib import suppress
from importlib import import_module
from typing import Any

import structlog
from apscheduler.events import EVENT_SCHEDULER_STARTED
from apscheduler.schedulers.base import STATE_RUNNING, BaseScheduler
from django.apps import apps
from django.core.management.base import BaseCommand
from dramatiq_crontab import scheduler
from redis.exceptions import LockError, RedisError
from redis.lock import Lock

from kernel import clock
from kernel.redis import client

log = structlog.get_logger(__name__)
LEASE, REFRESH, LOOK = 10.0, 3.0, 0.5
JUMP, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)


class Leadership:
    """Lets the jobs run while this process holds the lock in Redis; outlives a Redis that is away or forgets."""

    def __init__(self, jobs: BaseScheduler, lock: Lock) -> None:
        self.jobs, self.lock = jobs, lock

    def refresh(self) -> bool:
        """Take or keep the lock; whether the jobs run now."""
        leads = self._holds_lock()
        if leads != (self.jobs.state == STATE_RUNNING):
            log.info("scheduler_leads" if leads else "scheduler_stands_by")
            (self.jobs.resume if leads else self.jobs.pause)()
        return leads

    def resign(self) -> None:
        """Let another process lead at once."""
        with suppress(LockError, RedisError):  # it was another's, or it lapses by itself
            self.lock.release()

    def _holds_lock(self) -> bool:
        try:
            if self.lock.local.token is not None:
                return bool(self.lock.extend(LEASE, replace_ttl=True))
        except LockError:
            self.lock.local.token = None
        except RedisError:
            return False
        try:
            return bool(self.lock.acquire(blocking=False))
        except RedisError:
            return False


class Hurry:
    """Lets nobody who moved the product's clock (the demo, tests) wait until the minute is over."""

    def __init__(self, jobs: BaseScheduler) -> None:
        self.jobs, self.ahead = jobs, _ahead()

    def look(self) -> None:
        """If the clock was moved on since the last look, start now what is due within a minute."""
        before, self.ahead = self.ahead, _ahead()
        if self.ahead - before < JUMP:
            return
        now = dt.datetime.now(dt.UTC)
        for job in self.jobs.get_jobs():
            if job.next_run_time is not None and job.next_run_time - now <= MINUTE:
                job.modify(next_run_time=now)


def _ahead() -> dt.timedelta:
    return clock.now() - dt.datetime.now(dt.UTC)


class Command(BaseCommand):
    """Start the periodic tasks at their times until told to stop. Any number may run; one of them acts."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        for app in apps.get_app_configs():
            if app.name.startswith(("apps.", "kernel", "workflows")):
                _load_tasks(app.name)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        lock = client().lock("yihui-scheduler", timeout=LEASE, thread_local=False)
        leadership = Leadership(scheduler, lock)
        scheduler.configure(job_defaults={"misfire_grace_time": 30, "coalesce": True})
        started = threading.Event()
        scheduler.add_listener(lambda _: started.set(), EVENT_SCHEDULER_STARTED)
        threading.Thread(target=scheduler.start, kwargs={"paused": True}, daemon=True).start()
        started.wait()
        hurry = Hurry(scheduler)
        while not stop.is_set():
            leadership.refresh()
            for _ in range(round(REFRESH / LOOK)):
                hurry.look()
                stop.wait(LOOK)
        scheduler.pause()
        leadership.resign()


def _load_tasks(app: str) -> None:
    try:
        import_module(f"{app}.tasks")
    except ModuleNotFoundError as error:
        if error.name != f"{app}.tasks":
            raise
