from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.identity.models import Hospital, WeChatAccount
from kernel.models import BaseModel, VersionedModel


class Channel(models.TextChoices):
    """Ways to a patient, in the order in which they are tried."""

    WECHAT_SUBSCRIBE = "wechat_subscribe"
    WECHAT_TEMPLATE = "wechat_template"
    SMS = "sms"


class MessageTemplate(VersionedModel):
    """消息模板: what a scene is called at a provider. Without a hospital: the group's default."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    scene = models.CharField(max_length=40)
    channel = models.CharField(max_length=20, choices=Channel.choices)
    provider_template_id = models.CharField(max_length=64)
    fields = models.JSONField(default=dict, help_text="our data key → the provider's field (thing1, time2 …)")
    text = models.TextField(
        blank=True, default="", help_text="inbox text; {keys} are filled; empty: the scene's"
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hospital", "scene", "channel"], nulls_distinct=False, name="message_template_once"
            )
        ]
        triggers = [audited()]


class SubscribeConsent(BaseModel):
    """How many subscribe messages of a template the account still accepts: one consent is one message."""

    account = models.ForeignKey(WeChatAccount, on_delete=models.CASCADE, related_name="+")
    template_id = models.CharField(max_length=64, help_text="the provider's")
    left = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "template_id"], name="subscribe_consent_once"),
            models.CheckConstraint(condition=Q(left__lte=1000), name="subscribe_consent_plausible"),
        ]
