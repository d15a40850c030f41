"""An application sees and manages what is its own."""

from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import Model, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.partner import HasScope, Partner, PartnerAuthentication
from apps.identity.models import PartnerApplication
from apps.integrations import errors
from apps.integrations.api import serializers as io
from apps.integrations.models import WebhookDelivery, WebhookEndpoint
from apps.integrations.services import webhook_deliveries as deliveries, webhook_endpoints as endpoints
from apps.integrations.states import DELIVERIES
from kernel.errors import DuplicateValue, InvalidValue, StaleVersion, StateConflict
from kernel.http.commands import command
from kernel.http.schema import raises
from kernel.http.views import GenericViewSet


class OwnEndpointSerializer(io.EndpointFields):
    """接收地址 of the application. Its secret is never shown again."""

    by_staff = False

    def hospital_of(self, attrs: dict[str, Any]) -> Any:
        return self.context["view"].application.hospital


class OwnEndpointCreateSerializer(OwnEndpointSerializer):
    """A new endpoint with its secret."""

    secret = serializers.CharField(read_only=True, help_text="shown only here")

    class Meta(OwnEndpointSerializer.Meta):
        fields = [*OwnEndpointSerializer.Meta.fields, "secret"]


class OwnDeliverySerializer(io.DeliveryFields):
    """投递 to one of the application's endpoints."""


class OwnAttemptSerializer(io.WebhookAttemptSerializer):
    """One try. What its receiver answers an application knows by itself."""

    class Meta(io.WebhookAttemptSerializer.Meta):
        fields = [name for name in io.WebhookAttemptSerializer.Meta.fields if name != "reply"]
        read_only_fields = fields


class OwnDeliveryDetailSerializer(OwnDeliverySerializer):
    """With what is sent, to the byte, and every try."""

    attempts = OwnAttemptSerializer(many=True, read_only=True)

    class Meta(OwnDeliverySerializer.Meta):
        fields = [*OwnDeliverySerializer.Meta.fields, "body", "attempts"]
        read_only_fields = fields


class OwnDeliveryFilter(django_filters.FilterSet):
    endpoint_id = django_filters.UUIDFilter()
    event_type = django_filters.MultipleChoiceFilter(choices=io.EVERY_TYPE)
    state = django_filters.MultipleChoiceFilter(choices=DELIVERIES.choices)


class OwnRows(GenericViewSet[Any]):
    """Rows of the application that asks; all others do not exist for it."""

    authentication_classes = [PartnerAuthentication]
    permission_classes = [HasScope]
    required_scope = "webhooks"
    lookup_value_converter = "uuid"
    model: ClassVar[type[Model]]
    owner: ClassVar[str]

    @property
    def application(self) -> PartnerApplication:
        """Who asks."""
        partner: Partner = self.request.user  # type: ignore[assignment]  # HasScope lets in nobody else
        return partner.application

    def base_queryset(self) -> QuerySet[Any]:
        return self.model._default_manager.all()

    def as_now(self, pk: UUID) -> Any:
        """What commands answer of a row."""
        return self.base_queryset().get(pk=pk)

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        return self.base_queryset().filter(**{self.owner: self.application.pk})

    def list(self, request: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Any, pk: Any = None) -> Response:
        return Response(self.get_serializer(self.get_object()).data)


@extend_schema(tags=["webhooks"])
class OwnEndpointViewSet(OwnRows):
    """接收地址 of the application: where it is told of its hospital's events, and of which."""

    model = WebhookEndpoint
    owner = "application_id"
    serializer_class = OwnEndpointSerializer
    ordering_fields = ["name"]
    ordering = ["-id"]

    def base_queryset(self) -> QuerySet[Any]:
        return WebhookEndpoint.objects.select_related("health", "hospital", "application")

    def get_serializer_class(self) -> Any:
        return OwnEndpointCreateSerializer if self.action == "create" else OwnEndpointSerializer

    @raises(InvalidValue, DuplicateValue, errors.TooManyEndpoints)
    def create(self, request: Any) -> Response:
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        made, _ = endpoints.create_endpoint(application=self.application, **body.validated_data)
        return Response(self.get_serializer(made).data, status=201)

    @raises(InvalidValue, DuplicateValue, StaleVersion, StateConflict)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        row = self.get_object()
        body = self.get_serializer(row, data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        return Response(self.get_serializer(endpoints.update_endpoint(row, **body.validated_data)).data)

    @command(
        body=io.EndpointVersionSerializer,
        answer=io.EndpointSecretSerializer,
        raises=(StaleVersion, StateConflict),
    )
    def rotate_secret(self, row: WebhookEndpoint, *, version: int) -> WebhookEndpoint:
        """更换推送密钥: both sign for a while, so that the receiver can follow."""
        return endpoints.rotate_secret(row, version=version)

    @command(answer=OwnEndpointSerializer, raises=(StateConflict,))
    def enable(self, row: WebhookEndpoint) -> WebhookEndpoint:
        """启用: events are written for it from now on; replay what was missed."""
        return endpoints.enable(row)

    @command(answer=OwnEndpointSerializer, raises=(StateConflict,))
    def disable(self, row: WebhookEndpoint) -> WebhookEndpoint:
        """停用: nothing is sent any more, and what waits is cancelled."""
        return endpoints.disable(row)

    @command(answer=OwnEndpointSerializer, raises=(StateConflict,))
    def retire(self, row: WebhookEndpoint) -> WebhookEndpoint:
        """注销, for ever: its log is kept for a month."""
        return endpoints.retire(row)

    @command(answer=OwnDeliverySerializer, status=201, raises=(errors.EndpointNotActive,))
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
class OwnDeliveryViewSet(OwnRows):
    """投递记录 of the application's endpoints; kept for 30 days."""

    model = WebhookDelivery
    owner = "endpoint__application_id"
    serializer_class = OwnDeliverySerializer
    filterset_class = OwnDeliveryFilter
    ordering_fields: list[str] = []
    ordering = ["-id"]

    def base_queryset(self) -> QuerySet[Any]:
        rows = WebhookDelivery.objects.select_related("endpoint")
        return io.with_attempts(rows) if self.action == "retrieve" else rows

    def get_serializer_class(self) -> Any:
        return OwnDeliveryDetailSerializer if self.action == "retrieve" else OwnDeliverySerializer

    @command(answer=OwnDeliverySerializer, raises=(StateConflict, errors.EndpointNotActive))
    def replay(self, row: WebhookDelivery) -> WebhookDelivery:
        """重新投递: the same `webhook-id` and body, with the schedule from its beginning."""
        return deliveries.replay(row)
