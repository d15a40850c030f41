from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.billing.models.bill import Bill
from apps.billing.states import REFUND_REQUESTS
from apps.identity.models import Department, Hospital, StaffMember, WeChatAccount
from apps.patients.models import Patient, PatientCard
from apps.payments.types import PaymentOrder
from apps.worklist.models import Approval
from kernel.models import BaseModel, VersionedModel
from kernel.money import FenField


class RefundRequest(VersionedModel):
    """退费申请: bills of one order, or the balance of a card. The refunds it led to carry its id as `decision_id`.

    A patient's own begins as executing; one of the window is decided and executed by staff. `department` and
    `practitioner` are those of the bills, who decides on them; null for a card. `application`: who asked, and whose
    payments may go back (window: those of all). `approval`: who decided, null where nobody had to.
    `executed_by` stands for cash that was paid out.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    practitioner = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, null=True, related_name="+")
    card = models.ForeignKey(PatientCard, on_delete=models.PROTECT, null=True, related_name="+")
    application = models.CharField(max_length=100)
    account = models.ForeignKey(
        WeChatAccount, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    requested_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    amount_fen = FenField()
    reason = models.CharField(max_length=200)
    needs_approval = models.BooleanField(default=False)
    needs_reprint = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=REFUND_REQUESTS.choices)
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, null=True, related_name="+")
    executed_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    executed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Put in by selectors.refund_requests for the front ends.
    succeeded_fen: int
    failed_fen: int
    bills: list[dict[str, Any]]
    refunds: list[dict[str, Any]]
    missing_reprint_ids: list[UUID]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="refund_request_has_amount"),
            models.CheckConstraint(
                condition=Q(order__isnull=False, card__isnull=True)
                | Q(order__isnull=True, card__isnull=False),
                name="refund_request_order_or_card",
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="refund_request_of_hospital"),
            models.Index(fields=["department", "-id"], name="refund_request_of_department"),
            models.Index(fields=["practitioner", "-id"], name="refund_request_of_practitioner"),
            models.Index(fields=["patient", "-id"], name="refund_request_of_patient"),
        ]
        triggers = [audited()]


class RefundRequestLine(BaseModel):
    """How much of which bill a request asks for."""

    request = models.ForeignKey(RefundRequest, on_delete=models.PROTECT, related_name="lines")
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="refund_lines")
    amount_fen = FenField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "bill"], name="refund_request_bill_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="refund_request_line_has_amount"),
        ]
