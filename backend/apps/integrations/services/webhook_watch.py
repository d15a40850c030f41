"""Endpoints that nothing reaches: staff are told three times, then they are switched off and staff are told of that."""

import datetime as dt

from django.db import transaction

from apps.integrations.models import DisabledBecause, WebhookEndpoint, WebhookHealth
from apps.integrations.services.webhook_endpoints import SUBJECT, disable
from apps.integrations.states import EndpointState
from apps.integrations.work import FAILING
from apps.worklist.services.items import close_item, open_item
from kernel import clock
from kernel.locks import lock_one

DISABLED_AFTER = dt.timedelta(days=5)
#: After so long of failures alone each of the notices.
NOTICES = (dt.timedelta(days=1), dt.timedelta(days=3), dt.timedelta(days=4))
#: Failures that lie closer together may be one outage that nobody has tried to see the end of.
APART = dt.timedelta(hours=12)


def watch() -> int:
    """Tell and switch off what is to be; returns how many endpoints were switched off. Safe to repeat."""
    edge = clock.now() - NOTICES[0]
    failing = WebhookHealth.objects.filter(
        failing_since__lte=edge, endpoint__state=EndpointState.ACTIVE
    ).order_by("pk")
    return sum(_look(health) for health in failing)


@transaction.atomic
def _look(found: WebhookHealth) -> bool:
    """One endpoint, whose deliveries may be recorded meanwhile; whether it was switched off."""
    health = lock_one(
        WebhookHealth.objects.select_related("endpoint__hospital", "endpoint__application"), pk=found.pk
    )
    since, last = health.failing_since, health.last_failed_at
    endpoint = health.endpoint
    if since is None or last is None or endpoint.state != EndpointState.ACTIVE:
        return False
    age = clock.now() - since
    if health.notices < len(NOTICES):
        if age >= NOTICES[health.notices]:
            _tell(endpoint, health)
        return False
    if age < DISABLED_AFTER or last - since < APART:
        return False
    disable(endpoint, because=DisabledBecause.FAILING)
    return True


def _tell(endpoint: WebhookEndpoint, health: WebhookHealth) -> None:
    """A notice is an item of its own: the one before it is taken back, whoever has read it."""
    number = health.notices + 1
    WebhookHealth.objects.filter(pk=health.pk).update(notices=number)
    close_item(FAILING, subject_id=endpoint.pk, withdrawn=True)
    open_item(
        FAILING, hospital=endpoint.hospital, subject_type=SUBJECT, subject_id=endpoint.pk,
        title=f"接收地址持续失败(第 {number} 次提醒,共 {len(NOTICES)} 次):{endpoint.application.name}",
    )  # fmt: skip
