"""Policies of the kernel's own tables."""

from apps.access.policies.base import Policy, hide, policy_for
from kernel.models import DailySequence, DeadLetter, IdempotencyRecord, InboxEntry, OutboxEvent

hide(DailySequence, IdempotencyRecord, InboxEntry, OutboxEvent)


@policy_for(DeadLetter)
class DeadLetterPolicy(Policy):
    """By the hospital of the event; events of no hospital are seen only by a scope of everything."""

    hospital = "event__hospital_id"
