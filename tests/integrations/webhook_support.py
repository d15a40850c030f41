"""Endpoints, events and senders for the rules of webhooks."""

import datetime as dt
from typing import Any
from uuid import UUID

from apps.identity.models import PartnerApplication
from apps.integrations.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookHealth
from apps.integrations.services import webhook_endpoints
from apps.integrations.services.webhook_deliveries import announce
from apps.integrations.services.webhook_sending import deliver
from apps.scheduling.events import AppointmentBooked, AppointmentCancelled
from kernel import clock
from kernel.ids import uuid7
from tests.support.world import World

BOOKED, CANCELLED = "appointment.booked", "appointment.cancelled"
ENDPOINTS, DELIVERIES = "/api/admin/v1/webhook-endpoints", "/api/admin/v1/webhook-deliveries"
OWN = "/api/partner/v1/webhook-endpoints"


def endpoint_at(world: World, url: str, *types: str, **more: Any) -> tuple[WebhookEndpoint, str]:
    """An endpoint of hospital 1's application, and its secret."""
    application: PartnerApplication | None = more.pop("application", world.partner_application)
    assert application is not None
    return webhook_endpoints.create_endpoint(
        application=application, url=url, name="预约通知", event_types=list(types or (BOOKED,)), **more
    )


def happen(hospital_id: UUID, kind: type[Any] = AppointmentBooked) -> UUID:
    """An appointment is booked (or what else `kind` is) and written for who wants it; its id."""
    appointment_id = uuid7()
    announce(
        kind(
            hospital_id=hospital_id, appointment_id=appointment_id, patient_id=uuid7(), account_id=uuid7(),
            practitioner_id=uuid7(), department_id=uuid7(), starts_at=clock.now(), number=7,
        )
    )  # fmt: skip
    return appointment_id


def cancel(hospital_id: UUID) -> UUID:
    """An appointment is cancelled."""
    return happen(hospital_id, AppointmentCancelled)


def only() -> WebhookDelivery:
    """The one delivery there is."""
    return WebhookDelivery.objects.get()


def last_try() -> WebhookAttempt:
    """The newest attempt."""
    return WebhookAttempt.objects.latest("id")


def at_its_time(delivery: WebhookDelivery) -> int:
    """The clock stands where the next try is due, and the endpoint is held no more; how many were tried."""
    delivery.refresh_from_db()
    assert delivery.due_at is not None
    held = WebhookHealth.objects.get(pk=delivery.endpoint_id).held_until
    with clock.frozen(max(delivery.due_at, held or delivery.due_at) + dt.timedelta(seconds=1)):
        return deliver()
