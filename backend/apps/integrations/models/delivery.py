from django.db import models
from django.db.models import Q

from apps.identity.models import Hospital
from apps.integrations.models.endpoint import WebhookEndpoint
from apps.integrations.states import DELIVERIES, DeliveryState
from kernel import clock, ids
from kernel.models import BaseModel

_UNDER_WAY = ("pending", "delivering", "retrying")


class AttemptError(models.TextChoices):
    """Why an attempt failed. `name`: the host has no address; `address`: nothing is sent there."""

    NAME = "name"
    ADDRESS = "address"
    CONNECTION = "connection"
    TLS = "tls"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"
    REDIRECT = "redirect"
    STATUS = "status"


class WebhookDelivery(BaseModel):
    """投递: one event for one endpoint. Its id is the `webhook-id`, whatever is tried how often.

    `body` is what is signed, to the byte. `tries` counts since the last replay; `due_at`: when a worker takes it.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="+", db_index=False)
    event_type = models.CharField(max_length=64)
    sequence = models.BigIntegerField()
    body = models.TextField()
    state = models.CharField(max_length=12, choices=DELIVERIES.choices, default=DeliveryState.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    replays = models.PositiveSmallIntegerField(default=0)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=12, choices=AttemptError.choices, blank=True, default="")
    delivered_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "sequence"], name="webhook_sequence_once"),
            models.CheckConstraint(
                condition=Q(state__in=_UNDER_WAY, due_at__isnull=False)
                | (~Q(state__in=_UNDER_WAY) & Q(due_at__isnull=True)),
                name="webhook_due_while_under_way",
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="webhook_delivery_of_hospital"),
            models.Index(fields=["endpoint", "-id"], name="webhook_delivery_of_endpoint"),
            models.Index(
                fields=["endpoint", "due_at"], condition=Q(due_at__isnull=False), name="webhook_delivery_due"
            ),
            models.Index(
                fields=["endpoint"], condition=Q(state="delivering"), name="webhook_delivery_with_worker"
            ),
            models.Index(
                fields=["created_at"], condition=Q(due_at__isnull=True), name="webhook_delivery_over"
            ),
        ]


class WebhookAttempt(models.Model):
    """投递尝试: what became of one try. `reply`: the first kilobyte of the answer; `status` null: there was none."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    delivery = models.ForeignKey(
        WebhookDelivery, on_delete=models.CASCADE, related_name="attempts", db_index=False
    )
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=12, choices=AttemptError.choices, blank=True, default="")
    duration_ms = models.PositiveIntegerField()
    reply = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            models.Index(fields=["delivery", "-id"], name="webhook_attempt_of_delivery"),
            models.Index(fields=["created_at"], name="webhook_attempt_created"),
        ]
