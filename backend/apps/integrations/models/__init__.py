from apps.integrations.models.delivery import AttemptError, WebhookAttempt, WebhookDelivery
from apps.integrations.models.endpoint import DisabledBecause, WebhookEndpoint, WebhookHealth

__all__ = [
    "AttemptError",
    "DisabledBecause",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookHealth",
]
