"""The one place where tests wait: for a condition, never for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

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


def dawdle(seconds: float) -> None:
    """What a stand-in does that is slow on purpose; no test waits for it by this."""
    time.sleep(seconds)
