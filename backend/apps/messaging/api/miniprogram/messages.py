from typing import Any
from uuid import UUID

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.response import Response

from apps.access.scoped.own import OwnViewSet
from apps.identity.models import Hospital
from apps.messaging.errors import UnknownScene, UnknownTemplate
from apps.messaging.models import Message
from apps.messaging.scenes import SCENES
from apps.messaging.selectors.messages import inbox_of
from apps.messaging.selectors.templates import subscribe_template_ids
from apps.messaging.services.consents import add_consents
from apps.messaging.services.inbox import mark_read
from apps.patients.own_filters import BoundFilterSet
from kernel.errors import NotFound
from kernel.http.schema import raises
from kernel.http.serializers import ModelSerializer, Serializer


class InboxMessageSerializer(ModelSerializer):
    """A message as its reader sees it."""

    patient_id = serializers.UUIDField(read_only=True, allow_null=True)

    class Meta:
        model = Message
        fields = [
            "id", "hospital_id", "hospital_name", "patient_id", "patient_name", "scene", "title", "text",
            "created_at", "read_at",
        ]  # fmt: skip
        read_only_fields = fields


class SubscribeTemplatesSerializer(Serializer):
    """What to give to wx.requestSubscribeMessage for a scene."""

    scene = serializers.CharField()
    title = serializers.CharField()
    template_ids = serializers.ListField(child=serializers.CharField())


class TemplatesQuerySerializer(Serializer):
    """Of which scene."""

    scene = serializers.CharField(max_length=40, required=False)


class ConsentSerializer(Serializer):
    """The user tapped accept; `accepted` times since the last report."""

    template_id = serializers.CharField(max_length=64)
    accepted = serializers.IntegerField(min_value=1, max_value=20, default=1)


class ConsentLeftSerializer(Serializer):
    """How many messages of the template the user still accepts."""

    template_id = serializers.CharField()
    left = serializers.IntegerField()


class InboxFilter(BoundFilterSet):
    unread = django_filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")


@extend_schema(tags=["messages"])
class InboxViewSet(ListModelMixin, OwnViewSet):
    """消息: the user's own inbox, and consents to subscribe messages."""

    serializer_class = InboxMessageSerializer
    filterset_class = InboxFilter
    ordering_fields = ["created_at"]
    ordering = ["-id"]

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Message.objects.none()
        return inbox_of(self.account.pk)

    @raises(NotFound)
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=None, responses=InboxMessageSerializer)
    @raises(NotFound)
    @action(detail=True, methods=["post"])
    def read(self, request: Any, pk: UUID) -> Response:
        """Mark a message as read."""
        return Response(self.get_serializer(mark_read(self.account.pk, pk)).data)

    @extend_schema(
        parameters=[TemplatesQuerySerializer],
        responses=SubscribeTemplatesSerializer(many=True),
        filters=False,
    )
    @raises(UnknownScene)
    @action(detail=False, pagination_class=None, filterset_class=None)
    def templates(self, request: Any) -> Response:
        """List the template ids for which to ask the user's consent, by scene."""
        query = TemplatesQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        scene = query.validated_data.get("scene")
        if scene and scene not in SCENES:
            raise UnknownScene(field="scene")
        hospitals = Hospital.objects.filter(is_active=True).values_list("pk", flat=True)
        found = subscribe_template_ids(hospitals, scene)
        return Response([{"scene": k, "title": SCENES[k].title, "template_ids": v} for k, v in found.items()])

    @extend_schema(request=ConsentSerializer, responses=ConsentLeftSerializer)
    @raises(UnknownTemplate)
    @action(detail=False, methods=["post"])
    def consents(self, request: Any) -> Response:
        """Report that the user accepted messages of a template in wx.requestSubscribeMessage."""
        body = ConsentSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        left = add_consents(self.account, **body.validated_data)
        return Response({"template_id": body.validated_data["template_id"], "left": left})
