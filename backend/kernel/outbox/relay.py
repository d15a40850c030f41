"""Moves committed events to the queues. Any number of relays may run; each takes rows the others have not locked."""

import datetime as dt
from collections.abc import Collection, Iterable
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import F

from kernel import clock
from kernel.outbox.events import Kind, Subscription, Wanted, asked_first, subscriptions_of
from kernel.outbox.models import DeadLetter, InboxEntry, OutboxEvent
from kernel.prepared import Prepared, types_of

log = structlog.get_logger(__name__)

#: Longer than all retries of a handler together: what is only being retried is not lost.
LOST_AFTER = dt.timedelta(minutes=5)
KEEP = dt.timedelta(days=7)
#: Stands for handlers whose names went with the queue.
UNKNOWN = "kernel.handler_is_gone"


def drain(batch: int = 500) -> int:
    """Publish up to `batch` waiting events; returns how many. If the queue is down nothing is marked and it raises."""
    from kernel.outbox.tasks import enqueue  # the broker is configured late

    with transaction.atomic():
        waiting = OutboxEvent.objects.select_for_update(skip_locked=True).filter(published_at=None)
        rows = list(waiting.order_by("id").values_list("id", "topic", "hospital_id")[:batch])
        asked = _asked((topic, hospital_id) for _, topic, hospital_id in rows)
        by_number: dict[int, list[UUID]] = {}
        for event_id, topic, hospital_id in rows:
            handlers = subscriptions_of(topic) + asked.get((topic, hospital_id), [])
            for subscription in handlers:
                enqueue(event_id, subscription)
            by_number.setdefault(len(handlers), []).append(event_id)
        for number, keys in by_number.items():
            # Added, not set: a drain that failed after queueing may have been handled, and counted, already.
            OutboxEvent.objects.filter(pk__in=keys).update(
                pending=F("pending") + number, published_at=clock.now()
            )
    return len(rows)


def _asked(kinds: Iterable[Kind]) -> dict[Kind, list[Subscription]]:
    """The handlers that want events of these kinds, of those that are asked first.

    They are asked after the events were read: whoever wanted an event before it was committed is seen.
    """
    of_wanted: dict[Wanted, dict[Kind, Subscription]] = {}
    for kind in set(kinds):
        found = asked_first(kind[0])
        if found is not None and found.wanted is not None:
            of_wanted.setdefault(found.wanted, {})[kind] = found
    return {kind: [askers[kind]] for wanted, askers in of_wanted.items() for kind in _ask(wanted, askers)}


def _ask(wanted: Wanted, kinds: Collection[Kind]) -> Collection[Kind]:
    """One handler's trouble holds up nobody: it gets all of them then, and decides when it handles them."""
    try:
        with transaction.atomic():
            return wanted(list(kinds))
    except Exception:
        log.exception("handler_could_not_be_asked")
        return list(kinds)


def republish_lost(limit: int = 500) -> int:
    """Queue again what was published but not handled in LOST_AFTER (a queue that lost its memory); returns how many.

    What none of today's handlers waits for was for one that is gone: it is a dead letter, of UNKNOWN.
    """
    from kernel.outbox.tasks import bury, enqueue

    count = 0
    stale = OutboxEvent.objects.filter(pending__gt=0, published_at__lt=clock.now() - LOST_AFTER)
    for row in stale.order_by("published_at")[:limit]:
        handled = set(InboxEntry.objects.filter(event_id=row.id).values_list("handler", flat=True))
        dead = set(DeadLetter.objects.filter(event=row, replayed_at=None).values_list("handler", flat=True))
        lost = [each for each in subscriptions_of(row.topic) if each.name not in handled | dead]
        asking = asked_first(row.topic)
        # It counts among `pending` only where it wanted the event: then more are missing than all the others.
        if asking and asking.name not in handled | dead and row.pending - len(dead) > len(lost):
            lost.append(asking)
        for subscription in lost:
            enqueue(row.id, subscription)
        count += len(lost)
        if not lost and row.pending > len(dead) and UNKNOWN not in dead:
            bury(row.id, UNKNOWN, f"{row.pending - len(dead)} of its handlers are in the product no more")
        OutboxEvent.objects.filter(pk=row.pk).update(published_at=clock.now())
    return count


def purge() -> int:
    """Delete events (and inbox entries) that everybody has handled, after KEEP; dead letters stay."""
    edge = clock.now() - KEEP
    handled = OutboxEvent.objects.filter(created_at__lt=edge, published_at__lt=edge, pending__lte=0)
    count, _ = handled.exclude(deadletter__replayed_at=None, deadletter__isnull=False).delete()
    InboxEntry.objects.filter(handled_at__lt=edge - KEEP).delete()
    return count


_SETTLE = Prepared(
    "outbox_settle",
    "UPDATE kernel_outboxevent SET pending = pending - 1 WHERE id = %(id)s",
    types_of(OutboxEvent, ("id",)),
    writes=True,
    by_key=True,
)


def settle(event_id: UUID) -> None:
    """One handler has finished with the event."""
    with connection.cursor() as cursor:
        _SETTLE.execute(cursor, {"id": event_id})
