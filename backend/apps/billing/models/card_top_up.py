from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.billing.states import TOP_UPS, TopUpState
from apps.identity.models import Hospital, StaffMember, WeChatAccount
from apps.patients.models import Patient, PatientCard
from apps.payments.types import PaymentOrder
from kernel.models import BaseModel
from kernel.money import FenField


class CardTopUp(BaseModel):
    """就诊卡充值: money that is to be a card's. The balance itself is in the ledger: card_balance of the card.

    `order` is what it is paid by; null for the moment between the two, or for ever if the program ended then.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    card = models.ForeignKey(PatientCard, on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.OneToOneField(PaymentOrder, on_delete=models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(
        WeChatAccount, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    opened_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    application = models.CharField(max_length=100)
    amount_fen = FenField()
    state = models.CharField(max_length=12, choices=TOP_UPS.choices, default=TopUpState.PENDING.value)
    credited_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="card_top_up_has_amount"),
            models.CheckConstraint(
                condition=~Q(state="credited") | Q(order__isnull=False, credited_at__isnull=False),
                name="card_top_up_credited_by_order",
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="card_top_up_of_hospital"),
            models.Index(fields=["patient", "-id"], name="card_top_up_of_patient"),
            models.Index(fields=["card", "-id"], name="card_top_up_of_card"),
        ]
        triggers = [audited()]
