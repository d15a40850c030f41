from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from apps.audit.triggers import audited
from apps.identity.models import Department, Hospital, StaffMember, WeChatAccount
from apps.patients.models import Patient
from apps.payments.models.attempt import PaymentAttempt
from apps.payments.models.order import PaymentOrder, PaymentOrderLine
from apps.payments.states import REFUNDS, RefundState
from kernel.models import BaseModel, VersionedModel
from kernel.money import FenField


class RefundRoute(models.TextChoices):
    """原路退回, or cash in front of a clerk."""

    ORIGINAL = "original"
    COUNTER_CASH = "counter_cash"


class RefundCause(models.TextChoices):
    """Who or what wants the money to go back. The last four are ours: nobody asked for them.

    `reversed`: a clerk has handed it back, which nobody can forbid any more. `incomplete`: the other tenders of the
    order never came.
    """

    PATIENT = "patient"
    WINDOW = "window"
    CANCELLED = "cancelled"
    REVERSED = "reversed"
    OVERPAYMENT = "overpayment"
    NOT_POSTED = "not_posted"
    LATE = "late"
    INCOMPLETE = "incomplete"


class Refund(VersionedModel):
    """退费: money that goes back for an order. `refund_no` is our number at the channel: repeated, it refunds once.

    `attempt` is where the money came from. `his_notified_at`: HIS has taken note. `decision_id`: the refund request
    behind it, if there was one. `reissued`: how often it was sent again after it failed. `department`: the order's.
    """

    worker: ClassVar[str] = "apps.payments.tasks.advance_refund"

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, related_name="refunds")
    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, related_name="refunds")
    account = models.ForeignKey(
        WeChatAccount, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    decided_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    application = models.CharField(max_length=100, blank=True, default="")
    decision_id = models.UUIDField(null=True)
    refund_no = models.CharField(max_length=32, unique=True, help_text="退费单号")
    channel_refund_no = models.CharField(max_length=40, unique=True, help_text="our number at the channel")
    amount_fen = FenField()
    route = models.CharField(max_length=16, choices=RefundRoute.choices)
    cause = models.CharField(max_length=16, choices=RefundCause.choices)
    reason = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=12, choices=REFUNDS.choices, default=RefundState.CREATED.value)
    channel_refund_id = models.CharField(max_length=64, blank=True, default="")
    accepted_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    his_notified_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=64, blank=True, default="")
    reissue_same_number = models.BooleanField(default=True)
    reissued = models.PositiveSmallIntegerField(default=0)
    checks = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_refund_has_amount"),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="payment_refund_of_hospital"),
            models.Index(fields=["hospital", "created_at", "id"], name="payment_refund_by_time"),
            models.Index("hospital", Coalesce("accepted_at", "succeeded_at"), name="payment_refund_accepted"),
            models.Index(
                fields=["hospital", "his_notified_at"],
                condition=Q(his_notified_at__isnull=False),
                name="payment_refund_told",
            ),
            models.Index(
                fields=["hospital", "succeeded_at"],
                condition=Q(succeeded_at__isnull=False),
                name="payment_refund_succeeded",
            ),
            models.Index(fields=["patient", "-id"], name="payment_refund_of_patient"),
            models.Index(fields=["department", "-id"], name="payment_refund_of_department"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="payment_refund_due"),
            models.Index(
                fields=["decision_id"], condition=Q(decision_id__isnull=False), name="payment_refund_decision"
            ),
        ]
        triggers = [audited(exclude=("due_at", "checks", "department_id"))]

    @property
    def leaves_a_drawer(self) -> bool:
        """Whether a clerk hands it out by its success; what a reversal is about was handed out, and noted, before."""
        by_hand = self.route == RefundRoute.COUNTER_CASH and self.cause != RefundCause.REVERSED
        return by_hand and self.decided_by_id is not None


class RefundLine(BaseModel):
    """How much of a refund belongs to which line of the order. An overpayment belongs to none."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(PaymentOrderLine, on_delete=models.PROTECT, related_name="refund_lines")
    amount_fen = FenField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["refund", "line"], name="payment_refund_line_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_refund_line_has_amount"),
        ]
