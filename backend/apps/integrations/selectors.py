"""Who is told of what."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.identity.oauth import BOOKS, WEBHOOKS
from apps.integrations.event_types import BY_TOPIC
from apps.integrations.models import WebhookEndpoint
from apps.integrations.states import EndpointState
from kernel.outbox.events import Kind


def receiving() -> QuerySet[WebhookEndpoint]:
    """Endpoints that events are written for: in force, as their application, its scope and their hospital are."""
    return WebhookEndpoint.objects.filter(
        state=EndpointState.ACTIVE, application__is_active=True, hospital__is_active=True,
        application__allowed_scopes__contains=[WEBHOOKS],
    )  # fmt: skip


def entitled_to(application_id: UUID | None) -> Q:
    """Endpoints that are told of an order: of the application that opened it, and of those that read all books."""
    books = Q(application__allowed_scopes__contains=[BOOKS])
    return books if application_id is None else books | Q(application_id=application_id)


def wanted_kinds(kinds: Collection[Kind]) -> list[Kind]:
    """Those of the kinds of events (topic, hospital) that some endpoint wants; one statement."""
    hospitals = {hospital_id for _, hospital_id in kinds if hospital_id is not None}
    if not hospitals:
        return []
    rows = receiving().filter(hospital_id__in=hospitals).values_list("hospital_id", "event_types")
    wanted: set[tuple[UUID | None, str]] = {
        (hospital_id, code) for hospital_id, codes in rows for code in codes
    }
    return [kind for kind in kinds if (kind[1], BY_TOPIC[kind[0]].code) in wanted]
