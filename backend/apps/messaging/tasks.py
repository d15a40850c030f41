"""Actors of messaging: ids in, a service called, what waits queued again."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import dramatiq
from dramatiq_crontab import cron

from apps.messaging.services import sending, sweeping
from apps.messaging.services.known import Known, record

BATCH = 100


def enqueue(later: sending.Later) -> None:
    """Queue messages, to be tried after `later.seconds`."""
    for start in range(0, len(later.message_ids), BATCH):
        part = [str(pk) for pk in later.message_ids[start : start + BATCH]]
        message = send_messages.message(part).copy(queue_name=later.queue)
        send_messages.broker.enqueue(message, delay=later.seconds * 1000 or None)


def _enqueue_all(waiting: Iterable[sending.Later]) -> None:
    for later in waiting:
        enqueue(later)


@dramatiq.actor(queue_name="default", max_retries=3, min_backoff=1_000, time_limit=300_000)
def send_messages(message_ids: Sequence[str]) -> None:
    """Send what is due of these messages."""
    _enqueue_all(sending.send_due([UUID(pk) for pk in message_ids], _hand_on))


def _hand_on(news: Known) -> None:
    record_known.send(**dataclasses.asdict(news))


@dramatiq.actor(queue_name="urgent", max_retries=5, min_backoff=1_000)
def record_known(**news: Any) -> None:
    """Record how calls ended whose worker lost the database; what was not sent then goes now."""
    news["attempt_ids"] = tuple(news["attempt_ids"])
    _enqueue_all(sending.still_waiting(record(Known(**news))))


@cron("* * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def sweep_messages() -> None:
    """Every minute: take up again what a dead worker or a queue without memory has left behind."""
    _enqueue_all(sweeping.sweep())


@cron("27 3 * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def purge_messaging_tables() -> None:
    """Every night: forget old pushes of the providers."""
    sweeping.purge_receipts()
