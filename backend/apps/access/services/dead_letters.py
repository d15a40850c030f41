"""Dead letters: what a handler refused too often, tried again by an administrator."""

from typing import Any

from django.db import transaction
from django.db.models import Count, Min

from apps.access.errors import HandlerGone
from kernel.errors import StateConflict
from kernel.locks import lock_one
from kernel.outbox.events import SUBSCRIPTIONS
from kernel.outbox.models import DeadLetter, OutboxEvent
from kernel.outbox.tasks import replay


@transaction.atomic
def replay_dead_letter(letter: DeadLetter) -> DeadLetter:
    """Queue it again; StateConflict if that was done already, HandlerGone if nobody has the handler's name."""
    letter = lock_one(DeadLetter.objects.all(), pk=letter.pk)
    if letter.replayed_at is not None:
        raise StateConflict(current="replayed", target="replayed")
    if letter.handler not in SUBSCRIPTIONS:
        raise HandlerGone(handler=letter.handler)
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
