"""What follows from a provider's answer. Every change is a compare-and-set: a report may have been first."""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from apps.messaging.channels.base import (
    ChannelError,
    NoConsentError,
    PermanentChannelError,
    SendResult,
    TemporaryChannelError,
)
from apps.messaging.models import AttemptOutcome, Channel, DeliveryAttempt, Message
from apps.messaging.services import consents
from apps.messaging.services.claims import Claim
from apps.messaging.services.routing import PROVIDERS, Router
from apps.messaging.states import MESSAGE, MessageState
from kernel import clock

URGENT_TRIES = 3  # repeats on one channel: what is urgent takes the next one soon
TOO_LONG = 3_600.0  # seconds; a provider that asks for a longer pause is of no use for this message


@transaction.atomic
def accepted(claims: Sequence[Claim], result: SendResult) -> None:
    """The provider took the messages."""
    _finish(claims, AttemptOutcome.ACCEPTED, provider_id=result.provider_id[:64])
    mark_sent([claim.message for claim in claims])


@transaction.atomic
def refused(claims: Sequence[Claim], error: ChannelError) -> None:
    """The provider did not take them, or did not say: try again, take the next channel, or give up."""
    _finish(claims, _outcome(error), error_code=error.code[:64], error_detail=error.detail[:200])
    for claim in claims:
        if isinstance(error, TemporaryChannelError):
            _temporary(claim, error)
        elif len(claims) > 1:  # one message may have spoilt the batch: each goes by itself now
            _requeue(claim.message, error, bulk=False, tries=0)
        else:
            _permanent(claim, error)


def give_up(message: Message, state: MessageState, code: str = "", detail: str = "") -> None:
    """No way is left (failed) or too many tries (dead); the last provider's word is kept if `code` is empty."""
    words = {"error_code": code, "error_detail": detail} if code else {}
    _move(message, state, holds_consent=False, **words)


def _temporary(claim: Claim, error: TemporaryChannelError) -> None:
    message = claim.message
    message.maybe_sent = message.maybe_sent or error.outcome_unknown
    pauses = settings.MESSAGING_RETRY_SECONDS[: URGENT_TRIES if message.urgent else None]
    pause = max(pauses[min(message.tries, len(pauses)) - 1], error.retry_after or 0)
    if error.outcome_unknown and claim.route.channel == Channel.SMS:
        pause = max(pause, settings.MESSAGING_REPORT_WAIT_SECONDS)
    if message.tries <= len(pauses) and pause <= TOO_LONG:
        due = clock.now() + dt.timedelta(seconds=pause)
        _requeue(message, error, due=due, maybe_sent=message.maybe_sent)
    elif message.maybe_sent:
        give_up(message, MessageState.DEAD, error.code[:64], error.detail[:200])
    else:
        _next_channel(claim, error, MessageState.DEAD, rule_out=_channels_of(claim.route.provider))


def _permanent(claim: Claim, error: ChannelError) -> None:
    message, route = claim.message, claim.route
    if isinstance(error, NoConsentError) and route.channel == Channel.WECHAT_SUBSCRIBE and message.account_id:
        counted_out = consents.none_left(message.account_id, route.template.template_id)
        if message.maybe_sent and counted_out:  # the unanswered try was accepted and used the consent
            mark_sent([message])
            return
        message.holds_consent = False
    _next_channel(claim, error, MessageState.FAILED, rule_out=[str(route.channel)])


def _channels_of(provider: str) -> list[str]:
    return [str(channel) for channel, name in PROVIDERS.items() if name == provider]


def _next_channel(claim: Claim, error: ChannelError, otherwise: MessageState, *, rule_out: list[str]) -> None:
    message, route = claim.message, claim.route
    if message.holds_consent and message.account_id and not message.maybe_sent:
        consents.give_back(message.account_id, route.template.template_id)
    message.holds_consent = False
    message.ruled_out = [*message.ruled_out, *rule_out]
    if Router([message]).route(message) is None:
        give_up(message, otherwise, error.code[:64], error.detail[:200])
    else:
        _requeue(message, error, tries=0, maybe_sent=False, holds_consent=False, ruled_out=message.ruled_out)


def _requeue(
    message: Message, error: ChannelError, *, due: dt.datetime | None = None, **changes: object
) -> None:
    changes |= {"error_code": error.code[:64], "error_detail": error.detail[:200]}
    _move(message, MessageState.QUEUED, due_at=due or clock.now(), **changes)


def _move(message: Message, state: MessageState, **changes: object) -> None:
    """Only the holder of the lease changes the message: the sweeper or a report may have been here."""
    rows = Message.objects.filter(pk=message.pk, state__in=MESSAGE.sources(state), tries=message.tries)
    if state == MessageState.QUEUED:
        rows = rows.filter(state=MessageState.SENDING)
    if rows.update(state=state, updated_at=clock.now(), **changes):
        message.state = state
        message.due_at = changes.get("due_at", message.due_at)  # type: ignore[assignment]


def unanswered(messages: Sequence[Message], code: str, detail: str = "") -> None:
    """Whether these, still being sent, arrived is unknown: a text waits for its report, then all are tried again."""
    now = clock.now()
    DeliveryAttempt.objects.filter(
        message__in=[message.pk for message in messages], outcome=AttemptOutcome.OPEN
    ).update(outcome=AttemptOutcome.UNKNOWN, finished_at=now, error_code=code, error_detail=detail)
    for message in messages:
        if message.tries > len(settings.MESSAGING_RETRY_SECONDS):
            give_up(message, MessageState.DEAD, code)
            continue
        pause = settings.MESSAGING_REPORT_WAIT_SECONDS if message.channel == Channel.SMS else 0
        due = now + dt.timedelta(seconds=pause)
        MESSAGE.move(message, MessageState.QUEUED, due_at=due, maybe_sent=True, error_code=code)


def mark_sent(messages: Sequence[Message]) -> None:
    """The provider has them, whatever was thought meanwhile."""
    now = clock.now()
    rows = Message.objects.filter(
        pk__in=[m.pk for m in messages], state__in=MESSAGE.sources(MessageState.SENT)
    )
    rows.update(
        state=MessageState.SENT,
        sent_at=now,
        updated_at=now,
        error_code="",
        error_detail="",
        holds_consent=False,
    )
    for message in messages:
        message.state = MessageState.SENT


def _finish(claims: Sequence[Claim], outcome: AttemptOutcome, **values: str) -> None:
    rows = DeliveryAttempt.objects.filter(pk__in=[claim.attempt.pk for claim in claims])
    rows.update(outcome=outcome, finished_at=clock.now(), **values)


def _outcome(error: ChannelError) -> AttemptOutcome:
    if isinstance(error, PermanentChannelError):
        return AttemptOutcome.REFUSED
    unknown = isinstance(error, TemporaryChannelError) and error.outcome_unknown
    return AttemptOutcome.UNKNOWN if unknown else AttemptOutcome.TEMPORARY
