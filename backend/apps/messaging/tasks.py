"""Actors of messaging: ids in, a service called, what waits queued again."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import dramatiq
from dramatiq_crontab import cron

from apps.messaging.services import sending, sweeping

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
    _enqueue_all(sending.send_due([UUID(pk) for pk in message_ids]))


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
