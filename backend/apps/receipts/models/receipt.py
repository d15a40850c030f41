from typing import ClassVar

from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.identity.models import Department, Hospital, StaffMember
from apps.patients.models import Patient
from apps.receipts.models.account import ReceiptAccount
from apps.receipts.ports import ReceiptKind
from apps.receipts.states import RECEIPTS, ReceiptState
from kernel.models import VersionedModel
from kernel.money import FenField
from kernel.states import choices_of


class EReceipt(VersionedModel):
    """电子票据 of what a paid bill leaves. `receipt_no` is our number at the platform: repeated, it is issued once.

    `business_at`: the moment that the platform knows it by, set when it is first sent and never changed. `lines`: what
    is on it. `replaces`: the reversed one whose rest this is. `reversal_sent_at`: the platform may have reversed it.
    `ended_at`: it stands for its bill no more. `due_at`: when a worker is to look at it next.
    """

    worker: ClassVar[str] = "apps.receipts.tasks.advance_receipt"

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    bill = models.ForeignKey("billing.Bill", on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(ReceiptAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    receipt_no = models.CharField(max_length=32, help_text="业务流水号")
    kind = models.CharField(max_length=12, choices=choices_of(ReceiptKind))
    state = models.CharField(max_length=12, choices=RECEIPTS.choices, default=ReceiptState.QUEUED.value)
    payer_name = models.CharField(max_length=80)
    amount_fen = FenField()
    lines = models.JSONField(default=list)
    business_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True, help_text="since the platform may have it")
    sends = models.PositiveSmallIntegerField(default=0)
    issued_at = models.DateTimeField(null=True)
    e_code = models.CharField(max_length=50, blank=True, default="", help_text="票据代码")
    e_number = models.CharField(max_length=32, blank=True, default="", help_text="票据号码")
    e_check_code = models.CharField(max_length=32, blank=True, default="", help_text="校验码")
    picture_url = models.CharField(max_length=500, blank=True, default="")
    reversal_sent_at = models.DateTimeField(null=True)
    reversal_code = models.CharField(max_length=50, blank=True, default="")
    reversal_number = models.CharField(max_length=32, blank=True, default="")
    reversed_at = models.DateTimeField(null=True)
    paper_code = models.CharField(max_length=50, blank=True, default="")
    paper_no = models.CharField(max_length=32, blank=True, default="")
    paper_at = models.DateTimeField(null=True, help_text="the platform knows of the paper")
    paper_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    error = models.CharField(max_length=64, blank=True, default="")
    error_text = models.CharField(max_length=200, blank=True, default="")
    checks = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "receipt_no"], name="e_receipt_no_once"),
            models.UniqueConstraint(
                fields=["bill"], condition=Q(ended_at__isnull=True), name="e_receipt_one_stands"
            ),
            models.UniqueConstraint(
                fields=["hospital", "e_code", "e_number"], condition=~Q(e_number=""), name="e_receipt_number_once"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="e_receipt_has_amount"),
            models.CheckConstraint(
                condition=~Q(state__in=["issued", "reversed"]) | (~Q(e_number="") & Q(issued_at__isnull=False)),
                name="e_receipt_issued_has_number",
            ),
            models.CheckConstraint(
                condition=~Q(state="reversed") | Q(reversed_at__isnull=False, ended_at__isnull=False),
                name="e_receipt_reversed_is_over",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["hospital", "-id"], name="e_receipt_of_hospital"),
            models.Index(fields=["department", "-id"], name="e_receipt_of_department"),
            models.Index(fields=["hospital", "state", "-id"], name="e_receipt_by_state"),
            models.Index(fields=["patient", "-id"], name="e_receipt_of_patient"),
            models.Index(fields=["bill", "-id"], name="e_receipt_of_bill"),
            models.Index(fields=["receipt_no"], name="e_receipt_by_no"),
            models.Index(fields=["e_number"], condition=~Q(e_number=""), name="e_receipt_by_number"),
            models.Index(fields=["account", "business_at"], name="e_receipt_issued_on"),
            models.Index(
                fields=["account", "reversed_at"],
                condition=Q(reversed_at__isnull=False),
                name="e_receipt_reversed_on",
            ),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="e_receipt_due"),
        ]
        triggers = [audited(exclude=("due_at", "checks"))]
