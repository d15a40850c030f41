"""Sending what is due: route, keep to the provider's rate, claim, call, record. Never a call inside a transaction."""

import datetime as dt
import functools
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.conf import settings

from apps.messaging.channels.aliyun_sms import MAX_BATCH
from apps.messaging.channels.base import ChannelError, SendResult, TemporaryChannelError
from apps.messaging.channels.factory import aliyun_sms
from apps.messaging.channels.rate_limit import TokenBucket
from apps.messaging.models import Channel, Message
from apps.messaging.services import outcomes
from apps.messaging.services.claims import Claim, claim
from apps.messaging.services.known import Known, known
from apps.messaging.services.routing import Route, Router, sender_of
from apps.messaging.states import MessageState
from kernel import clock, ids
from kernel.outages import STORE_ERRORS, is_outage
from kernel.redis import client as redis_client

log = structlog.get_logger(__name__)

SHORT_WAIT = 0.2  # seconds that a worker itself waits for its turn at a provider
TURN = 20.0  # seconds after which a worker passes the rest of its batch on
SPREAD = {
    "urgent": 1.0,
    "default": 10.0,
    "bulk": 30.0,
}  # so that what waits for a turn does not come back at once
ADDRESSES = ["account__openid", "account__official_openid", "account__phone", "patient__phone"]


HandOn = Callable[[Known], None]


@dataclass(frozen=True, slots=True)
class Later:
    """To be tried not before `seconds` from now."""

    message_ids: tuple[UUID, ...]
    queue: str
    seconds: int


def queue_of(message: Message) -> str:
    """The queue that a message travels by."""
    return "urgent" if message.urgent else "bulk" if message.bulk else "default"


def send_due(message_ids: Sequence[UUID], hand_on: HandOn) -> list[Later]:
    """Try those of the messages that wait and are due; returns those that wait again, and for how long.

    `hand_on` is given what the database could not be told. The outage is raised all the same.
    """
    messages = _due(message_ids)
    deadline = time.monotonic() + TURN
    for group in _groups(_routes(messages)):
        if time.monotonic() < deadline and _has_turn(group):
            _send(group, hand_on)
    return still_waiting([message.pk for message in messages])


def _due(message_ids: Sequence[UUID]) -> list[Message]:
    """With the addresses of account and patient, and no more of them: decrypting costs."""
    rows = Message.objects.filter(pk__in=message_ids, state=MessageState.QUEUED, due_at__lte=clock.now())
    wanted = [field.name for field in Message._meta.concrete_fields] + ADDRESSES
    return list(rows.select_related("account", "patient").only(*wanted).order_by("pk"))


def still_waiting(message_ids: Sequence[UUID]) -> list[Later]:
    """Those that are queued, together where they travel together."""
    now = clock.now()
    grouped: dict[tuple[str, int], list[UUID]] = defaultdict(list)
    for message in Message.objects.filter(pk__in=message_ids, state=MessageState.QUEUED).order_by("pk"):
        seconds = max(0, -((now - message.due_at) // dt.timedelta(seconds=1)))
        grouped[queue_of(message), seconds].append(message.pk)
    return [Later(tuple(found), queue, seconds) for (queue, seconds), found in grouped.items()]


def _routes(messages: Sequence[Message]) -> Iterator[Route]:
    router = Router(messages)
    for message in messages:
        route = router.route(message)
        if route is None:
            outcomes.give_up(message, MessageState.FAILED, "no_channel")
        else:
            yield route


def _groups(routes: Iterable[Route]) -> Iterator[list[Route]]:
    """Bulk texts of one template to different numbers go together, everything else by itself."""
    batches: dict[tuple[str, int], list[Route]] = defaultdict(list)
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for route in routes:
        if route.channel != Channel.SMS or not route.message.bulk:
            yield [route]
            continue
        template = route.template.template_id
        batches[template, seen[template, route.recipient]].append(route)
        seen[template, route.recipient] += 1
    for batch in batches.values():
        yield from (batch[i : i + MAX_BATCH] for i in range(0, len(batch), MAX_BATCH))


def _has_turn(group: list[Route]) -> bool:
    """Whether the provider's rate allows the call now; if not, the messages are put off."""
    rate = settings.MESSAGING_RATES[group[0].provider]
    bucket = _bucket(group[0].provider, rate)
    cost = min(len(group), rate)
    if bucket.acquire(cost, max_wait=SHORT_WAIT):
        return True
    wait = bucket.try_acquire(cost)
    if wait == 0:
        return True
    pause = wait + random.uniform(0, SPREAD[queue_of(group[0].message)])  # noqa: S311 - no secret
    Message.objects.filter(
        pk__in=[route.message.pk for route in group], state=MessageState.QUEUED, due_at__lte=clock.now()
    ).update(due_at=clock.now() + dt.timedelta(seconds=pause))
    return False


@functools.lru_cache(maxsize=8)
def _bucket(provider: str, rate: int) -> TokenBucket:
    return TokenBucket(redis_client(), provider, rate, burst=rate)


def _send(group: list[Route], hand_on: HandOn) -> None:
    batch_id = str(ids.uuid7()) if len(group) > 1 else ""
    attempts, answer = [route.attempt_id for route in group], None
    try:
        if claims := claim(group, client_id=batch_id):
            answer = _answer(claims, batch_id)
            _record(claims, answer)
    except STORE_ERRORS as error:
        if is_outage(error):
            hand_on(known(attempts, answer))
        raise


def _record(claims: list[Claim], answer: SendResult | ChannelError) -> None:
    if isinstance(answer, SendResult):
        outcomes.accepted(claims, answer)
    else:
        outcomes.refused(claims, answer)


def _answer(claims: Sequence[Claim], batch_id: str) -> SendResult | ChannelError:
    try:
        return _call(claims, batch_id)
    except ChannelError as error:
        return error
    except Exception as error:
        log.exception("message_channel_broke", channel=claims[0].route.channel)
        return TemporaryChannelError("internal", type(error).__name__, outcome_unknown=True)


def _call(claims: Sequence[Claim], batch_id: str) -> SendResult:
    messages = [claimed.route.outgoing() for claimed in claims]
    if batch_id:
        return aliyun_sms().send_batch(messages, batch_id)
    return sender_of(claims[0].route.channel).send(messages[0])
