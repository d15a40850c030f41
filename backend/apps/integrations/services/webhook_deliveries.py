"""投递: written in the transaction of an event's handler, sent once more by hand, forgotten after a month."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import F, QuerySet

from apps.integrations import errors
from apps.integrations.event_types import BY_TOPIC, TEST
from apps.integrations.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookHealth
from apps.integrations.selectors import entitled_to, receiving
from apps.integrations.services.webhook_endpoints import cancel_some
from apps.integrations.services.webhook_waking import wake
from apps.integrations.states import DELIVERIES, MISSING, REPLAYABLE, DeliveryState, EndpointState
from apps.payments.events import OfOrder, OfRefund
from apps.payments.selectors.partners import opened_by
from kernel import clock
from kernel.errors import InvalidValue, StateConflict
from kernel.outbox.events import Event

KEPT = dt.timedelta(days=30)
#: So many are replayed at once; the rest is told.
MAX_REPLAY = 1000
MAX_BODY = 20 * 1024
BATCH = 5_000


@transaction.atomic
def announce(event: Event) -> None:
    """Write one delivery for each endpoint that wants the event, and wake who sends them."""
    kind = BY_TOPIC[event.topic]
    if event.hospital_id is None:
        return
    wanting = receiving().filter(hospital_id=event.hospital_id, event_types__contains=[kind.code])
    if isinstance(event, OfOrder | OfRefund):
        wanting = wanting.filter(entitled_to(opened_by(event.order_id)))
    else:
        wanting = wanting.filter(application__allowed_scopes__contains=[kind.scope])
    write(wanting, kind.code, {name: getattr(event, name) for name in kind.ids})


def write(endpoints: QuerySet[WebhookEndpoint], code: str, data: dict[str, Any]) -> list[WebhookDelivery]:
    """Deliveries of one event with the next number of each endpoint. Only inside a transaction."""
    health = WebhookHealth.objects.filter(endpoint__in=endpoints).order_by("pk")
    rows = list(health.select_for_update(of=("self",), no_key=True))
    if not rows:
        return []
    keys = [row.pk for row in rows]
    WebhookHealth.objects.filter(pk__in=keys).update(last_sequence=F("last_sequence") + 1)
    now = clock.now()
    made = [
        WebhookDelivery(
            hospital_id=row.hospital_id, endpoint_id=row.pk, event_type=code, sequence=row.last_sequence + 1,
            body=body_of(code, now, row.last_sequence + 1, data), due_at=now,
        )
        for row in rows
    ]  # fmt: skip
    WebhookDelivery.objects.bulk_create(made)
    wake()
    return made


def body_of(code: str, at: dt.datetime, sequence: int, data: dict[str, Any]) -> str:
    """What is signed and sent: type, time (UTC), the endpoint's number of it, and ids."""
    body = {"type": code, "timestamp": at, "sequence": sequence, "data": data}
    text = orjson.dumps(body, option=orjson.OPT_UTC_Z)
    if len(text) > MAX_BODY:
        raise ValueError(f"the body of {code} has {len(text)} bytes")
    return text.decode()


@transaction.atomic
def send_test(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """A delivery that tells of nothing. EndpointNotActive."""
    made = write(receiving().filter(pk=endpoint.pk), TEST, {"endpoint_id": endpoint.pk})
    if not made:
        raise errors.EndpointNotActive
    return made[0]


@transaction.atomic
def replay(delivery: WebhookDelivery) -> WebhookDelivery:
    """Send it once more, with the schedule from its beginning. StateConflict, EndpointNotActive."""
    if not receiving().filter(pk=delivery.endpoint_id).exists():
        raise errors.EndpointNotActive
    if delivery.state not in REPLAYABLE:
        raise StateConflict(current=delivery.state, target=DeliveryState.PENDING)
    DELIVERIES.move(delivery, DeliveryState.PENDING, tries=0, replays=F("replays") + 1, due_at=clock.now())
    wake()
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def replay_range(
    endpoint: WebhookEndpoint, *, since: dt.datetime, until: dt.datetime, missing_only: bool = True
) -> tuple[int, dt.datetime | None]:
    """Send once more what was written from `since` to before `until`; how many, and from when another call goes on.

    `missing_only`: what never arrived; else what arrived, too. The oldest MAX_REPLAY. EndpointNotActive, InvalidValue.
    """
    if not since < until or until - since > KEPT:
        raise InvalidValue(field="until", expected=errors.RANGE)
    if not receiving().filter(pk=endpoint.pk).exists():
        raise errors.EndpointNotActive
    states: Sequence[DeliveryState] = MISSING if missing_only else (*MISSING, DeliveryState.DELIVERED)
    found = WebhookDelivery.objects.filter(
        endpoint=endpoint, state__in=states, created_at__gte=since, created_at__lt=until
    )
    rows = found.select_for_update().order_by("created_at", "pk").values_list("pk", "created_at")
    taken = list(rows[: MAX_REPLAY + 1])
    keys, left = sorted(key for key, _ in taken[:MAX_REPLAY]), taken[MAX_REPLAY:]
    now = clock.now()
    changed = WebhookDelivery.objects.filter(pk__in=keys).update(
        state=DeliveryState.PENDING, tries=0, replays=F("replays") + 1, due_at=now, updated_at=now
    )
    if changed:
        wake()
    return changed, left[0][1] if left else None


def cancel_unwanted() -> int:
    """What is due for an endpoint that receives nothing any more; returns how many. Safe to repeat."""
    count = 0
    for endpoint in WebhookEndpoint.objects.exclude(pk__in=receiving()).order_by("pk"):
        while cancelled := cancel_some(endpoint):
            count += cancelled
    return count


def purge() -> int:
    """Forget attempts and ended deliveries of a month ago, and retired endpoints without any; returns how many."""
    edge, count = clock.now() - KEPT, 0
    old = WebhookDelivery.objects.filter(due_at=None, created_at__lt=edge).order_by("created_at")
    while keys := list(old.values_list("pk", flat=True)[:BATCH]):
        count += _forget(keys)
    stale = WebhookAttempt.objects.filter(created_at__lt=edge)
    while keys := list(stale.values_list("pk", flat=True)[:BATCH]):
        count += WebhookAttempt.objects.filter(pk__in=keys).delete()[0]
    WebhookEndpoint.objects.filter(previous_until__lt=clock.now()).update(
        previous_secret="", previous_until=None, updated_at=clock.now()
    )
    retired = WebhookEndpoint.objects.filter(state=EndpointState.RETIRED, disabled_at__lt=edge)
    for endpoint in retired:
        if not WebhookDelivery.objects.filter(endpoint=endpoint).exists():
            endpoint.delete()
    return count


@transaction.atomic
def _forget(keys: Iterable[UUID]) -> int:
    WebhookAttempt.objects.filter(delivery_id__in=keys).delete()
    return WebhookDelivery.objects.filter(pk__in=keys, due_at=None).delete()[0]
