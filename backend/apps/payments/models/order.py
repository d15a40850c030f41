from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from apps.audit.triggers import audited
from apps.identity.models import Department, Hospital, PartnerApplication, StaffMember, WeChatAccount
from apps.patients.models import Patient
from apps.payments.payers import PayerType
from apps.payments.states import ORDERS, OrderState
from kernel.models import BaseModel, VersionedModel
from kernel.money import FenField


class PaymentOrigin(models.TextChoices):
    """How an order came about. `recorded`: it writes down money that a clerk had taken before."""

    ONLINE = "online", "线上"
    COUNTER = "counter", "窗口"
    RECORDED = "recorded", "补记"


class CloseCause(models.TextChoices):
    """Why nobody is to pay an order any more."""

    EXPIRED = "expired", "超时未支付"
    GIVEN_UP = "given_up", "用户取消"
    GIVEN_UP_BY_STAFF = "given_up_by_staff", "工作人员关闭"
    HOLD_EXPIRED = "hold_expired", "号源已释放"
    APPOINTMENT_CANCELLED = "appointment_cancelled", "已退号"
    RESCHEDULED = "rescheduled", "已改期"
    BILL_CANCELLED = "bill_cancelled", "账单已取消"
    PAID_AT_HIS = "paid_at_his", "已在医院系统支付"
    PAID_AT_WINDOW = "paid_at_window", "已在窗口支付"


class ReturnCause(models.TextChoices):
    """Why the money of a paid order went back whole. `posting_error` has the code of a refusal."""

    HOLD_EXPIRED = "hold_expired", "号源已释放"
    CHANGED = "changed", "费用已变更或已支付"
    REFUSED = "refused", "无法入账"
    NOT_POSTED_IN_TIME = "not_posted_in_time", "医院系统暂不可用"
    PAID_AT_WINDOW = "paid_at_window", "已在窗口支付"
    REVERSED = "reversed", "窗口已冲正"


class PaymentOrder(VersionedModel):
    """支付单: one or several whole things that are paid at once.

    `application` is where it was opened: miniprogram, window, or a partner's client id (then `partner` too).
    `refunded_fen` counts refunds from their decision on. `expires_at` ends paying, also at the channel.
    `department`: whose things are paid; null when they belong to several, or to none. `scene`: of `payables`.
    `held_fen`: what tenders hold while the others are missing. `channel`: `mixed` once several tenders have paid.
    """

    worker: ClassVar[str] = "apps.payments.tasks.advance_order"

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    account = models.ForeignKey(
        WeChatAccount, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    opened_by = models.ForeignKey(
        StaffMember, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    partner = models.ForeignKey(
        PartnerApplication, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    application = models.CharField(max_length=100)
    order_no = models.CharField(max_length=32, help_text="支付单号")
    scene = models.CharField(max_length=20)
    payer_type = models.CharField(max_length=24, choices=PayerType.choices, default=PayerType.SELF_PAY)
    description = models.CharField(max_length=120)
    amount_fen = FenField()
    refunded_fen = FenField(default=0)
    held_fen = FenField(default=0, db_default=0)
    state = models.CharField(max_length=16, choices=ORDERS.choices, default=OrderState.PENDING.value)
    channel = models.CharField(max_length=24, blank=True, default="", help_text="of the attempt that paid")
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(null=True, help_text="when we learnt that it was paid")
    posted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    origin = models.CharField(max_length=12, choices=PaymentOrigin.choices)
    close_cause = models.CharField(max_length=24, choices=CloseCause.choices, blank=True, default="")
    return_cause = models.CharField(max_length=24, choices=ReturnCause.choices, blank=True, default="")
    posting_tries = models.PositiveSmallIntegerField(default=0)
    posting_error = models.CharField(max_length=200, blank=True, default="")
    alarmed_at = models.DateTimeField(null=True, help_text="paid for too long without being posted")
    due_at = models.DateTimeField(null=True, help_text="when a worker is to look at it next")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "order_no"], name="payment_order_no_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_order_has_amount"),
            models.CheckConstraint(
                condition=Q(refunded_fen__gte=0, refunded_fen__lte=F("amount_fen")),
                name="payment_order_refunds_within",
            ),
            models.CheckConstraint(
                condition=Q(held_fen=0) | Q(state="pending", held_fen__gt=0, held_fen__lt=F("amount_fen")),
                name="payment_order_holds_less",
            ),
            models.CheckConstraint(
                condition=~Q(return_cause="") | ~Q(state__in=["returning", "returned"]),
                name="payment_order_returns_for_a_cause",
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="payment_order_of_hospital"),
            models.Index(fields=["hospital", "created_at", "id"], name="payment_order_by_time"),
            models.Index(fields=["patient", "-id"], name="payment_order_of_patient"),
            models.Index(fields=["department", "-id"], name="payment_order_of_department"),
            models.Index(
                fields=["account", "-id"], condition=Q(account__isnull=False), name="payment_order_of_account"
            ),
            models.Index(
                fields=["partner", "-id"], condition=Q(partner__isnull=False), name="payment_order_of_partner"
            ),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="payment_order_due"),
            models.Index(fields=["order_no"], name="payment_order_by_no"),
            models.Index(
                fields=["hospital", "posted_at"], condition=Q(state="posted"), name="payment_order_told"
            ),
            models.Index(
                fields=["hospital", "recorded_at"],
                condition=Q(state="paid_unposted"),
                name="payment_order_unposted",
            ),
        ]
        triggers = [audited(exclude=("due_at", "posting_tries", "department_id"))]

    @property
    def return_reason(self) -> str:
        """Of an order that goes back: the code of the refusal, if it was refused, else the cause."""
        return self.posting_error if self.return_cause == ReturnCause.REFUSED else self.return_cause


class PaymentOrderLine(BaseModel):
    """One whole thing in an order. `subject_type`/`subject_id` name it for the app that owns it.

    `is_live` while the order may be or is paid, so that nothing is in two live orders. `ledger_kind` and
    `ledger_owner`: the account that was credited when it was posted, and is debited when it is refunded.
    """

    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    title = models.CharField(max_length=120)
    amount_fen = FenField()
    refunded_fen = FenField(default=0)
    is_live = models.BooleanField(default=True)
    ledger_kind = models.CharField(max_length=24, blank=True, default="")
    ledger_owner = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="payment_line_position"),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                condition=Q(is_live=True),
                name="payment_line_subject_once",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_line_has_amount"),
            models.CheckConstraint(
                condition=Q(refunded_fen__gte=0, refunded_fen__lte=F("amount_fen")),
                name="payment_line_refunds_within",
            ),
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="payment_line_subject")]
