"""Work that a stand-in does later by the sandbox's clock: refunds that need their time."""

import heapq
import itertools
import threading
from collections.abc import Callable

from sandbox.clock import Clock

KEPT = 100_000
#: How soon a clock that was advanced is noticed, in seconds.
GLANCE = 0.1


class Later:
    """One thread, started by the first job. Beyond KEPT waiting jobs new ones are dropped."""

    def __init__(self, name: str, clock: Clock) -> None:
        self._name, self._clock = name, clock
        self._jobs: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def at(self, moment: float, job: Callable[[], object]) -> None:
        """Run `job` once the sandbox's clock shows `moment` (epoch seconds)."""
        with self._wake:
            if self._closed or len(self._jobs) >= KEPT:
                return
            heapq.heappush(self._jobs, (moment, next(self._numbers), job))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._wake.notify()

    def reset(self) -> None:
        """Forgets what was to be done."""
        with self._wake:
            self._jobs.clear()

    def close(self) -> None:
        """Ends the thread."""
        with self._wake:
            self._closed = True
            self._jobs.clear()
            self._wake.notify()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            job()

    def _next(self) -> Callable[[], object] | None:
        with self._wake:
            while not self._closed:
                left = self._jobs[0][0] - self._clock.now() if self._jobs else None
                if left is not None and left <= 0:
                    return heapq.heappop(self._jobs)[2]
                self._wake.wait(None if left is None else min(left, GLANCE))
            return None
