"""What both audiences have in common."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from apps.integrations.event_types import EVENT_TYPES, WebhookEventType
from apps.integrations.models import (
    AttemptError,
    DisabledBecause,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from apps.integrations.services.webhook_endpoints import check_url
from kernel.http.serializers import ModelSerializer, Serializer, VersionedModelSerializer

#: What an application may choose.
CHOSEN = [(code, code) for code in EVENT_TYPES]
EVERY_TYPE = [(kind.value, kind.value) for kind in WebhookEventType]
HEALTH = [
    "last_sequence",
    "failures",
    "failing_since",
    "last_failed_at",
    "last_delivered_at",
    "held_until",
    "notices",
]
STATE = ["state", "disabled_because", "disabled_at", "previous_until", "created_at", "version"]


class EndpointFields(VersionedModelSerializer):
    """What an endpoint is, and how it does."""

    by_staff = True
    name = serializers.CharField(max_length=120)
    url = serializers.CharField(max_length=500)
    event_types = serializers.ListField(
        child=serializers.ChoiceField(choices=CHOSEN), min_length=1, max_length=len(CHOSEN)
    )
    disabled_because = serializers.ChoiceField(
        choices=DisabledBecause.choices, allow_blank=True, read_only=True
    )
    last_sequence = serializers.IntegerField(source="health.last_sequence", read_only=True)
    failures = serializers.IntegerField(source="health.failures", read_only=True)
    failing_since = serializers.DateTimeField(source="health.failing_since", read_only=True, allow_null=True)
    last_failed_at = serializers.DateTimeField(
        source="health.last_failed_at", read_only=True, allow_null=True
    )
    last_delivered_at = serializers.DateTimeField(
        source="health.last_delivered_at", read_only=True, allow_null=True
    )
    held_until = serializers.DateTimeField(source="health.held_until", read_only=True, allow_null=True)
    notices = serializers.IntegerField(source="health.notices", read_only=True)

    class Meta:
        model = WebhookEndpoint
        fields = ["id", "name", "url", "event_types", *HEALTH, *STATE]
        read_only_fields = ["state", "disabled_at", "previous_until", "created_at"]
        validators: list[Any] = []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The name of the host is looked up here, before any transaction."""
        attrs = super().validate(attrs)
        if "url" in attrs and attrs["url"] != getattr(self.instance, "url", None):
            check_url(self.hospital_of(attrs), attrs["url"], by_staff=self.by_staff)
        return attrs

    def hospital_of(self, attrs: dict[str, Any]) -> Any:
        """Whose settings say where the endpoint may stand."""
        return self.instance.hospital if self.instance else attrs["application"].hospital


class DeliveryFields(ModelSerializer):
    """What was to be told, and what became of it. `tries`: since the last replay."""

    event_type = serializers.ChoiceField(choices=EVERY_TYPE, read_only=True)
    last_error = serializers.ChoiceField(choices=AttemptError.choices, allow_blank=True, read_only=True)

    class Meta:
        model = WebhookDelivery
        fields = [
            "id", "endpoint_id", "endpoint_name", "event_type", "sequence", "state", "tries", "replays", "last_status",
            "last_error", "delivered_at", "due_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class WebhookAttemptSerializer(ModelSerializer):
    """One try. `reply`: the first kilobyte of the answer; no `status`: there was none."""

    error = serializers.ChoiceField(choices=AttemptError.choices, allow_blank=True, read_only=True)

    class Meta:
        model = WebhookAttempt
        fields = ["id", "status", "error", "duration_ms", "reply", "created_at"]
        read_only_fields = fields


def with_attempts(rows: QuerySet[WebhookDelivery]) -> QuerySet[WebhookDelivery]:
    """Deliveries with their tries in the order in which they were made."""
    return rows.prefetch_related(Prefetch("attempts", WebhookAttempt.objects.order_by("id")))


class EndpointVersionSerializer(Serializer):
    """The version that was read."""

    version = serializers.IntegerField(min_value=1, max_value=2_147_483_647)


class EndpointSecretSerializer(Serializer):
    """A new secret, shown only here."""

    secret = serializers.CharField()
    previous_until = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class ReplayRangeSerializer(Serializer):
    """From `since` to before `until`, at most 30 days: what never arrived, or all of it."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    missing_only = serializers.BooleanField(default=True)


class ReplayedSerializer(Serializer):
    """So many are sent once more; `next_since`: from where another call goes on, null once nothing is left."""

    replayed = serializers.IntegerField()
    next_since = serializers.DateTimeField(allow_null=True)
