"""What the HIS has been told to refuse, for one operation and one order, refund, bill or patient number."""

import threading
from typing import Any

from sandbox.his.errors import HisFailure
from sandbox.wire import BadRequest

LIMIT = 1_000
OPERATIONS = ("payments.post", "payments.withdraw", "bills.refundable", "refunds.post", "patients.bills")


class Refusals:
    def __init__(self) -> None:
        self._rules: dict[tuple[str, str], tuple[str, str]] = {}
        self._lock = threading.Lock()

    def add(self, operation: str, number: str, code: str, message: str) -> None:
        """`operation` on `number` answers `code` until removed; BadRequest when it is no operation or one too many."""
        if operation not in OPERATIONS:
            raise BadRequest(f"operation: one of {', '.join(OPERATIONS)}")
        with self._lock:
            if len(self._rules) >= LIMIT:
                raise BadRequest(f"no more than {LIMIT} refusals", 409)
            self._rules[operation, number] = (code, message)

    def list(self) -> list[dict[str, Any]]:
        with self._lock:
            return [
                {"operation": operation, "number": number, "code": code, "message": message}
                for (operation, number), (code, message) in self._rules.items()
            ]

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def check(self, operation: str, *numbers: str) -> None:
        """HisFailure if one of the numbers is refused."""
        with self._lock:
            found = next((rule for n in numbers if (rule := self._rules.get((operation, n)))), None)
        if found:
            raise HisFailure(*found)
