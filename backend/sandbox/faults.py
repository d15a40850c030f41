"""Faults a test or a demo injects into a provider: slow, failing, closing, refusing, or silent after the work."""

import threading
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

from sandbox.wire import BadRequest

KINDS = ("delay", "http_error", "close", "code", "silent_after_work")


@dataclass(slots=True)
class Fault:
    """One rule. `times` counts down, None means until removed; `operation` is a pattern over operation names.

    delay              wait `delay_ms`, then go on (adds up with the other kinds)
    http_error         answer HTTP `status` without doing the work
    close              close the connection without an answer and without doing the work
    code               answer the provider's own error `code` without doing the work
    silent_after_work  do the work, wait `delay_ms`, close the connection without an answer
    """

    kind: str
    times: int | None = None
    operation: str = "*"
    delay_ms: int = 0
    status: int = 500
    code: str = ""


@dataclass(slots=True)
class Plan:
    """What happens to one request."""

    delay_ms: int = 0
    fault: Fault | None = None


class Faults:
    def __init__(self) -> None:
        self._rules: dict[str, list[Fault]] = {}
        self._lock = threading.Lock()
        #: Raised by each reset: a request that waited over one belongs to a world that is gone.
        self.resets = 0

    def put(self, provider: str, rules: list[dict[str, Any]]) -> None:
        """Replaces the provider's rules."""
        faults = [_parse(rule) for rule in rules]
        with self._lock:
            self._rules[provider] = faults

    def list(self, provider: str) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._rules.get(provider, [])]

    def clear(self, provider: str | None = None) -> None:
        with self._lock:
            if provider is None:
                self._rules.clear()
                self.resets += 1
            else:
                self._rules.pop(provider, None)

    def plan(self, provider: str, operation: str) -> Plan:
        """Uses up one turn of every delay that matches and of the first other rule that matches."""
        plan = Plan()
        with self._lock:
            for fault in self._rules.get(provider, []):
                if fault.times == 0 or not fnmatchcase(operation, fault.operation):
                    continue
                if fault.kind == "delay":
                    plan.delay_ms += fault.delay_ms
                elif plan.fault is None:
                    plan.fault = fault
                else:
                    continue
                if fault.times is not None:
                    fault.times -= 1
        return plan


def _parse(rule: dict[str, Any]) -> Fault:
    try:
        fault = Fault(**rule)
    except TypeError as error:
        raise BadRequest(f"fault: {error}") from error
    if fault.kind not in KINDS:
        raise BadRequest(f"fault kind: one of {', '.join(KINDS)}")
    if fault.kind == "code" and not fault.code:
        raise BadRequest("a fault of kind code needs the provider's code")
    fault.code = str(fault.code)
    return fault
