"""Messages that nobody looks after any more: their worker died, or a queue lost its memory."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from apps.messaging.models import DeliveryReceipt, Message
from apps.messaging.services.outcomes import unanswered
from apps.messaging.services.sending import Later, still_waiting
from apps.messaging.states import MessageState
from kernel import clock

GRACE = dt.timedelta(seconds=60)
BULK_GRACE = dt.timedelta(minutes=10)
BATCH = 5_000
KEEP_RECEIPTS = dt.timedelta(days=30)


def sweep() -> list[Later]:
    """What must be queued again: messages past their lease, and waiting ones that are long due."""
    return [*still_waiting(release_expired()), *still_waiting(_overdue())]


@transaction.atomic
def release_expired() -> list[UUID]:
    """Give messages back whose worker did not finish in its lease; whether they arrived is unknown."""
    now = clock.now()
    expired = Message.objects.filter(state=MessageState.SENDING, due_at__lt=now).order_by("pk")
    messages = list(expired.select_for_update(skip_locked=True)[:BATCH])
    unanswered(messages, "lease_expired")
    return [m.pk for m in messages]


@transaction.atomic
def _overdue() -> list[UUID]:
    """Waiting messages that should have gone; they are not found again before another GRACE."""
    now = clock.now()
    lost = Q(bulk=False, due_at__lt=now - GRACE) | Q(bulk=True, due_at__lt=now - BULK_GRACE)
    rows = Message.objects.filter(lost, state=MessageState.QUEUED).order_by("due_at")
    found = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
    Message.objects.filter(pk__in=found).update(due_at=now)
    return found


def purge_receipts() -> None:
    """Forget the raw pushes that were processed long ago."""
    edge = clock.now() - KEEP_RECEIPTS
    DeliveryReceipt.objects.filter(received_at__lt=edge, processed_at__isnull=False).delete()
