from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.identity.models import Hospital, StaffMember
from apps.inpatient.models.admission import Admission
from apps.inpatient.models.deposit import DepositTransaction
from apps.inpatient.states import DEPOSIT_ORDERS, DepositOrderState
from kernel.models import VersionedModel
from kernel.money import FenField


class DepositOrder(VersionedModel):
    """押金单: staff ask for a deposit, in the application or at the window. `deposit`: the last try to pay it."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    admission = models.ForeignKey(
        Admission, on_delete=models.PROTECT, related_name="deposit_orders", db_index=False
    )
    amount_fen = FenField()
    due_on = models.DateField()
    note = models.CharField(max_length=100, blank=True, default="")
    state = models.CharField(
        max_length=12, choices=DEPOSIT_ORDERS.choices, default=DepositOrderState.OPEN.value
    )
    made_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False)
    deposit = models.OneToOneField(DepositTransaction, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="deposit_order_has_amount"),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(deposit__isnull=False), name="deposit_order_paid_by"
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="deposit_order_of_hospital"),
            models.Index(fields=["admission", "-id"], name="deposit_order_of_stay"),
        ]
        triggers = [audited()]
