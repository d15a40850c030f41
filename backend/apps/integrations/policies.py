from apps.access.policies import Policy, hide, policy_for
from apps.integrations.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookHealth

hide(WebhookHealth, WebhookAttempt)


@policy_for(WebhookEndpoint)
class WebhookEndpointPolicy(Policy):
    """By hospital, as the application."""


@policy_for(WebhookDelivery)
class WebhookDeliveryPolicy(Policy):
    """By hospital."""
