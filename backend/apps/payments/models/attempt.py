from typing import ClassVar

from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.identity.models import Hospital, PartnerApplication, StaffMember
from apps.payments.channels.base import PayMethod
from apps.payments.models.merchant import MerchantAccount
from apps.payments.models.order import PaymentOrder
from apps.payments.states import ATTEMPTS, AttemptState
from kernel.models import BaseModel
from kernel.money import FenField


class PaymentAttempt(BaseModel):
    """支付尝试: one try to pay an order through one channel. The row is committed before the channel is called.

    `is_leg`: it pays a part, one of several tenders; else the whole order. `held_at`: when a leg's money was here.
    `withdrawn_at`: nobody is to pay it any more, but its channel cannot close it yet.
    `client` is what the payer's app was given. `paid_fen` is what the channel says came in. `taken_by`: the clerk, at
    the window. `partner`: the order's. `due_at`: when a worker asks the channel again.
    """

    worker: ClassVar[str] = "apps.payments.tasks.check_attempt"

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, related_name="attempts")
    merchant = models.ForeignKey(
        MerchantAccount, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    taken_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    partner = models.ForeignKey(
        PartnerApplication, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    channel = models.CharField(max_length=24)
    method = models.CharField(max_length=16, choices=[(m.value, m.value) for m in PayMethod])
    out_trade_no = models.CharField(max_length=32, unique=True)
    amount_fen = FenField()
    paid_fen = FenField(default=0)
    tendered_fen = FenField(default=0, help_text="cash handed over; the change is the difference")
    is_leg = models.BooleanField(default=False, db_default=False)
    state = models.CharField(max_length=12, choices=ATTEMPTS.choices, default=AttemptState.CREATED.value)
    payer_id = models.CharField(max_length=128, blank=True, default="")
    client = models.JSONField(default=dict, blank=True)
    reference = models.CharField(max_length=128, blank=True, default="")
    transaction_id = models.CharField(max_length=64, blank=True, default="")
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=64, blank=True, default="")
    checks = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state="succeeded", is_leg=False),
                name="payment_attempt_one_whole",
            ),
            models.UniqueConstraint(
                fields=["merchant", "transaction_id"],
                condition=~Q(transaction_id=""),
                name="payment_attempt_transaction_once",
            ),
            models.UniqueConstraint(
                fields=["hospital", "transaction_id"],
                condition=Q(channel="pos") & ~Q(transaction_id=""),
                name="payment_attempt_slip_once",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_attempt_has_amount"),
            models.CheckConstraint(
                condition=~Q(state__in=["held", "returned"]) | Q(is_leg=True, held_at__isnull=False),
                name="payment_attempt_legs_are_held",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="payment_attempt_due"),
            models.Index(
                fields=["partner", "channel", "started_at"],
                condition=Q(partner__isnull=False),
                name="payment_attempt_of_partner",
            ),
            models.Index(
                fields=["hospital", "held_at"], condition=Q(state="held"), name="payment_attempt_held"
            ),
            models.Index(
                fields=["hospital", "channel", "paid_at"],
                condition=Q(paid_at__isnull=False),
                name="payment_attempt_paid",
            ),
        ]
        triggers = [audited(exclude=("due_at", "checks", "client", "payer_id", "reference"))]

    @property
    def change_fen(self) -> int:
        """找零: of the cash that was handed over."""
        return max(self.tendered_fen - self.amount_fen, 0)
