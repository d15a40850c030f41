"""Every message the stand-ins accepted, newest first, for tests and demos to look at."""

import threading
from collections import deque
from collections.abc import Iterator
from itertools import count, islice
from typing import Any

CAPACITY = 50_000
FILTERS = ("provider", "kind", "to", "template", "client_id")


class Inbox:
    """Thread-safe and bounded: the oldest messages fall out after CAPACITY."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._messages: deque[dict[str, Any]] = deque(maxlen=capacity)
        self._ids = count(1)
        self._lock = threading.Lock()

    def add(self, message: dict[str, Any]) -> None:
        with self._lock:
            self._messages.appendleft({"id": next(self._ids), **message})

    def find(self, filters: dict[str, str], limit: int) -> tuple[int, list[dict[str, Any]]]:
        """How many messages match `filters` (names of FILTERS, and `text` as a part), and the newest of them."""
        with self._lock:
            snapshot = list(self._messages)
        matching = list(self._matching(snapshot, filters))
        return len(matching), list(islice(matching, limit))

    def clear(self) -> None:
        with self._lock:
            self._messages.clear()

    @staticmethod
    def _matching(messages: list[dict[str, Any]], filters: dict[str, str]) -> Iterator[dict[str, Any]]:
        exact = {name: value for name, value in filters.items() if name in FILTERS}
        part = filters.get("text", "")
        for message in messages:
            if part in message.get("text", "") and all(message.get(k) == v for k, v in exact.items()):
                yield message
