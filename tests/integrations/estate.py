"""Rows of webhooks for the rules that every resource keeps: one of hospital 1 each."""

from apps.integrations.models import WebhookDelivery, WebhookEndpoint
from apps.integrations.services.webhook_deliveries import send_test
from apps.integrations.services.webhook_endpoints import create_endpoint
from tests.support.estates import Estate, Values


class IntegrationsEstate(Estate):
    """Of webhooks."""

    def make_webhook_endpoint(self) -> WebhookEndpoint:
        endpoint, _ = create_endpoint(
            application=self.get("partner"), url="https://203.0.113.10/hooks", name="预约通知",
            event_types=["appointment.booked"],
        )  # fmt: skip
        return endpoint

    def make_webhook_delivery(self) -> WebhookDelivery:
        return send_test(self.get("webhook_endpoint"))


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/webhook-endpoints/": lambda e: e.get("webhook_endpoint").pk,
    "admin/v1/webhook-deliveries/": lambda e: e.get("webhook_delivery").pk,
    "partner/v1/webhook-endpoints/": lambda e: e.get("webhook_endpoint").pk,
    "partner/v1/webhook-deliveries/": lambda e: e.get("webhook_delivery").pk,
}
