from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.identity.models import Hospital
from apps.payments.types import MerchantAccount
from apps.reconciliation.states import RUNS, RunState
from apps.worklist.models import Approval
from kernel.models import VersionedModel

#: A version that knows merchant accounts only may still run beside this one.
_ACCOUNT = "NEW.account_id := coalesce(NEW.account_id, NEW.merchant_id); RETURN NEW;"


class CounterpartyKind(models.TextChoices):
    """Whom we reconcile with. `merchant`: a merchant account at a channel."""

    MERCHANT = "merchant"
    HIS = "his"
    APPLICATION = "application"


class ReconciliationRun(VersionedModel):
    """对账: our movements of a business day beside the counterparty's bill of it.

    `account_id` tells one account of the counterparty at a hospital from the others: of a merchant its own id, of HIS
    the hospital's, of an application its row's. `merchant`, `channel`: where it is one.
    `starts_at` to `ends_at`: what the counterparty calls that day. `…_in_fen`, `…_out_fen`: paid and given back, as
    counted; `stated_…`: what the bill itself says they are. `content_sha256`: of the lines as read, in hexadecimal.
    """

    worker: ClassVar[str] = "apps.reconciliation.tasks.advance_run"

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    counterparty = models.CharField(
        max_length=16,
        choices=CounterpartyKind.choices,
        default=CounterpartyKind.MERCHANT,
        db_default="merchant",
    )
    account_id = models.UUIDField()
    account_name = models.CharField(max_length=80, blank=True, default="", db_default="")
    merchant = models.ForeignKey(
        MerchantAccount, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    channel = models.CharField(max_length=24, blank=True, default="")
    business_date = models.DateField()
    attempt = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=20, choices=RUNS.choices, default=RunState.WAITING_BILL)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    our_count = models.PositiveIntegerField(default=0)
    their_count = models.PositiveIntegerField(default=0)
    our_in_fen = models.BigIntegerField(default=0)
    our_out_fen = models.BigIntegerField(default=0)
    their_in_fen = models.BigIntegerField(default=0)
    their_out_fen = models.BigIntegerField(default=0)
    stated_in_fen = models.BigIntegerField(null=True)
    stated_out_fen = models.BigIntegerField(null=True)
    fees_fen = models.BigIntegerField(default=0)
    stated_fees_fen = models.BigIntegerField(null=True)
    content_sha256 = models.CharField(max_length=64, blank=True, default="")
    error = models.CharField(max_length=64, blank=True, default="")
    error_detail = models.CharField(max_length=200, blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    matched_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    carry_approval = models.ForeignKey(
        Approval, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    carried_at = models.DateTimeField(
        null=True, help_text="two persons let its day be closed without the bill"
    )

    @property
    def is_fetching(self) -> bool:
        """Whether the bill is being asked for, for the first time or once more."""
        return self.due_at is not None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hospital", "counterparty", "account_id", "business_date", "attempt"],
                name="reconciliation_attempt_once",
            ),
            models.UniqueConstraint(
                fields=["hospital", "counterparty", "account_id", "business_date"],
                condition=~Q(state="superseded"),
                name="reconciliation_one_counts",
            ),
            models.CheckConstraint(
                condition=~Q(counterparty="merchant") | Q(merchant__isnull=False),
                name="reconciliation_merchant_named",
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-business_date", "-id"], name="reconciliation_by_day"),
            models.Index(fields=["hospital", "-id"], name="reconciliation_of_hospital"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="reconciliation_due"),
        ]
        triggers = [
            audited(exclude=("due_at", "tries")),
            pgtrigger.Trigger(
                name="account_of_merchant", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_ACCOUNT
            ),
        ]
