"""Dead letters: what a handler refused too often, tried again by an administrator."""

from typing import Any

from django.db import transaction
from django.db.models import Count, Min

from kernel.errors import StateConflict
from kernel.locks import lock_one
from kernel.outbox.events import SUBSCRIPTIONS
from kernel.outbox.models import DeadLetter, OutboxEvent
from kernel.outbox.tasks import replay


@transaction.atomic
def replay_dead_letter(letter: DeadLetter) -> DeadLetter:
    """Queue it again; StateConflict if that was done already or its handler is no longer part of the product."""
    letter = lock_one(DeadLetter.objects.all(), pk=letter.pk)
    if letter.replayed_at is not None or letter.handler not in SUBSCRIPTIONS:
        raise StateConflict(current="replayed" if letter.replayed_at else "handler_gone", target="replayed")
    replay(letter)
    return letter


def outbox_state() -> dict[str, Any]:
    """How much waits: not yet queued, queued and not yet handled, dead."""
    waiting = OutboxEvent.objects.filter(published_at=None).aggregate(
        count=Count("pk"), oldest=Min("created_at")
    )
    pending = OutboxEvent.objects.filter(pending__gt=0).aggregate(count=Count("pk"), oldest=Min("created_at"))
    return {
        "waiting": waiting["count"], "oldest_waiting_at": waiting["oldest"],
        "pending": pending["count"], "oldest_pending_at": pending["oldest"],
        "dead": DeadLetter.objects.filter(replayed_at=None).count(),
    }  # fmt: skip
