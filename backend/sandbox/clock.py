"""The stand-ins' clock: real time plus an offset that tests advance instead of waiting."""

import threading
import time
from datetime import datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))


class Clock:
    def __init__(self) -> None:
        self._offset = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        """Seconds since the epoch, offset included."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> float:
        with self._lock:
            self._offset += seconds
        return self.now()

    def reset(self) -> None:
        with self._lock:
            self._offset = 0.0

    def shanghai(self, at: float | None = None) -> datetime:
        return datetime.fromtimestamp(self.now() if at is None else at, SHANGHAI)
