"""Closed periods: what stands in them is frozen by PostgreSQL (migrations/0008_closes.sql)."""

from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.identity.models import Hospital, StaffMember
from apps.payments.states import CLOSES, CloseState
from apps.worklist.models import Approval
from kernel import clock
from kernel.models import VersionedModel


class _Close(VersionedModel):
    """`number`: the how manieth close of the period; those before were reopened and stay. `totals`: as they were.

    `previous`: the close that was made before it, of whatever period; each has one after it at most. `sha256`: of the
    content and of that close, in hexadecimal. `approval`: of a reopening that was asked for.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12, choices=CLOSES.choices, default=CloseState.CLOSED.value)
    closed_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False)
    closed_at = models.DateTimeField(default=clock.now)
    totals = models.JSONField()
    sha256 = models.CharField(max_length=64)
    previous = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="+")
    approval = models.ForeignKey(
        Approval, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reopened_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reopened_at = models.DateTimeField(null=True)
    reopen_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        abstract = True


class DailyClose(_Close):
    """日结 of a business day (Asia/Shanghai)."""

    business_date = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "business_date", "number"], name="daily_close_once"),
            models.UniqueConstraint(
                fields=["hospital", "business_date"], condition=Q(state="closed"), name="daily_close_one_stands"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["hospital", "-id"], name="daily_close_of_hospital")]
        triggers = [audited(exclude=("totals",))]


class MonthlyClose(_Close):
    """月结; `month` as YYYY-MM."""

    month = models.CharField(max_length=7)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "month", "number"], name="monthly_close_once"),
            models.UniqueConstraint(
                fields=["hospital", "month"], condition=Q(state="closed"), name="monthly_close_one_stands"
            ),
            models.CheckConstraint(
                condition=Q(month__regex=r"^\d{4}-(0[1-9]|1[0-2])$"), name="monthly_close_month"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["hospital", "-id"], name="monthly_close_of_hospital")]
        triggers = [audited(exclude=("totals",))]
