from django.core.validators import MaxValueValidator
from django.db import models

from apps.audit.triggers import audited
from apps.identity.models import Department, Hospital
from kernel.models import VersionedModel

MAX_PRIORITY_MINUTES = 1_440


class QueueOrder(models.TextChoices):
    """By the time of the appointment (walk-ins by arrival), or by arrival alone."""

    APPOINTMENT = "appointment"
    ARRIVAL = "arrival"


class QueueRule(VersionedModel):
    """How a department's queues are ordered; what is null follows the hospital's settings `queue.*`."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    department = models.OneToOneField(Department, on_delete=models.PROTECT, related_name="+")
    order = models.CharField(max_length=12, choices=QueueOrder.choices, null=True, blank=True)  # noqa: DJ001 - null = inherit
    late_after_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="after the start of the slot; 0 = nobody is late"
    )
    late_behind = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="places a late patient waits behind; 0 = until the current slot ends"
    )
    return_behind = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="places behind which one who comes back from an examination waits"
    )
    skip_behind = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="places that one who did not come goes back"
    )
    max_skips = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="so often; once more and the patient is passed over"
    )

    class Meta:
        indexes = [models.Index(fields=["hospital", "-id"], name="queue_rule_of_hospital")]
        triggers = [audited()]


class QueuePriority(VersionedModel):
    """优先人群: a hospital's own priority group, or its word on a shipped one (same code)."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=40)
    minutes = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(MAX_PRIORITY_MINUTES)], help_text="called as if so much earlier"
    )
    from_age = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(150)], help_text="given by itself from this age"
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hospital", "code"], name="queue_priority_once")]
        triggers = [audited()]
