import pgtrigger
from django.db import models
from django.db.models import Q

from apps.cashier.models.shift import CashierShift
from apps.identity.models import Hospital, StaffMember
from kernel import clock
from kernel.models import BaseModel
from kernel.money import FenField

_OPEN = """
IF (SELECT state FROM cashier_cashiershift WHERE id = NEW.shift_id FOR SHARE) IS DISTINCT FROM 'open' THEN
  RAISE EXCEPTION 'shift % takes no more cash', NEW.shift_id USING ERRCODE = 'restrict_violation';
END IF;
RETURN NEW;
"""


class EntryKind(models.TextChoices):
    """`cash_in` and `cash_refund` are money of patients; the others are moved by the clerk for another reason."""

    CASH_IN = "cash_in"
    CASH_REFUND = "cash_refund"
    PAID_IN = "paid_in"
    PAID_OUT = "paid_out"
    SAFE_DROP = "safe_drop"


#: Whether it makes the drawer fuller or emptier.
SIGN = {
    EntryKind.CASH_IN: 1, EntryKind.CASH_REFUND: -1, EntryKind.PAID_IN: 1, EntryKind.PAID_OUT: -1,
    EntryKind.SAFE_DROP: -1,
}  # fmt: skip


class ShiftEntry(BaseModel):
    """班次流水: cash that came into a drawer or left it. `subject_type`: label of the model it is for, "" for nothing.

    `tendered_fen`: what the payer handed over; the change is the difference. Neither changed nor deleted, and made of
    an open shift only.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    shift = models.ForeignKey(CashierShift, on_delete=models.PROTECT, related_name="entries", db_index=False)
    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=EntryKind.choices)
    amount_fen = FenField()
    tendered_fen = FenField(default=0)
    subject_type = models.CharField(max_length=64, blank=True, default="")
    subject_id = models.UUIDField(null=True)
    order_id = models.UUIDField(null=True)
    refund_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="shift_entry_has_amount"),
            models.CheckConstraint(
                condition=Q(tendered_fen=0) | Q(tendered_fen__gte=models.F("amount_fen")),
                name="shift_entry_change_not_negative",
            ),
            models.UniqueConstraint(
                fields=["kind", "order_id"],
                condition=Q(order_id__isnull=False, kind="cash_in"),
                name="shift_entry_order_once",
            ),
            models.UniqueConstraint(
                fields=["refund_id"], condition=Q(refund_id__isnull=False), name="shift_entry_refund_once"
            ),
        ]
        indexes = [
            models.Index(fields=["shift", "id"], name="shift_entry_of_shift"),
            models.Index(fields=["hospital", "-id"], name="shift_entry_of_hospital"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="open_only", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_OPEN
            ),
        ]
