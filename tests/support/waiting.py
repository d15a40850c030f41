"""The one place where tests wait: for a condition, never for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

Found = TypeVar("Found")


def wait_until(
    condition: Callable[[], Found],
    seconds: float = 20,
    otherwise: str | Callable[[], object] = "waited in vain",
    *,
    pause: float = 0.02,
) -> Found:
    """Ask again after each `pause` until the answer is true, and give it; fails with `otherwise` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, otherwise if isinstance(otherwise, str) else otherwise()
        time.sleep(pause)
    return found


def waits_for_a_lock(pid: int) -> bool:
    """Whether the PostgreSQL process stands before a lock; true at the moment of the question in a transaction, too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE pid = %s AND NOT granted", [pid])
        return bool(cursor.fetchone()[0])


def dawdle(seconds: float) -> None:
    """What a stand-in does that is slow on purpose; no test waits for it by this."""
    time.sleep(seconds)
