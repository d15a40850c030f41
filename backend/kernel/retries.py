"""Tries of a task. An outage of PostgreSQL or Redis is none of them: the task comes back soon, until it is over."""

import random
import time
from typing import Any

import dramatiq
import structlog
from dramatiq.middleware import Retries

from kernel.outages import STORE_ERRORS, is_outage

FIRST_MS, MAX_MS = 250, 4_000
log = structlog.get_logger(__name__)


class PatientRetries(Retries):
    """Dramatiq's retries, without counting outages. What never retries (periodic tasks) does not start to."""

    def after_process_message(
        self,
        broker: dramatiq.Broker,
        message: Any,
        *,
        result: Any = None,
        exception: BaseException | None = None,
    ) -> None:
        if exception is None or not is_outage(exception) or self._never(broker, message):
            super().after_process_message(broker, message, result=result, exception=exception)
            return
        seen = message.options["outages"] = message.options.get("outages", 0) + 1
        delay = min(FIRST_MS << min(seen, 10), MAX_MS)
        log.warning("task_waits_for_a_data_store", task=message.actor_name, error=type(exception).__name__)
        _enqueue(broker, message, random.randint(delay // 2, delay))  # noqa: S311 - no secret

    def _never(self, broker: dramatiq.Broker, message: Any) -> bool:
        options = broker.get_actor(message.actor_name).options
        return bool(message.options.get("max_retries", options.get("max_retries", self.max_retries)) == 0)


def _enqueue(broker: dramatiq.Broker, message: Any, delay: int) -> None:
    """Put it back, however long Redis takes to return: what is acknowledged before would be lost."""
    while True:
        try:
            broker.enqueue(message, delay=delay)
            return
        except STORE_ERRORS:
            time.sleep(delay / 1000)
