from typing import Any
from uuid import UUID

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from apps.access.policies.base import policy_of
from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.messaging.models import Channel, DeliveryAttempt, Message
from apps.messaging.scenes import SCENES
from apps.messaging.selectors.messages import counters
from apps.messaging.services.replay import retry_messages
from apps.messaging.states import MessageState
from kernel.errors import NotFound, PermissionDenied, StateConflict
from kernel.http.fields import MaskedText
from kernel.http.filters import KnownFilter, in_force
from kernel.http.schema import raises
from kernel.http.serializers import ModelSerializer, Serializer

MAX_IDS = 100


class MessageSerializer(ModelSerializer):
    """消息: what a patient was told, how far it came and why it failed. `channel` is blank until one is chosen."""

    channel = serializers.ChoiceField(choices=Channel.choices, allow_blank=True, read_only=True)

    class Meta:
        model = Message
        fields = [
            "id", "hospital_id", "hospital_name", "patient_id", "patient_name", "scene", "title", "text", "state",
            "channel", "urgent", "tries", "error_code", "error_detail", "created_at", "sent_at", "delivered_at",
            "read_at",
        ]  # fmt: skip
        read_only_fields = fields


class DeliveryAttemptSerializer(ModelSerializer):
    """One call of a provider."""

    recipient = MaskedText()

    class Meta:
        model = DeliveryAttempt
        fields = [
            "id", "channel", "recipient", "provider_id", "started_at", "finished_at", "outcome", "error_code",
            "error_detail", "reported_at", "report_code",
        ]  # fmt: skip
        read_only_fields = fields


class RetrySerializer(Serializer):
    """Messages to try again."""

    ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MAX_IDS)


class RetriedSerializer(Serializer):
    """How many messages are queued again."""

    queued = serializers.IntegerField()


class MessageCountersSerializer(Serializer):
    """Messages per state."""

    def get_fields(self) -> dict[str, Any]:
        return {state.value: serializers.IntegerField() for state in MessageState}


class MessageFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    patient_id = django_filters.UUIDFilter()
    scene = KnownFilter(known=lambda: in_force(SCENES), max_length=40)
    state = django_filters.ChoiceFilter(choices=[(state.value, state.value) for state in MessageState])
    channel = django_filters.ChoiceFilter(choices=Channel.choices)
    error_code = django_filters.CharFilter(max_length=64)
    created_from = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_to = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")


@extend_schema(tags=["messages"])
class MessageViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """消息记录: what was sent to patients, and sending it again."""

    model = Message
    resource = "messaging.message"
    codes = {"attempts": "list", "retry": "retry", "counters": "list"}
    serializer_class = MessageSerializer
    filterset_class = MessageFilter
    ordering_fields = ["created_at"]
    ordering = ["-id"]

    @extend_schema(responses=DeliveryAttemptSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None, filterset_class=None)
    def attempts(self, request: Any, pk: UUID) -> Response:
        """List the calls that were made for the message, newest first."""
        found = self.get_object().attempts.order_by("-id")
        return Response(DeliveryAttemptSerializer(found, many=True).data)

    @extend_schema(request=RetrySerializer, responses=RetriedSerializer)
    @raises(StateConflict, NotFound)
    @action(detail=False, methods=["post"])
    def retry(self, request: Any) -> Response:
        """Send up to 100 failed or dead messages again."""
        body = RetrySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        ids = set(body.validated_data["ids"])
        visible = self.get_queryset().filter(pk__in=ids)
        if visible.count() != len(ids):
            raise NotFound
        code = self.code_of_action() or ""
        if policy_of(Message).scope(self.actor, code, visible, "change").count() != len(ids):
            raise PermissionDenied
        return Response({"queued": retry_messages(ids)})

    @extend_schema(responses=MessageCountersSerializer, filters=True)
    @action(detail=False, pagination_class=None)
    def counters(self, request: Any) -> Response:
        """Count the messages of each state; the list's filters apply."""
        return Response(counters(self.filter_queryset(self.get_queryset())))
