"""Pushes of payments and refunds, and how they may misbehave.

A push fault is `{kind, times?, match?, delay_ms?}`: `times` null is until removed, `match` a pattern over "trade" or
"refund". Kinds: lose (never sent), duplicate (sent twice at once), delay (sent later, so that it may be overtaken),
wrong_amount, bad_signature, stale (an old time stamp, rightly signed), probe (the provider's own signature test).
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

from sandbox.notifier import TIMEOUT, Notifier, Push
from sandbox.wire import BadRequest

KINDS = ("lose", "duplicate", "delay", "wrong_amount", "bad_signature", "stale", "probe")

#: Makes headers and body of one attempt; the argument is the fault kind that changes it ("" for none).
Make = Callable[[str], tuple[Mapping[str, str], bytes]]


@dataclass(slots=True)
class PushFault:
    kind: str
    times: int | None = None
    match: str = "*"
    delay_ms: int = 0


class Pushes:
    """`retries`: the provider's documented schedule in seconds; `speed` divides it. `timeout`: how long it waits."""

    def __init__(
        self,
        name: str,
        retries: Sequence[float],
        accepted: Callable[[int, bytes], bool],
        timeout: float = TIMEOUT,
    ) -> None:
        self.notifier = Notifier(name, timeout)
        self._retries, self._accepted = retries, accepted
        self._faults: list[PushFault] = []
        self._lock = threading.Lock()

    def reset(self) -> None:
        with self._lock:
            self._faults = []
        self.notifier.reset()

    def faults(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def put(self, rules: list[dict[str, Any]]) -> None:
        """Exactly these faults from now on."""
        try:
            faults = [PushFault(**rule) for rule in rules]
        except TypeError as error:
            raise BadRequest(f"fault: {error}") from error
        if unknown := [fault.kind for fault in faults if fault.kind not in KINDS]:
            raise BadRequest(f"fault kind {unknown[0]}: one of {', '.join(KINDS)}")
        with self._lock:
            self._faults = faults

    def send(self, kind: str, url: str, make: Make, *, data: Any, speed: float, delay: float = 0) -> None:
        """Push `kind` ("trade" or "refund") to `url`; `delay` in seconds before the first attempt."""
        if not url:
            return
        fault = self._take(kind)
        if fault is not None and fault.kind == "lose":
            return
        changed = fault.kind if fault and fault.kind not in ("duplicate", "delay") else ""
        push = Push(kind, url, lambda: make(changed), self._accepted, data)
        retries = [seconds / speed for seconds in self._retries]
        if fault is not None and fault.kind == "delay":
            delay += fault.delay_ms / 1000
        self.notifier.send(push, delay=delay, retries=retries)
        if fault is not None and fault.kind == "duplicate":
            self.notifier.send(push, delay=delay)

    def _take(self, kind: str) -> PushFault | None:
        with self._lock:
            for fault in self._faults:
                if fault.times != 0 and fnmatchcase(kind, fault.match):
                    if fault.times is not None:
                        fault.times -= 1
                    return fault
        return None
