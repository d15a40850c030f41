from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import CreateMixin, ListMixin, RetrieveMixin, ScopedViewSet, UpdateMixin
from apps.identity.models import PartnerApplication
from apps.integrations import errors
from apps.integrations.api import serializers as io
from apps.integrations.models import AttemptError, WebhookDelivery, WebhookEndpoint
from apps.integrations.services import webhook_deliveries as deliveries, webhook_endpoints as endpoints
from apps.integrations.states import DELIVERIES, ENDPOINTS
from kernel.errors import DuplicateValue, InvalidValue, StaleVersion, StateConflict
from kernel.http.commands import command
from kernel.http.schema import raises


class WebhookEndpointSerializer(io.EndpointFields):
    """接收地址: where an application is told of its hospital's events. Its secret is never shown again."""

    fixed = frozenset({"application"})
    application_id = ScopedRelatedField(source="application", queryset=PartnerApplication.objects.all())

    class Meta(io.EndpointFields.Meta):
        fields = [
            "id", "application_id", "application_name", "hospital_id", "hospital_name", "name", "url", "event_types",
            *io.HEALTH, *io.STATE,
        ]  # fmt: skip
        read_only_fields = [*io.EndpointFields.Meta.read_only_fields, "hospital_id"]


class WebhookEndpointCreateSerializer(WebhookEndpointSerializer):
    """A new endpoint with its secret."""

    secret = serializers.CharField(read_only=True, help_text="shown only here")

    class Meta(WebhookEndpointSerializer.Meta):
        fields = [*WebhookEndpointSerializer.Meta.fields, "secret"]


class WebhookDeliverySerializer(io.DeliveryFields):
    """投递: one event for one endpoint."""

    class Meta(io.DeliveryFields.Meta):
        fields = [*io.DeliveryFields.Meta.fields, "hospital_id", "hospital_name"]
        read_only_fields = fields


class WebhookDeliveryDetailSerializer(WebhookDeliverySerializer):
    """With what is sent, to the byte, and every try."""

    attempts = io.WebhookAttemptSerializer(many=True, read_only=True)

    class Meta(WebhookDeliverySerializer.Meta):
        fields = [*WebhookDeliverySerializer.Meta.fields, "body", "attempts"]
        read_only_fields = fields


class EndpointFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    application_id = django_filters.UUIDFilter()
    state = django_filters.MultipleChoiceFilter(choices=ENDPOINTS.choices)
    search = django_filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=64)


class DeliveryFilter(django_filters.FilterSet):
    """`created_from` and `created_to`: when it was written."""

    hospital_id = django_filters.UUIDFilter()
    application_id = django_filters.UUIDFilter(field_name="endpoint__application_id")
    endpoint_id = django_filters.UUIDFilter()
    event_type = django_filters.MultipleChoiceFilter(choices=io.EVERY_TYPE)
    state = django_filters.MultipleChoiceFilter(choices=DELIVERIES.choices)
    last_error = django_filters.ChoiceFilter(choices=AttemptError.choices)
    created_from = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_to = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")


@extend_schema(tags=["webhooks"])
class WebhookEndpointViewSet(OptionsMixin, ListMixin, RetrieveMixin, CreateMixin, UpdateMixin, ScopedViewSet):
    """接收地址 of partner applications."""

    model = WebhookEndpoint
    resource = "identity.webhook_endpoint"
    codes = {
        "rotate_secret": "change", "enable": "change", "disable": "change", "retire": "change", "test": "send",
        "replay": "send",
    }  # fmt: skip
    serializer_class = WebhookEndpointSerializer
    filterset_class = EndpointFilter
    ordering_fields = ["name"]
    ordering = ["-id"]
    option_columns = ("name", "url")
    in_force: ClassVar[dict[str, Any]] = {}

    def base_queryset(self) -> QuerySet[Any]:
        return WebhookEndpoint.objects.select_related("health", "hospital", "application")

    def get_serializer_class(self) -> Any:
        return WebhookEndpointCreateSerializer if self.action == "create" else WebhookEndpointSerializer

    @raises(InvalidValue, DuplicateValue, errors.TooManyEndpoints)
    def perform_create(self, data: dict[str, Any]) -> WebhookEndpoint:
        return endpoints.create_endpoint(**data)[0]

    @raises(InvalidValue, DuplicateValue, StateConflict)
    def perform_update(
        self, instance: WebhookEndpoint, data: dict[str, Any], version: int
    ) -> WebhookEndpoint:
        return endpoints.update_endpoint(instance, version=version, **data)

    @command(
        body=io.EndpointVersionSerializer,
        answer=io.EndpointSecretSerializer,
        raises=(StaleVersion, StateConflict),
    )
    def rotate_secret(self, row: WebhookEndpoint, *, version: int) -> WebhookEndpoint:
        """更换推送密钥: both sign for a while, so that the receiver can follow."""
        return endpoints.rotate_secret(row, version=version)

    @command(answer=WebhookEndpointSerializer, raises=(StateConflict,))
    def enable(self, row: WebhookEndpoint) -> WebhookEndpoint:
        """启用: events are written for it from now on; replay what was missed."""
        return endpoints.enable(row)

    @command(answer=WebhookEndpointSerializer, raises=(StateConflict,))
    def disable(self, row: WebhookEndpoint) -> WebhookEndpoint:
        """停用: nothing is sent any more, and what waits is cancelled."""
        return endpoints.disable(row)

    @command(answer=WebhookEndpointSerializer, raises=(StateConflict,))
    def retire(self, row: WebhookEndpoint) -> WebhookEndpoint:
        """注销, for ever: its log is kept for a month."""
        return endpoints.retire(row)

    @command(answer=WebhookDeliverySerializer, status=201, raises=(errors.EndpointNotActive,))
    def test(self, row: WebhookEndpoint) -> WebhookDelivery:
        """发送测试事件: a delivery of `endpoint.test`."""
        return deliveries.send_test(row)

    @command(
        body=io.ReplayRangeSerializer, answer=io.ReplayedSerializer, idempotent=True,
        raises=(errors.EndpointNotActive, InvalidValue),
    )  # fmt: skip
    def replay(self, row: WebhookEndpoint, **values: Any) -> dict[str, Any]:
        """补发 a range of time: what never arrived, or all of it; 1,000 at once, the oldest first."""
        replayed, next_since = deliveries.replay_range(row, **values)
        return {"replayed": replayed, "next_since": next_since}


@extend_schema(tags=["webhooks"])
class WebhookDeliveryViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """投递记录: what was to be told to whom, and every try; kept for 30 days."""

    model = WebhookDelivery
    resource = "identity.webhook_delivery"
    codes = {"replay": "replay"}
    serializer_class = WebhookDeliverySerializer
    filterset_class = DeliveryFilter
    ordering_fields: list[str] = []
    ordering = ["-id"]

    def base_queryset(self) -> QuerySet[Any]:
        return (
            io.with_attempts(super().base_queryset())
            if self.action == "retrieve"
            else super().base_queryset()
        )

    def get_serializer_class(self) -> Any:
        return WebhookDeliveryDetailSerializer if self.action == "retrieve" else WebhookDeliverySerializer

    @command(answer=WebhookDeliverySerializer, raises=(StateConflict, errors.EndpointNotActive))
    def replay(self, row: WebhookDelivery) -> WebhookDelivery:
        """重新投递: the same `webhook-id` and body, with the schedule from its beginning."""
        return deliveries.replay(row)
