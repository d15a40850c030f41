from django.urls import path

from apps.integrations.api.partner.views import OwnDeliveryViewSet, OwnEndpointViewSet

_one = "webhook-endpoints/<uuid:pk>"
urlpatterns = [
    path("webhook-endpoints", OwnEndpointViewSet.as_view({"get": "list", "post": "create"})),
    path(_one, OwnEndpointViewSet.as_view({"get": "retrieve", "patch": "partial_update"})),
    path(f"{_one}/rotate-secret", OwnEndpointViewSet.as_view({"post": "rotate_secret"})),
    path(f"{_one}/enable", OwnEndpointViewSet.as_view({"post": "enable"})),
    path(f"{_one}/disable", OwnEndpointViewSet.as_view({"post": "disable"})),
    path(f"{_one}/retire", OwnEndpointViewSet.as_view({"post": "retire"})),
    path(f"{_one}/test", OwnEndpointViewSet.as_view({"post": "test"})),
    path(f"{_one}/replay", OwnEndpointViewSet.as_view({"post": "replay"})),
    path("webhook-deliveries", OwnDeliveryViewSet.as_view({"get": "list"})),
    path("webhook-deliveries/<uuid:pk>", OwnDeliveryViewSet.as_view({"get": "retrieve"})),
    path("webhook-deliveries/<uuid:pk>/replay", OwnDeliveryViewSet.as_view({"post": "replay"})),
]
