from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.identity.models import Hospital, PartnerApplication
from apps.integrations.states import ENDPOINTS, EndpointState
from kernel.crypto.fields import EncryptedTextField
from kernel.models import VersionedModel


class DisabledBecause(models.TextChoices):
    """`gone`: it answered 410; `failing`: nothing arrived for days."""

    BY_HAND = "by_hand"
    GONE = "gone"
    FAILING = "failing"


class WebhookEndpoint(VersionedModel):
    """接收地址: where an application wants to be told of its hospital's events, and of which.

    `previous_secret` signs beside `secret` until `previous_until`.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    application = models.ForeignKey(
        PartnerApplication, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    url = models.CharField(max_length=500)
    name = models.CharField(max_length=120)
    event_types = ArrayField(models.CharField(max_length=64), default=list)
    state = models.CharField(max_length=12, choices=ENDPOINTS.choices, default=EndpointState.ACTIVE)
    disabled_because = models.CharField(
        max_length=12, choices=DisabledBecause.choices, blank=True, default=""
    )
    disabled_at = models.DateTimeField(null=True)
    secret = EncryptedTextField()
    previous_secret = EncryptedTextField()
    previous_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "url"], condition=~Q(state="retired"), name="webhook_url_once"
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="webhook_endpoint_of_hospital"),
            models.Index(fields=["hospital"], condition=Q(state="active"), name="webhook_endpoint_active"),
        ]
        triggers = [audited()]


class WebhookHealth(models.Model):
    """How an endpoint does: written with every delivery, and therefore no part of what people edit.

    `failing_since`: the first failure since something arrived last; `held_until`: it asked for a pause.
    """

    endpoint = models.OneToOneField(
        WebhookEndpoint, on_delete=models.CASCADE, primary_key=True, related_name="health"
    )
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    last_sequence = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    last_failed_at = models.DateTimeField(null=True)
    last_delivered_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    notices = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["failing_since"], condition=Q(failing_since__isnull=False), name="webhook_failing"
            )
        ]
