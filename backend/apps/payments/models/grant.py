from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.audit.triggers import audited
from apps.identity.models import Hospital, PartnerApplication
from apps.payments.channels.registry import CHANNELS
from kernel.errors import InvalidValue
from kernel.models import VersionedModel
from kernel.money import FenField


class PartnerOperation(models.TextChoices):
    """What money a third-party application may move."""

    PAY = "pay"
    TOP_UP = "top_up"
    REFUND = "refund"


class PartnerChannel(VersionedModel):
    """应用渠道: what a third-party application may do through a payment channel, and how much of it.

    Limits in fen, null for none: of an order; of payments that are begun in a day, altogether and for one patient; of
    what it gives back in a day.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(PartnerApplication, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=24)
    operations = ArrayField(models.CharField(max_length=12, choices=PartnerOperation.choices), default=list)
    order_limit_fen = FenField(null=True, blank=True)
    day_limit_fen = FenField(null=True, blank=True)
    card_day_limit_fen = FenField(null=True, blank=True)
    refund_day_limit_fen = FenField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "channel"], name="partner_channel_once"),
        ]
        indexes = [models.Index(fields=["hospital", "-id"], name="partner_channel_of_hospital")]
        triggers = [audited()]

    def check_values(self) -> None:
        """A channel at which people pay by themselves; each operation once."""
        known = [spec.code for spec in CHANNELS.values() if spec.online and spec.available]
        if self.channel not in known:
            raise InvalidValue(field="channel", choices=sorted(known))
        self.operations = sorted(set(self.operations))
