from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.identity.models.organisation import Hospital
from kernel.errors import Expectation, InvalidValue
from kernel.models import VersionedModel

NOT_ON_HOLIDAY = Expectation(
    "not_on_holiday", "只有调休上班日才填写按周几上班", "Only a make-up workday follows a weekday."
)


class DayKind(models.TextChoices):
    HOLIDAY = "holiday"
    WORKDAY = "workday"


class CalendarDay(VersionedModel):
    """节假日与调休: a day that differs from its weekday. A year of which a hospital has no day is unknown to it."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    kind = models.CharField(max_length=8, choices=DayKind.choices)
    follows_weekday = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(6)],
        null=True,
        blank=True,
        help_text="whose templates a make-up workday follows; 0 = Monday; null = its own",
    )
    note = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "date"], name="calendar_day_once"),
            models.CheckConstraint(
                condition=Q(kind="workday") | Q(follows_weekday__isnull=True), name="calendar_day_follows"
            ),
        ]
        triggers = [audited()]

    def check_values(self) -> None:
        """Only a make-up workday follows a weekday."""
        if self.kind == DayKind.HOLIDAY and self.follows_weekday is not None:
            raise InvalidValue(field="follows_weekday", expected=NOT_ON_HOLIDAY)
