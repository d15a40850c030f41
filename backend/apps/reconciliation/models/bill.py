from typing import ClassVar

from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.files.models import File
from apps.identity.models import Hospital, PartnerApplication, StaffMember
from apps.payments.types import MerchantAccount
from apps.reconciliation.models.run import CounterpartyKind, ReconciliationRun
from apps.reconciliation.states import BILLS, BillState
from apps.worklist.models import Approval
from kernel.models import VersionedModel


class BillSource(models.TextChoices):
    """Who brought it: a person, or the counterparty's own program."""

    UPLOAD = "upload"
    PARTNER = "partner"


class SuppliedBill(VersionedModel):
    """对方账单: a counterparty's bill of a day as a file, checked by a worker.

    `sha256`: of the file; `content_sha256`: of its lines as read, as the run has it. `findings`: {code, line?, column?,
    cell?, shown?} of what is wrong with it. `partner`: the application that put it. `approval`: of another
    person, that it may count instead of the bill before.
    """

    worker: ClassVar[str] = "apps.reconciliation.tasks.check_bill"

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    counterparty = models.CharField(max_length=16, choices=CounterpartyKind.choices)
    account_id = models.UUIDField()
    account_name = models.CharField(max_length=80)
    merchant = models.ForeignKey(
        MerchantAccount, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    business_date = models.DateField()
    source = models.CharField(max_length=12, choices=BillSource.choices)
    by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    partner = models.ForeignKey(
        PartnerApplication, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+", db_index=False)
    sha256 = models.CharField(max_length=64)
    content_sha256 = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(max_length=12, choices=BILLS.choices, default=BillState.CHECKING.value)
    findings = models.JSONField(default=list)
    run = models.ForeignKey(
        ReconciliationRun, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    approval = models.ForeignKey(
        Approval, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    checked_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hospital", "counterparty", "account_id", "business_date", "sha256"],
                name="supplied_bill_once",
            ),
            models.CheckConstraint(
                condition=~Q(counterparty="merchant") | Q(merchant__isnull=False),
                name="supplied_bill_merchant_named",
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="supplied_bill_of_hospital"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="supplied_bill_due"),
        ]
        triggers = [audited(exclude=("due_at", "tries"))]
