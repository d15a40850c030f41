from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from apps.access.errors import HandlerGone
from apps.access.scoped.views import CodedView, ListMixin, RetrieveMixin, ScopedViewSet
from apps.access.services.dead_letters import outbox_state, replay_dead_letter
from apps.identity.models import Hospital
from kernel.errors import StateConflict
from kernel.http.schema import raises
from kernel.http.serializers import ModelSerializer
from kernel.http.views import APIView
from kernel.outbox.models import DeadLetter


class DeadLetterSerializer(ModelSerializer):
    """死信: an event that a handler refused too often. `payload` holds ids only."""

    topic = serializers.CharField(source="event.topic", read_only=True)
    hospital_id = serializers.UUIDField(source="event.hospital_id", read_only=True, allow_null=True)
    hospital_name = serializers.CharField(read_only=True, allow_null=True)
    request_id = serializers.CharField(source="event.request_id", read_only=True)
    payload = serializers.DictField(source="event.payload", read_only=True)
    happened_at = serializers.DateTimeField(source="event.created_at", read_only=True)

    class Meta:
        model = DeadLetter
        fields = [
            "id", "event_id", "topic", "hospital_id", "hospital_name", "handler", "error", "payload", "request_id",
            "happened_at", "created_at", "replayed_at",
        ]  # fmt: skip
        read_only_fields = fields


class OutboxStateSerializer(serializers.Serializer[Any]):
    """Events not yet queued, queued and not yet handled, dead."""

    waiting = serializers.IntegerField()
    oldest_waiting_at = serializers.DateTimeField(allow_null=True)
    pending = serializers.IntegerField()
    oldest_pending_at = serializers.DateTimeField(allow_null=True)
    dead = serializers.IntegerField()


class DeadLetterFilter(django_filters.FilterSet):
    handler = django_filters.CharFilter(max_length=120)
    topic = django_filters.CharFilter(field_name="event__topic", max_length=80)
    is_replayed = django_filters.BooleanFilter(
        field_name="replayed_at", lookup_expr="isnull", exclude=True, help_text="replayed since it died"
    )


@extend_schema(tags=["operations"])
class DeadLetterViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """死信: what could not be handled, to be seen and tried again."""

    model = DeadLetter
    resource = "operations.dead_letter"
    codes = {"replay": "replay"}
    serializer_class = DeadLetterSerializer
    filterset_class = DeadLetterFilter
    ordering_fields = ["created_at"]
    ordering = ["-created_at"]
    named_ids = {"hospital": ("event.hospital_id", Hospital)}

    def base_queryset(self) -> Any:
        return DeadLetter.objects.select_related("event")

    @extend_schema(request=None, responses=DeadLetterSerializer)
    @raises(StateConflict, HandlerGone)
    @action(detail=True, methods=["post"])
    def replay(self, request: Any, pk: Any = None) -> Response:
        """Queue the event again for the handler that refused it."""
        replay_dead_letter(self.get_object())
        return Response(self.get_serializer(self.get_object()).data)


class OutboxStateView(CodedView, APIView):
    """消息投递状态: how much waits to be delivered."""

    resource = "operations.dead_letter"
    codes = {"get": "list"}

    @extend_schema(operation_id="operations_outbox", tags=["operations"], responses=OutboxStateSerializer)
    def get(self, request: Any) -> Response:
        """Read how much waits to be delivered."""
        return Response(outbox_state())
