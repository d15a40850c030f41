"""Pushes delivery reports and replies to the customer's URL, again after 1, 5 and 10 minutes if that fails.

A push has succeeded when the answer is HTTP 200 and a JSON object whose `code` is a number.
"""

import heapq
import itertools
import json
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

TIMEOUT = 5
WORKERS = 4
LOG_KEPT = 5_000
QUEUE_KEPT = 100_000


@dataclass(order=True, slots=True)
class _Job:
    due: float
    number: int
    kind: str = field(compare=False)
    url: str = field(compare=False)
    body: bytes = field(compare=False)
    retries: tuple[float, ...] = field(compare=False)
    attempt: int = field(compare=False, default=1)


class Pusher:
    """Starts its threads with the first push; bounded: beyond QUEUE_KEPT waiting pushes new ones are dropped."""

    def __init__(self) -> None:
        self._jobs: list[_Job] = []
        self._numbers = itertools.count(1)
        self._wake = threading.Condition()
        self._pool: ThreadPoolExecutor | None = None
        self._log: deque[dict[str, Any]] = deque(maxlen=LOG_KEPT)
        self._generation = 0

    def push(
        self, kind: str, url: str, data: list[dict[str, Any]], delay: float, retries: Sequence[float]
    ) -> None:
        """`delay` and `retries` in seconds."""
        body = json.dumps(data, ensure_ascii=False).encode()
        job = _Job(time.monotonic() + delay, next(self._numbers), kind, url, body, tuple(retries))
        with self._wake:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="sms-push")
                threading.Thread(target=self._run, name="sms-push-timer", daemon=True).start()
            self._add(job)

    def log(self) -> list[dict[str, Any]]:
        """Attempts, newest first: kind, url, attempt, status (0 if none), ok, data."""
        with self._wake:
            return list(self._log)

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
        status, ok = _post(job.url, job.body)
        entry = {"kind": job.kind, "url": job.url, "attempt": job.attempt, "status": status, "ok": ok}
        with self._wake:
            if generation != self._generation:
                return
            self._log.appendleft({**entry, "data": json.loads(job.body)})
            if not ok and job.attempt <= len(job.retries):
                job.due = time.monotonic() + job.retries[job.attempt - 1]
                job.attempt += 1
                self._add(job)


def _post(url: str, body: bytes) -> tuple[int, bool]:
    headers = {"Content-Type": "application/json;charset=utf-8"}
    # The address is the operator's own setting.
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310
            answer = json.loads(response.read())
            accepted = isinstance(answer, dict) and isinstance(answer.get("code"), int | float)
            return response.status, response.status == 200 and accepted
    except urllib.error.HTTPError as error:
        error.close()
        return error.code, False
    except (OSError, ValueError):
        return 0, False
