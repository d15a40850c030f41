"""接收地址 of an application: made, changed, switched off and on. A secret is shown once and kept encrypted."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from apps.identity.models import Hospital, PartnerApplication
from apps.integrations import errors
from apps.integrations.event_types import EVENT_TYPES
from apps.integrations.models import DisabledBecause, WebhookDelivery, WebhookEndpoint, WebhookHealth
from apps.integrations.settings import OVERLAP_HOURS, PRIVATE_NETWORKS
from apps.integrations.signing import new_secret
from apps.integrations.states import ENDPOINTS, DeliveryState, EndpointState
from apps.integrations.work import DISABLED, FAILING
from apps.worklist.services.items import close_item, open_item
from kernel import clock
from kernel.errors import InvalidValue, StateConflict
from kernel.locks import lock_one, save_version
from kernel.rows import create_row, update_row
from kernel.targets import Refused, networks, resolve

MAX_ENDPOINTS = 20
#: Deliveries that are cancelled at once; the sweep of every minute goes on.
BATCH = 5_000
SUBJECT = "integrations.webhookendpoint"


def check_url(hospital: Hospital, url: str, *, by_staff: bool) -> None:
    """InvalidValue for an address that nothing would be sent to. Looks the name up.

    Within the hospital's own networks only its staff name one: who sees whether it answers sees into them.
    """
    try:
        inside = networks(PRIVATE_NETWORKS.of(hospital)) if by_staff else ()
        resolve(url, inside, loopback=settings.WEBHOOKS_TO_LOOPBACK)
    except Refused as refused:
        raise InvalidValue(field="url", expected=refused.expected) from refused


def check_types(application: PartnerApplication, event_types: Iterable[str]) -> None:
    """InvalidValue for a type that is unknown, named twice, or beyond the application's scopes."""
    named, scopes = list(event_types), set(application.allowed_scopes)
    may = sorted(code for code, kind in EVENT_TYPES.items() if kind.is_open_to(scopes))
    if any(code not in may for code in named):
        raise InvalidValue(field="event_types", choices=may)
    if len(set(named)) != len(named):
        raise InvalidValue(field="event_types", expected=errors.ONCE)


@transaction.atomic
def create_endpoint(*, application: PartnerApplication, **fields: Any) -> tuple[WebhookEndpoint, str]:
    """A new endpoint and its secret, which is told once. `fields`: url (checked before), event_types, name.

    TooManyEndpoints, DuplicateValue, InvalidValue.
    """
    check_types(application, fields["event_types"])
    lock_one(PartnerApplication.objects, pk=application.pk)  # so that two requests do not count the same
    live = WebhookEndpoint.objects.filter(application=application).exclude(state=EndpointState.RETIRED)
    if live.count() >= MAX_ENDPOINTS:
        raise errors.TooManyEndpoints(limit=MAX_ENDPOINTS)
    secret = new_secret()
    endpoint = create_row(
        WebhookEndpoint, hospital=application.hospital, application=application, secret=secret, **fields
    )
    endpoint.health = WebhookHealth.objects.create(endpoint=endpoint, hospital_id=endpoint.hospital_id)
    return endpoint, secret


def update_endpoint(endpoint: WebhookEndpoint, *, version: int, **changes: Any) -> WebhookEndpoint:
    """Change one read at `version`; StaleVersion, StateConflict, DuplicateValue, InvalidValue."""
    _refuse_retired(endpoint)
    if "event_types" in changes:
        check_types(endpoint.application, changes["event_types"])
    return update_row(endpoint, version=version, **changes)


@transaction.atomic
def rotate_secret(endpoint: WebhookEndpoint, *, version: int) -> WebhookEndpoint:
    """A new secret, to be told once; the old one signs, too, for the hours of the hospital's settings.

    StaleVersion, StateConflict.
    """
    _refuse_retired(endpoint)
    hours = OVERLAP_HOURS.of(endpoint.hospital)
    endpoint.previous_secret, endpoint.secret = endpoint.secret if hours else "", new_secret()
    endpoint.previous_until = clock.now() + dt.timedelta(hours=hours) if hours else None
    save_version(endpoint, {"secret", "previous_secret", "previous_until"}, version=version)
    return endpoint


def _refuse_retired(endpoint: WebhookEndpoint) -> None:
    if endpoint.state == EndpointState.RETIRED:
        raise StateConflict(current=endpoint.state)


@transaction.atomic
def disable(
    endpoint: WebhookEndpoint, *, because: DisabledBecause = DisabledBecause.BY_HAND
) -> WebhookEndpoint:
    """Nothing is sent any more, and what waits is cancelled. StateConflict."""
    ENDPOINTS.move(endpoint, EndpointState.DISABLED, disabled_because=because, disabled_at=clock.now())
    cancel_some(endpoint)
    close_item(FAILING, subject_id=endpoint.pk, withdrawn=True)
    if because != DisabledBecause.BY_HAND:
        open_item(
            DISABLED, hospital=endpoint.hospital, subject_type=SUBJECT, subject_id=endpoint.pk,
            title=f"接收地址已自动停用:{endpoint.application.name}",
        )  # fmt: skip
    return endpoint


@transaction.atomic
def enable(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """Events are written for it again, from now on; what was missed is replayed by hand. StateConflict."""
    # First: who records a result has this row before the endpoint's.
    WebhookHealth.objects.filter(pk=endpoint.pk).update(
        failures=0, failing_since=None, held_until=None, notices=0
    )
    ENDPOINTS.move(endpoint, EndpointState.ACTIVE, disabled_because="", disabled_at=None)
    close_item(DISABLED, subject_id=endpoint.pk)
    return endpoint


@transaction.atomic
def retire(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """For ever: its secrets are forgotten, its log is kept as long as any. StateConflict."""
    ENDPOINTS.move(
        endpoint, EndpointState.RETIRED, disabled_at=clock.now(), secret="", previous_secret="",
        previous_until=None,
    )  # fmt: skip
    cancel_some(endpoint)
    for kind in (FAILING, DISABLED):
        close_item(kind, subject_id=endpoint.pk, withdrawn=True)
    return endpoint


@transaction.atomic
def cancel_some(endpoint: WebhookEndpoint) -> int:
    """The oldest that no worker has are cancelled, BATCH at most; what one has ends by its result. How many."""
    waiting = WebhookDelivery.objects.filter(
        Q(state__in=(DeliveryState.PENDING, DeliveryState.RETRYING)) | Q(due_at__lte=clock.now()),
        endpoint=endpoint, due_at__isnull=False,
    )  # fmt: skip
    locked = waiting.select_for_update(of=("self",), skip_locked=True).order_by("due_at")
    keys = sorted(locked.values_list("pk", flat=True)[:BATCH])
    return WebhookDelivery.objects.filter(pk__in=keys).update(
        state=DeliveryState.CANCELLED, due_at=None, updated_at=clock.now()
    )
