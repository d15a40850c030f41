"""The one actor through which every event reaches its handler."""

from typing import Any
from uuid import UUID

import dramatiq
import orjson
import structlog
from django.db import connection, transaction
from dramatiq_crontab import cron

from kernel import clock, ids
from kernel.idempotency import store
from kernel.outbox import relay
from kernel.outbox.events import (
    SUBSCRIPTIONS,
    EventDied,
    EventRevived,
    OfDeadLetter,
    Subscription,
    publish,
    rebuild,
)
from kernel.outbox.models import DeadLetter, InboxEntry, OutboxEvent
from kernel.prepared import Prepared, types_of

log = structlog.get_logger(__name__)

MAX_RETRIES = 8
QUEUES = ("urgent", "default", "bulk")


class HandlerMissing(LookupError):
    """The handler of a queued event was taken out of the product."""


for _queue in QUEUES:  # so that every worker listens to all of them
    dramatiq.get_broker().declare_queue(_queue)


def enqueue(event_id: UUID, subscription: Subscription) -> None:
    """Put one (event, handler) pair on the handler's queue."""
    message = handle_event.message(str(event_id), subscription.name).copy(queue_name=subscription.queue)
    handle_event.broker.enqueue(message)


#: The event, and its inbox entry for the handler, unless another delivery was first.
_CLAIM = Prepared(
    "outbox_claim",
    """
    WITH event AS (
      SELECT id, payload, request_id FROM kernel_outboxevent WHERE id = %(event_id)s
    ), claimed AS (
      INSERT INTO kernel_inboxentry (id, event_id, handler, handled_at)
        SELECT %(id)s, event.id, %(handler)s, %(handled_at)s FROM event
        ON CONFLICT (event_id, handler) DO NOTHING RETURNING id
    )
    SELECT event.payload::text, event.request_id, EXISTS (SELECT FROM claimed) FROM event
    """,
    types_of(InboxEntry, ("id", "event_id", "handler", "handled_at")),
    writes=True,
    by_key=True,
)


@dramatiq.actor(
    max_retries=MAX_RETRIES, min_backoff=1_000, max_backoff=300_000, on_retry_exhausted="bury_event"
)
def handle_event(event_id: str, handler: str) -> None:
    """Run one handler on one event, once: the inbox entry commits together with what the handler wrote.

    A handler that nobody has is tried like any other: during an update a newer worker may have it.
    """
    subscription = SUBSCRIPTIONS.get(handler)
    if subscription is None:
        raise HandlerMissing(f"no handler is named {handler!r}")
    if subscription.long:
        _handle_long(UUID(event_id), subscription)
        return
    with (
        structlog.contextvars.bound_contextvars(request_id="", event_id=event_id),
        transaction.atomic(),
    ):
        found = claim(UUID(event_id), handler)
        if found is None:
            log.warning("event_is_gone", handler=handler)
            return
        payload, request_id, ours = found
        if not ours:
            return
        structlog.contextvars.bind_contextvars(request_id=request_id)
        subscription.handler(rebuild(subscription.event, payload))
        relay.settle(UUID(event_id))


def _handle_long(event_id: UUID, subscription: Subscription) -> None:
    """The inbox entry is written once the handler is done: another delivery may run it, too, and changes nothing."""
    event = OutboxEvent.objects.filter(pk=event_id).first()
    handled = InboxEntry.objects.filter(event_id=event_id, handler=subscription.name)
    if event is None or handled.exists():
        return
    with structlog.contextvars.bound_contextvars(request_id=event.request_id, event_id=str(event_id)):
        subscription.handler(rebuild(subscription.event, event.payload))
        with transaction.atomic():
            found = claim(event_id, subscription.name)
            if found is not None and found[2]:
                relay.settle(event_id)


def claim(event_id: UUID, handler: str) -> tuple[dict[str, Any], str, bool] | None:
    """Payload and request id of the event, and whether the handler has it now; False if another delivery was first."""
    values = {"id": ids.uuid7(), "event_id": event_id, "handler": handler, "handled_at": clock.now()}
    with connection.cursor() as cursor:
        _CLAIM.execute(cursor, values)
        row = cursor.fetchone()
    return (orjson.loads(row[0]), row[1], row[2]) if row else None


@dramatiq.actor(queue_name="default", max_retries=20)
def bury_event(message: dict[str, Any], details: dict[str, Any]) -> None:
    """Keep what a handler refused too often, for an administrator to see and replay."""
    event_id, handler = message["args"]
    bury(event_id, handler, str(message["options"].get("traceback") or details))


def bury(event_id: UUID, handler: str, error: str) -> None:
    """Make it a dead letter, which tells those who have to see to it."""
    with transaction.atomic():
        letter, _ = DeadLetter.objects.update_or_create(
            event_id=event_id,
            handler=handler,
            defaults={"error": error[-4000:], "created_at": clock.now(), "replayed_at": None},
        )
        _tell(EventDied, letter)
    log.error("event_dead_lettered", event_id=str(event_id), handler=handler)


def _tell(kind: type[OfDeadLetter], letter: DeadLetter) -> None:
    """Of every event but those about dead letters: what tells of them must not tell of itself for ever."""
    event = letter.event
    if not event.topic.startswith("kernel."):
        publish(kind(event.hospital_id, letter.pk, letter.handler, event.topic))


def replay(letter: DeadLetter) -> None:
    """Try a dead letter again. Should the queue be down, the sweep queues it later."""
    letter.replayed_at = clock.now()
    letter.save(update_fields=["replayed_at"])
    _tell(EventRevived, letter)
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
