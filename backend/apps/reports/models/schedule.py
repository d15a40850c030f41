from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.identity.models import Hospital, StaffMember
from apps.reports.models.formats import ReportFormat
from kernel.models import VersionedModel


class ReportEvery(models.TextChoices):
    """How often."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class ReportSchedule(VersionedModel):
    """报表计划: a report of the last day, week or month, made at a time of day and told to its owner.

    `weekday` 1 is Monday; a `month_day` that the month lacks is its last. `working_days_only`: on a day off it waits
    for the next working day; of every day, the days off are in the next report. `paused_reason`: why it stands still.
    `due_at`: when it is made next.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    owner = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    report = models.CharField(max_length=64)
    parameters = models.JSONField(default=dict, help_text="without its days: they follow from the time")
    file_format = models.CharField(max_length=4, choices=ReportFormat.choices, default=ReportFormat.XLSX)
    every = models.CharField(max_length=8, choices=ReportEvery.choices)
    at = models.TimeField()
    weekday = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(7)]
    )
    month_day = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    working_days_only = models.BooleanField(default=False)
    language = models.CharField(max_length=8, default="zh-hans", editable=False)
    is_active = models.BooleanField(default=True)
    paused_reason = models.CharField(max_length=32, blank=True, default="", editable=False)
    due_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__range=(1, 7), month_day__range=(1, 31)), name="report_schedule_days"
            ),
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(due_at__isnull=False), name="report_schedule_active_is_due"
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="report_schedule_of_hospital"),
            models.Index(fields=["owner", "-id"], name="report_schedule_of_owner"),
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="report_schedule_due"
            ),
        ]  # fmt: skip
        triggers = [audited(exclude=("due_at",))]
