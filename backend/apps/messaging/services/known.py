"""What a worker knows about its calls when the database is away: written down, handed on, recorded later."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from apps.messaging.channels.base import ChannelError, SendResult, TemporaryChannelError
from apps.messaging.models import AttemptOutcome, DeliveryAttempt, Message
from apps.messaging.services.outcomes import mark_sent, unanswered
from apps.messaging.states import MessageState
from kernel import clock
from kernel.locks import lock_rows

#: Attempts that nobody has finished, or that the sweeper gave up for lack of news.
UNFINISHED = (AttemptOutcome.OPEN, AttemptOutcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Known:
    """How the calls of these attempts ended. An attempt may not be on record: its claim was rolled back then."""

    attempt_ids: tuple[str, ...]
    ending: Literal["accepted", "not_sent", "unknown"]
    provider_id: str = ""
    code: str = ""
    detail: str = ""


def known(attempt_ids: Sequence[UUID], answer: SendResult | ChannelError | None) -> Known:
    """None: the provider was not called. A refusal counts as not sent: the next try is refused again."""
    keys = tuple(str(key) for key in attempt_ids)
    if isinstance(answer, SendResult):
        return Known(keys, "accepted", provider_id=answer.provider_id[:64])
    if answer is None:
        return Known(keys, "not_sent", code="database_away")
    unclear = isinstance(answer, TemporaryChannelError) and answer.outcome_unknown
    return Known(
        keys, "unknown" if unclear else "not_sent", code=answer.code[:64], detail=answer.detail[:200]
    )


@transaction.atomic
def record(news: Known) -> list[UUID]:
    """Record it, once; returns the messages. What was found out otherwise meanwhile stays."""
    attempts = DeliveryAttempt.objects.filter(pk__in=news.attempt_ids, outcome__in=UNFINISHED)
    messages = lock_rows(Message.objects.filter(attempts__in=attempts))
    if news.ending == "accepted":
        _finish(attempts, AttemptOutcome.ACCEPTED, provider_id=news.provider_id)
        mark_sent(messages)
    elif news.ending == "unknown":
        held = [m for m in messages if m.state == MessageState.SENDING and _is_latest(m, news)]
        unanswered(held, news.code, news.detail)
    else:
        held = [m for m in messages if m.state in _WAITING and _is_latest(m, news)]
        _finish(attempts, AttemptOutcome.TEMPORARY, error_code=news.code, error_detail=news.detail)
        for message in held:
            _give_back(message)
    return [message.pk for message in messages]


_WAITING = (MessageState.SENDING, MessageState.QUEUED)


def _is_latest(message: Message, news: Known) -> bool:
    latest = message.attempts.order_by("-pk").values_list("pk", flat=True).first()
    return str(latest) in news.attempt_ids


def _finish(attempts: QuerySet[DeliveryAttempt], outcome: AttemptOutcome, **values: str) -> None:
    attempts.update(outcome=outcome, finished_at=clock.now(), **values)


def _give_back(message: Message) -> None:
    """To be sent now, as if it had not been taken: the outage is none of its tries."""
    unclear = message.attempts.filter(outcome=AttemptOutcome.UNKNOWN, channel=message.channel).exists()
    Message.objects.filter(pk=message.pk).update(
        state=MessageState.QUEUED, due_at=clock.now(), updated_at=clock.now(),
        tries=max(message.tries - 1, 0), maybe_sent=unclear,
    )  # fmt: skip
