from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.billing.models.bill import Bill
from apps.identity.models import Department, Hospital, StaffMember
from apps.patients.models import Patient
from kernel.models import BaseModel, VersionedModel
from kernel.money import FenField


class Invoice(VersionedModel):
    """发票 of a paid bill, with its items as they were. A refund reverses it (冲红); what is left gets a new one.

    `e_code`, `e_number`, `e_check_code`: the medical e-receipt (医疗收费电子票据), filled by HIS only.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="invoices", db_index=False)
    invoice_no = models.CharField(max_length=32, help_text="发票号")
    payer_name = models.CharField(max_length=80)
    amount_fen = FenField()
    items = models.JSONField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    e_code = models.CharField(max_length=32, blank=True, default="", help_text="票据代码")
    e_number = models.CharField(max_length=32, blank=True, default="", help_text="票据号码")
    e_check_code = models.CharField(max_length=32, blank=True, default="", help_text="校验码")
    print_count = models.PositiveIntegerField(default=0)
    reversed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "invoice_no"], name="invoice_no_once"),
            models.UniqueConstraint(
                fields=["bill"], condition=Q(reversed_at__isnull=True), name="invoice_one_stands"
            ),
            models.UniqueConstraint(
                fields=["hospital", "e_code", "e_number"],
                condition=~Q(e_number=""),
                name="invoice_e_receipt_once",
            ),
        ]
        indexes = [
            models.Index(fields=["-issued_at", "-id"], name="invoice_newest"),
            models.Index(fields=["hospital", "-issued_at", "-id"], name="invoice_of_hospital"),
            models.Index(fields=["department", "-issued_at", "-id"], name="invoice_of_department"),
            models.Index(fields=["patient", "-issued_at", "-id"], name="invoice_of_patient"),
            models.Index(fields=["invoice_no"], name="invoice_by_no"),
            models.Index(fields=["bill", "-id"], name="invoice_of_bill"),
        ]
        triggers = [audited()]


class InvoicePrint(BaseModel):
    """One print of an invoice: at which desk, by whom, and why a second time."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="prints", db_index=False)
    copy_no = models.PositiveIntegerField()
    desk = models.CharField(max_length=40)
    reason = models.CharField(max_length=200, blank=True, default="")
    printed_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "copy_no"], name="invoice_copy_once")]
        triggers = [audited()]
