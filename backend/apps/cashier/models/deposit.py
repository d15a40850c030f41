from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.cashier.states import DEPOSITS, DepositState
from apps.identity.models import Hospital, StaffMember
from kernel import clock
from kernel.models import VersionedModel
from kernel.money import FenField


class BankDeposit(VersionedModel):
    """缴款: the takings of accepted shifts on their way to the bank, in a bag.

    `bank_account`: the name under which the ledger keeps the account; `slip_no`: of the bank's receipt.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    deposit_no = models.CharField(max_length=32)
    state = models.CharField(max_length=12, choices=DEPOSITS.choices, default=DepositState.MADE.value)
    amount_fen = FenField()
    bank_account = models.CharField(max_length=64)
    bag_no = models.CharField(max_length=32)
    slip_no = models.CharField(max_length=64, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")
    made_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "deposit_no"], name="bank_deposit_no"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="bank_deposit_has_amount"),
            models.CheckConstraint(
                condition=Q(state="made", decided_at__isnull=True)
                | (~Q(state="made") & Q(decided_at__isnull=False)),
                name="bank_deposit_decided_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="bank_deposit_of_hospital"),
            models.Index(fields=["hospital", "state", "-id"], name="bank_deposit_by_state"),
        ]
        triggers = [audited()]
