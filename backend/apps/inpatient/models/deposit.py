from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.billing.states import TOP_UPS, TopUpState
from apps.identity.models import Hospital, StaffMember, WeChatAccount
from apps.inpatient.models.admission import Admission
from apps.patients.models import Patient
from apps.payments.types import PaymentOrder
from kernel.models import BaseModel
from kernel.money import FenField


class DepositTransaction(BaseModel):
    """住院押金: money that is to be an admission's deposit. The balance itself is in the ledger.

    `account`: who pays in the mini-program, the patient or a relative. `deposit_order`: it was asked for.
    `order` is what it is paid by; null for the moment between the two, or for ever if the program ended then.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    admission = models.ForeignKey(
        Admission, on_delete=models.PROTECT, related_name="deposits", db_index=False
    )
    order = models.OneToOneField(PaymentOrder, on_delete=models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(
        WeChatAccount, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    opened_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    deposit_order = models.ForeignKey(
        "inpatient.DepositOrder", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    application = models.CharField(max_length=100)
    amount_fen = FenField()
    state = models.CharField(max_length=12, choices=TOP_UPS.choices, default=TopUpState.PENDING.value)
    credited_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="inpatient_deposit_has_amount"),
            models.CheckConstraint(
                condition=~Q(state="credited") | Q(order__isnull=False, credited_at__isnull=False),
                name="inpatient_deposit_credited_by",
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="inpatient_deposit_of_hospital"),
            models.Index(fields=["patient", "-id"], name="inpatient_deposit_of_patient"),
            models.Index(fields=["admission", "-id"], name="inpatient_deposit_of_stay"),
            models.Index(
                fields=["account", "-id"], condition=Q(account__isnull=False), name="inpatient_deposit_of_payer"
            ),
            models.Index(
                fields=["opened_by", "-id"],
                condition=Q(opened_by__isnull=False),
                name="inpatient_deposit_of_clerk",
            ),
        ]  # fmt: skip
        triggers = [audited()]
