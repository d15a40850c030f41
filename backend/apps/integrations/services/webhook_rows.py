"""What senders take and what they bring back, many rows at a time."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Coalesce

from apps.integrations.adapters.webhook_client import Reply
from apps.integrations.models import (
    AttemptError,
    DisabledBecause,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookHealth,
)
from apps.integrations.services import webhook_schedule as schedule
from apps.integrations.services.webhook_endpoints import disable
from apps.integrations.states import DELIVERIES, DeliveryState, EndpointState
from apps.integrations.work import FAILING
from apps.worklist.services.items import close_item
from kernel import clock
from kernel.errors import StateConflict
from kernel.sql import statement

_CLAIM = statement("apps.integrations", "claim_deliveries")
_RECORD = statement("apps.integrations", "record_deliveries")
#: A lease or a result need not wait for the disk: what is lost in a crash is delivered again, as after any crash.
_UNSYNCED = "SELECT set_config('synchronous_commit', 'off', true)"
LEASE = dt.timedelta(seconds=60)
#: How old `last_delivered_at` may be, so that not every success writes it.
FRESH = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours until `lease`; `tries` were made before."""

    id: UUID
    hospital_id: UUID
    endpoint_id: UUID
    body: str
    tries: int
    lease: dt.datetime


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one. `reply` None: it was not tried, and goes back as it was, unless it is `unwanted`."""

    row: Claimed
    reply: Reply | None = None
    duration_ms: int = 0
    unwanted: bool = False


def claim(
    *, troubled: bool, receivers: int, room: int = 1, slow: Collection[UUID] = (), busy: Collection[UUID] = ()
) -> list[Claimed]:
    """Take what is due of so many receivers, up to `room` of each; `troubled`: of those that fail or are slow.

    `busy`: receivers that get no more now.
    """
    now = clock.now()
    values: dict[str, Any] = {
        "troubled": troubled, "receivers": receivers, "room": room, "now": now, "lease": now + LEASE,
        "slow": list(slow), "busy": list(busy),
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{_UNSYNCED}; {_CLAIM}", values)
        return [Claimed(row[0], row[1], row[2], row[3], row[4], now + LEASE) for row in cursor.fetchall()]


def record(results: Sequence[Tried], health: dict[UUID, WebhookHealth]) -> None:
    """Write results in the order in which they came. `health`: of their endpoints, as it was when they were claimed."""
    _write(results, health)
    gone = {each.row.endpoint_id for each in results if each.reply and each.reply.status == schedule.GONE}
    for endpoint_id in sorted(gone):
        _gone(endpoint_id)


@transaction.atomic
def _write(results: Sequence[Tried], health: dict[UUID, WebhookHealth]) -> None:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(f"{_UNSYNCED}; {_RECORD}", _values(results, now))
    tried = [each for each in results if each.reply is not None]
    WebhookAttempt.objects.bulk_create(_attempt(each, now) for each in tried)
    by_endpoint: dict[UUID, list[Reply]] = defaultdict(list)
    for each in tried:
        if each.reply is not None:
            by_endpoint[each.row.endpoint_id].append(each.reply)
    for endpoint_id in sorted(by_endpoint):
        _health(health[endpoint_id], by_endpoint[endpoint_id], now)


def _attempt(each: Tried, now: dt.datetime) -> WebhookAttempt:
    reply = each.reply or Reply(0)
    return WebhookAttempt(
        hospital_id=each.row.hospital_id, delivery_id=each.row.id, status=reply.status or None,
        error=schedule.error_of(reply), duration_ms=each.duration_ms, created_at=now,
        reply=reply.body.decode("utf-8", "replace").replace("\0", ""),
    )  # fmt: skip


def _values(results: Iterable[Tried], now: dt.datetime) -> dict[str, Any]:
    columns: dict[str, list[Any]] = defaultdict(list)
    for each in results:
        state, due_at = _next(each, now)
        if not DELIVERIES.allows(DeliveryState.DELIVERING, state):
            raise StateConflict(current=DeliveryState.DELIVERING, target=state)
        reply = each.reply
        columns["ids"].append(each.row.id)
        columns["leases"].append(each.row.lease)
        columns["states"].append(state.value)
        columns["dues"].append(due_at)
        columns["tries"].append(each.row.tries + (reply is not None))
        columns["tried"].append(reply is not None)
        columns["statuses"].append(reply.status or None if reply else None)
        columns["errors"].append(schedule.error_of(reply) if reply else "")
    return {**columns, "now": now}


def _next(each: Tried, now: dt.datetime) -> tuple[DeliveryState, dt.datetime | None]:
    if each.unwanted:
        return DeliveryState.CANCELLED, None
    if each.reply is None:
        return (DeliveryState.RETRYING if each.row.tries else DeliveryState.PENDING), now
    if schedule.arrived(each.reply):
        return DeliveryState.DELIVERED, None
    if each.reply.status == schedule.GONE:
        return DeliveryState.CANCELLED, None
    due_at = schedule.next_try(each.row.tries + 1, each.reply, now)
    return (DeliveryState.RETRYING, due_at) if due_at else (DeliveryState.EXHAUSTED, None)


def _health(before: WebhookHealth, replies: list[Reply], now: dt.datetime) -> None:
    """How the endpoint does after these; what does not change is not written."""
    failed = 0
    for reply in replies:
        failed = 0 if schedule.arrived(reply) else failed + 1
    well = failed < len(replies)
    rows = WebhookHealth.objects.filter(pk=before.pk)
    if well and (before.failures or before.failing_since or _is_old(before.last_delivered_at, now)):
        rows.update(failures=0, failing_since=None, held_until=None, notices=0, last_delivered_at=now)
        close_item(FAILING, subject_id=before.pk)  # a notice may have been given since the claim
    if failed:
        total = failed + (0 if well else before.failures)
        since = Value(now) if well else Coalesce("failing_since", Value(now))
        rows.update(
            failures=total, failing_since=since, last_failed_at=now,
            held_until=schedule.hold(total, replies[-1], now),
        )  # fmt: skip


def _is_old(moment: dt.datetime | None, now: dt.datetime) -> bool:
    return moment is None or moment < now - FRESH


def _gone(endpoint_id: UUID) -> None:
    endpoint = WebhookEndpoint.objects.select_related("hospital", "application").get(pk=endpoint_id)
    try:
        disable(endpoint, because=DisabledBecause.GONE)
    except StateConflict:
        return  # somebody was first


def waits(within: dt.timedelta) -> bool:
    """Whether something can be sent so soon."""
    edge = clock.now() + within
    due = WebhookDelivery.objects.filter(endpoint_id=OuterRef("pk"), due_at__lte=edge)
    free = WebhookHealth.objects.filter(endpoint__state=EndpointState.ACTIVE).exclude(held_until__gt=edge)
    return free.filter(Exists(due)).exists()


def reason_of(error: str) -> Reply:
    """A try that ended before anything was sent."""
    return Reply(0, AttemptError(error))
