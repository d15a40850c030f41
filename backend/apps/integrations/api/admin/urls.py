from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.integrations.api.admin.views import WebhookDeliveryViewSet, WebhookEndpointViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("webhook-endpoints", WebhookEndpointViewSet, basename="webhook-endpoints")
router.register("webhook-deliveries", WebhookDeliveryViewSet, basename="webhook-deliveries")
_one = "webhook-endpoints/<uuid:pk>"
urlpatterns = [
    path(f"{_one}/rotate-secret", WebhookEndpointViewSet.as_view({"post": "rotate_secret"})),
    path(f"{_one}/enable", WebhookEndpointViewSet.as_view({"post": "enable"})),
    path(f"{_one}/disable", WebhookEndpointViewSet.as_view({"post": "disable"})),
    path(f"{_one}/retire", WebhookEndpointViewSet.as_view({"post": "retire"})),
    path(f"{_one}/test", WebhookEndpointViewSet.as_view({"post": "test"})),
    path(f"{_one}/replay", WebhookEndpointViewSet.as_view({"post": "replay"})),
    path("webhook-deliveries/<uuid:pk>/replay", WebhookDeliveryViewSet.as_view({"post": "replay"})),
    *router.urls,
]
