from django.db import models

from apps.audit.triggers import audited
from apps.identity.models import Hospital
from apps.receipts.models.account import ReceiptAccount
from apps.receipts.states import DAY_CHECK_STATES, DayCheckState
from kernel.models import VersionedModel
from kernel.money import FenField


class ReceiptDayCheck(VersionedModel):
    """日汇总核对: what an account issued and reversed on a day, here and at the platform.

    `missing_there`, `missing_here`, `amount_differs`: our numbers, at most 100 of each.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(ReceiptAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    business_date = models.DateField()
    state = models.CharField(max_length=12, choices=DAY_CHECK_STATES, default=DayCheckState.UNANSWERED.value)
    issued_count = models.PositiveIntegerField(default=0)
    issued_fen = FenField(default=0)
    reversed_count = models.PositiveIntegerField(default=0)
    reversed_fen = FenField(default=0)
    their_issued_count = models.PositiveIntegerField(default=0)
    their_issued_fen = FenField(default=0)
    their_reversed_count = models.PositiveIntegerField(default=0)
    their_reversed_fen = FenField(default=0)
    missing_there = models.JSONField(default=list)
    missing_here = models.JSONField(default=list)
    amount_differs = models.JSONField(default=list)
    error = models.CharField(max_length=200, blank=True, default="")
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "business_date"], name="receipt_day_check_once")
        ]
        indexes = [
            models.Index(fields=["hospital", "-business_date", "-id"], name="receipt_day_check_newest")
        ]
        triggers = [audited()]
