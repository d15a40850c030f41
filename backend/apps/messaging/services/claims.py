"""Taking messages for sending: one worker at a time, under a lease, with the attempt on record before the call."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F

from apps.messaging.models import Channel, DeliveryAttempt, Message
from apps.messaging.services import consents
from apps.messaging.services.routing import Route
from apps.messaging.states import MessageState
from kernel import clock

CHANGING = ("tries", "ruled_out", "holds_consent", "maybe_sent", "bulk", "due_at")


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that is ours to send, with the attempt that is open for it."""

    route: Route
    attempt: DeliveryAttempt

    @property
    def message(self) -> Message:
        return self.route.message


@transaction.atomic
def claim(routes: Sequence[Route], *, client_id: str = "") -> list[Claim]:
    """Take the messages that are still waiting; all routes have one channel. `client_id` is a batch's.

    A subscribe message needs a consent set aside: without one the channel is ruled out and the message waits on.
    """
    now, channel = clock.now(), routes[0].channel
    waiting = Message.objects.filter(
        pk__in=[route.message.pk for route in routes], state=MessageState.QUEUED, due_at__lte=now
    )
    rows = waiting.select_for_update(skip_locked=True).order_by("pk").only(*CHANGING)
    locked = {row.pk: row for row in rows}
    ours = [route for route in routes if route.message.pk in locked]
    for route in ours:
        _refresh(route.message, locked[route.message.pk])
    if channel == Channel.WECHAT_SUBSCRIBE:
        ours = [route for route in ours if _has_consent(route)]
    _take(ours, channel, now)
    attempts = [_attempt(route, client_id or str(route.message.pk)) for route in ours]
    DeliveryAttempt.objects.bulk_create(attempts)
    return [Claim(route, attempt) for route, attempt in zip(ours, attempts, strict=True)]


def _take(routes: Sequence[Route], channel: Channel, now: dt.datetime) -> None:
    lease = now + dt.timedelta(seconds=settings.MESSAGING_LEASE_SECONDS)
    Message.objects.filter(pk__in=[route.message.pk for route in routes]).update(
        state=MessageState.SENDING, due_at=lease, channel=channel, tries=F("tries") + 1, updated_at=now
    )
    for route in routes:
        route.message.tries += 1
        route.message.channel = channel


def _refresh(message: Message, row: Message) -> None:
    """What may have changed between reading and locking."""
    for name in CHANGING:
        setattr(message, name, getattr(row, name))


def _has_consent(route: Route) -> bool:
    message = route.message
    if message.holds_consent:
        return True
    if message.account_id and consents.set_aside(message.account_id, route.template.template_id):
        message.holds_consent = True
        Message.objects.filter(pk=message.pk).update(holds_consent=True)
        return True
    message.ruled_out = [*message.ruled_out, str(route.channel)]
    Message.objects.filter(pk=message.pk).update(ruled_out=message.ruled_out)
    return False


def _attempt(route: Route, client_id: str) -> DeliveryAttempt:
    return DeliveryAttempt(
        id=route.attempt_id,
        hospital_id=route.message.hospital_id,
        message_id=route.message.pk,
        channel=route.channel,
        client_id=client_id,
        recipient=route.masked,
        recipient_index=route.index,
    )
