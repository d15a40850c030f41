from django.db import models
from django.db.models import Q

from apps.identity.models import Hospital, WeChatAccount
from apps.messaging.models.template import Channel
from apps.messaging.states import MESSAGE, MessageState
from apps.patients.models import Patient
from kernel import clock, ids
from kernel.crypto import EncryptedTextField
from kernel.models import BaseModel


class Message(BaseModel):
    """One thing to tell one patient, whatever channel it takes; also the entry of the mini-program's inbox.

    `due_at`: queued – not to be tried before; sending – the lease of the worker that has it ends then.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    account = models.ForeignKey(
        WeChatAccount, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    scene = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    title = models.CharField(max_length=80)
    text = models.TextField()
    dedupe_key = models.CharField(max_length=160, unique=True)
    urgent = models.BooleanField(default=False)
    bulk = models.BooleanField(default=False, help_text="may leave in a provider's batch")
    state = models.CharField(max_length=12, choices=MESSAGE.choices, default=MessageState.QUEUED)
    due_at = models.DateTimeField(default=clock.now)
    channel = models.CharField(max_length=20, choices=Channel.choices, blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0, help_text="on the present channel")
    ruled_out = models.JSONField(default=list, help_text="channels that are of no use for this message")
    holds_consent = models.BooleanField(default=False, help_text="one consent is set aside for this message")
    maybe_sent = models.BooleanField(
        default=False, help_text="an unanswered try on this channel may have arrived"
    )
    error_code = models.CharField(max_length=64, blank=True, default="")
    error_detail = models.CharField(max_length=200, blank=True, default="")
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["hospital", "-id"], name="message_newest"),
            models.Index(fields=["hospital", "state", "-id"], name="message_by_state"),
            models.Index(fields=["patient", "-id"], name="message_of_patient"),
            models.Index(fields=["account", "-id"], name="message_inbox"),
            models.Index(fields=["due_at"], name="message_due", condition=Q(state__in=["queued", "sending"])),
        ]


class AttemptOutcome(models.TextChoices):
    """`unknown`: the provider may have taken the message all the same."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    TEMPORARY = "temporary"
    UNKNOWN = "unknown"


class DeliveryAttempt(models.Model):
    """One call of a provider for one message. Written before the call, finished after it, never removed."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attempts")
    channel = models.CharField(max_length=20, choices=Channel.choices)
    client_id = models.CharField(max_length=64, help_text="client_msg_id or OutId: equal for equal messages")
    recipient = models.CharField(max_length=64, help_text="masked")
    recipient_index = models.BinaryField(null=True, help_text="blind index of the phone, to match reports by")
    provider_id = models.CharField(max_length=64, blank=True, default="")
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=AttemptOutcome.choices, default=AttemptOutcome.OPEN)
    error_code = models.CharField(max_length=64, blank=True, default="")
    error_detail = models.CharField(max_length=200, blank=True, default="")
    reported_at = models.DateTimeField(null=True, blank=True)
    report_code = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["message", "-id"], name="attempts_of_message"),
            models.Index(fields=["client_id"], name="attempt_by_client_id"),
        ]


class DeliveryReceipt(models.Model):
    """A provider's push as it came: stored before anything else, processed by a worker."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    provider = models.CharField(max_length=20)
    body = EncryptedTextField()
    received_at = models.DateTimeField(default=clock.now)
    processed_at = models.DateTimeField(null=True, blank=True)
    matched = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["received_at"], name="receipt_received")]
