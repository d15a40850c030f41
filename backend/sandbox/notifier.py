"""Pushes to the customer's URL, again after given delays until they are accepted. Each provider says how and what.

Starts its threads with the first push; bounded: beyond QUEUE_KEPT waiting pushes new ones are dropped.
"""

import heapq
import itertools
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

TIMEOUT = 5
WORKERS = 4
LOG_KEPT = 5_000
QUEUE_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Push:
    """One push. `make` signs it anew for every attempt: headers and body; `accepted` reads the answer.

    `data` is what the log shows.
    """

    kind: str
    url: str
    make: Callable[[], tuple[Mapping[str, str], bytes]]
    accepted: Callable[[int, bytes], bool]
    data: Any = None


@dataclass(order=True, slots=True)
class _Job:
    due: float
    number: int
    push: Push = field(compare=False)
    retries: tuple[float, ...] = field(compare=False)
    attempt: int = field(compare=False, default=1)


class Notifier:
    def __init__(self, name: str, timeout: float = TIMEOUT) -> None:
        self._name, self._timeout = name, timeout
        self._jobs: list[_Job] = []
        self._numbers = itertools.count(1)
        self._wake = threading.Condition()
        self._pool: ThreadPoolExecutor | None = None
        self._log: deque[dict[str, Any]] = deque(maxlen=LOG_KEPT)
        self._generation = 0

    def send(self, push: Push, *, delay: float = 0, retries: Sequence[float] = ()) -> None:
        """`delay` and `retries` in seconds."""
        job = _Job(time.monotonic() + delay, next(self._numbers), push, tuple(retries))
        with self._wake:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix=f"{self._name}-push")
                threading.Thread(target=self._run, name=f"{self._name}-push-timer", daemon=True).start()
            self._add(job)

    def log(self) -> list[dict[str, Any]]:
        """Attempts, newest first: kind, url, attempt, status (0 if none), ok, data."""
        with self._wake:
            return list(self._log)

    def waiting(self) -> int:
        """Pushes and retries that are still to come."""
        with self._wake:
            return len(self._jobs)

    def reset(self) -> None:
        """Forgets waiting pushes, also the retries of those under way."""
        with self._wake:
            self._generation += 1
            self._jobs.clear()
            self._log.clear()

    def close(self) -> None:
        self.reset()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _add(self, job: _Job) -> None:
        if len(self._jobs) < QUEUE_KEPT:
            heapq.heappush(self._jobs, job)
            self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._jobs or self._jobs[0].due > time.monotonic():
                    self._wake.wait(self._jobs[0].due - time.monotonic() if self._jobs else None)
                job, generation, pool = heapq.heappop(self._jobs), self._generation, self._pool
            if pool is not None:
                pool.submit(self._attempt, job, generation)

    def _attempt(self, job: _Job, generation: int) -> None:
        push = job.push
        headers, body = push.make()
        status, answer = _post(push.url, headers, body, self._timeout)
        ok = bool(status) and push.accepted(status, answer)
        entry = {"kind": push.kind, "url": push.url, "attempt": job.attempt, "status": status, "ok": ok}
        with self._wake:
            if generation != self._generation:
                return
            self._log.appendleft({**entry, "data": push.data})
            if not ok and job.attempt <= len(job.retries):
                job.due = time.monotonic() + job.retries[job.attempt - 1]
                job.attempt += 1
                self._add(job)


def _post(url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> tuple[int, bytes]:
    # The address is the operator's own setting.
    request = urllib.request.Request(url, data=body, headers=dict(headers), method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:  # noqa: S310
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except (OSError, ValueError):
        return 0, b""
