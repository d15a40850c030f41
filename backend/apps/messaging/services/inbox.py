"""The mini-program's inbox."""

from uuid import UUID

from apps.messaging.models import Message
from apps.messaging.selectors.messages import inbox_of
from kernel import clock
from kernel.errors import NotFound


def mark_read(account_id: UUID, message_id: UUID) -> Message:
    """The account's user has read the message; again changes nothing. NotFound for somebody else's."""
    message = inbox_of(account_id).filter(pk=message_id).first()
    if message is None:
        raise NotFound
    if Message.objects.filter(pk=message_id, read_at=None).update(read_at=clock.now()):
        message.refresh_from_db(fields=["read_at"])
    return message
