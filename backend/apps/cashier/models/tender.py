import pgtrigger
from django.db import models
from django.db.models import F, Q

from apps.cashier.models.shift import CashierShift
from apps.identity.models import Hospital
from kernel.models import BaseModel
from kernel.money import FenField


class ShiftTender(BaseModel):
    """班次其他收款: what a count says of a channel other than cash. `count_no`: of which count of the shift.

    `expected_count`, `expected_fen`: what the clerk has taken by it; `counted_fen`: what the slips or the provider's
    own total say, null where nobody has looked. Neither changed nor deleted.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    shift = models.ForeignKey(CashierShift, on_delete=models.PROTECT, related_name="tenders", db_index=False)
    count_no = models.PositiveSmallIntegerField()
    channel = models.CharField(max_length=24)
    expected_count = models.PositiveIntegerField(default=0)
    expected_fen = models.BigIntegerField(default=0)
    counted_fen = FenField(null=True)
    difference_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shift", "count_no", "channel"], name="shift_tender_once"),
            models.CheckConstraint(
                condition=Q(counted_fen__isnull=True, difference_fen__isnull=True)
                | Q(difference_fen=F("counted_fen") - F("expected_fen")),
                name="shift_tender_difference",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
