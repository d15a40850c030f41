"""Reading messages: the inbox of an account, counters for administrators."""

from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from apps.messaging.models import Message
from apps.messaging.states import MessageState


def inbox_of(account_id: UUID) -> QuerySet[Message]:
    """Everything the account was told."""
    return Message.objects.select_related("hospital", "patient").filter(account_id=account_id)


def counters(messages: QuerySet[Any]) -> dict[str, int]:
    """How many of `messages` are in each state."""
    found = dict(messages.order_by().values_list("state").annotate(count=Count("pk")))
    return {state.value: found.get(state.value, 0) for state in MessageState}
