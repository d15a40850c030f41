"""Trying failed and dead messages again, by an administrator."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from apps.messaging.events import MessageQueued
from apps.messaging.models import Message
from apps.messaging.services.sending import queue_of
from apps.messaging.states import MESSAGE, MessageState
from kernel import clock
from kernel.errors import StateConflict
from kernel.locks import lock_rows
from kernel.outbox.events import publish


@transaction.atomic
def retry_messages(message_ids: Iterable[UUID]) -> int:
    """Queue failed and dead messages again, all channels open; StateConflict and nothing done if one is neither."""
    messages = lock_rows(Message.objects.filter(pk__in=set(message_ids)))
    for message in messages:
        if message.state not in (MessageState.FAILED, MessageState.DEAD):
            raise StateConflict(current=message.state, target=MessageState.QUEUED.value)
        MESSAGE.move(
            message, MessageState.QUEUED, due_at=clock.now(), tries=0, ruled_out=[], channel="",
            maybe_sent=False, holds_consent=False, bulk=False,
        )  # fmt: skip
    publish(*(MessageQueued(m.hospital_id, (m.pk,), queue_of(m)) for m in messages))
    return len(messages)
