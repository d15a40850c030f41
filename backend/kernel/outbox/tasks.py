"""The one actor through which every event reaches its handler."""

from typing import Any
from uuid import UUID

import dramatiq
import structlog
from django.db import transaction
from dramatiq_crontab import cron

from kernel import clock
from kernel.idempotency import store
from kernel.outbox import relay
from kernel.outbox.events import SUBSCRIPTIONS, Subscription, rebuild
from kernel.outbox.models import DeadLetter, InboxEntry, OutboxEvent

log = structlog.get_logger(__name__)

MAX_RETRIES = 8
QUEUES = ("urgent", "default", "bulk")

for _queue in QUEUES:  # so that every worker listens to all of them
    dramatiq.get_broker().declare_queue(_queue)


def enqueue(event_id: UUID, subscription: Subscription) -> None:
    """Put one (event, handler) pair on the handler's queue."""
    message = handle_event.message(str(event_id), subscription.name).copy(queue_name=subscription.queue)
    handle_event.broker.enqueue(message)


@dramatiq.actor(
    max_retries=MAX_RETRIES, min_backoff=1_000, max_backoff=300_000, on_retry_exhausted="bury_event"
)
def handle_event(event_id: str, handler: str) -> None:
    """Run one handler on one event, once: the inbox entry commits together with what the handler wrote."""
    subscription = SUBSCRIPTIONS.get(handler)
    event = OutboxEvent.objects.filter(pk=event_id).first()
    if subscription is None or event is None:
        log.warning("event_without_handler", event_id=event_id, handler=handler)
        return
    with (
        structlog.contextvars.bound_contextvars(request_id=event.request_id, event_id=event_id),
        transaction.atomic(),
    ):
        if not claim(event.id, handler):
            return
        subscription.handler(rebuild(subscription.event, event.payload))
        relay.settle(event.id)


def claim(event_id: UUID, handler: str) -> bool:
    """Write the inbox entry; False if another delivery was first."""
    entry = InboxEntry(event_id=event_id, handler=handler)
    InboxEntry.objects.bulk_create([entry], ignore_conflicts=True)
    return InboxEntry.objects.filter(pk=entry.pk).exists()


@dramatiq.actor(queue_name="default", max_retries=20)
def bury_event(message: dict[str, Any], details: dict[str, Any]) -> None:
    """Keep what a handler refused too often, for an administrator to see and replay."""
    event_id, handler = message["args"]
    error = str(message["options"].get("traceback") or details)
    DeadLetter.objects.update_or_create(
        event_id=event_id,
        handler=handler,
        defaults={"error": error[-4000:], "created_at": clock.now(), "replayed_at": None},
    )
    log.error("event_dead_lettered", event_id=event_id, handler=handler)


def replay(letter: DeadLetter) -> None:
    """Try a dead letter again. Should the queue be down, the sweep queues it later."""
    letter.replayed_at = clock.now()
    letter.save(update_fields=["replayed_at"])
    transaction.on_commit(lambda: enqueue(letter.event_id, SUBSCRIPTIONS[letter.handler]), robust=True)


@cron("* * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def sweep_outbox() -> None:
    """Every minute: queue again what a queue has lost."""
    relay.republish_lost()


@cron("17 3 * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def purge_kernel_tables() -> None:
    """Every night: forget handled events and old idempotency keys."""
    relay.purge()
    store.purge()
