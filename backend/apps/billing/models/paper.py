"""Paper invoices: which numbers a clerk has drawn, and what became of each of them."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce

from apps.audit.triggers import audited
from apps.billing.models.guards import fixed, kept
from apps.billing.models.invoice import Invoice, InvoicePrint
from apps.billing.states import PAPERS, RANGES, PaperState, RangeState
from apps.identity.models import Hospital, StaffMember
from kernel import clock
from kernel.models import VersionedModel

_NEXT = """
IF (SELECT next_number FROM billing_invoicerange WHERE id = NEW.range_id AND state = 'in_use' FOR UPDATE)
    IS DISTINCT FROM NEW.number THEN
  RAISE EXCEPTION 'number % is not the next one of its range', NEW.number USING ERRCODE = 'restrict_violation';
END IF;
RETURN NEW;
"""


class InvoiceKind(models.TextChoices):
    """Which forms: the authority numbers them apart."""

    OUTPATIENT = "outpatient"
    INPATIENT = "inpatient"


class InvoiceRange(VersionedModel):
    """票据号段: `first_number` to `last_number` of a 票据代码, `digits` long, that finance gave to a clerk.

    `next_number`: the first that is not used. `returned_from`: from there on the rest went back unused, and may be
    drawn again.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=InvoiceKind.choices)
    code = models.CharField(max_length=20, help_text="票据代码")
    digits = models.PositiveSmallIntegerField()
    first_number = models.BigIntegerField()
    last_number = models.BigIntegerField()
    next_number = models.BigIntegerField()
    returned_from = models.BigIntegerField(null=True)
    holder = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=RANGES.choices, default=RangeState.DRAWN.value)
    drawn_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False)
    drawn_at = models.DateTimeField(default=clock.now)
    returned_at = models.DateTimeField(null=True)
    verified_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="invoice_range_no_overlap",
                expressions=[
                    ("hospital", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    (
                        Func(
                            F("first_number"), Coalesce(F("returned_from"), F("last_number") + 1), Value("[)"),
                            function="int8range", output_field=BigIntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                condition=Q(first_number__gte=0, last_number__gte=F("first_number")), name="invoice_range_rises"
            ),
            models.CheckConstraint(
                condition=Q(next_number__gte=F("first_number"), next_number__lte=F("last_number") + 1),
                name="invoice_range_next_within",
            ),
            models.UniqueConstraint(
                fields=["hospital", "holder", "kind"],
                condition=Q(state="in_use"),
                name="invoice_range_one_in_use",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["hospital", "-id"], name="invoice_range_of_hospital"),
            models.Index(fields=["holder", "-id"], name="invoice_range_of_holder"),
        ]
        triggers = [
            audited(),
            kept(),
            fixed("hospital", "kind", "code", "digits", "first_number", "last_number", "holder"),
        ]

    def shown(self, number: int) -> str:
        """A number as it is printed on the paper, with its zeros."""
        return f"{number:0{self.digits}d}"

    @property
    def first_no(self) -> str:
        """As printed."""
        return self.shown(self.first_number)

    @property
    def last_no(self) -> str:
        """As printed."""
        return self.shown(self.last_number)

    @property
    def next_no(self) -> str:
        """As printed; "" when there is none any more."""
        is_live = self.state in (RangeState.DRAWN, RangeState.IN_USE)
        return self.shown(self.next_number) if is_live and self.next_number <= self.last_number else ""

    @property
    def unused_count(self) -> int:
        """How many numbers nothing was printed on."""
        return self.last_number + 1 - self.next_number


class InvoicePaper(VersionedModel):
    """纸质票据: what became of one number. No `invoice`: spoiled before anything was printed on it.

    `copy_returned`: whether the sheet itself came back when it was voided.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    range = models.ForeignKey(InvoiceRange, on_delete=models.PROTECT, related_name="papers", db_index=False)
    number = models.BigIntegerField()
    paper_no = models.CharField(max_length=20, help_text="票据号码")
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, related_name="papers", db_index=False
    )
    copy = models.OneToOneField(InvoicePrint, on_delete=models.PROTECT, null=True, related_name="paper")
    state = models.CharField(max_length=8, choices=PAPERS.choices, default=PaperState.ISSUED.value)
    issued_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False)
    issued_at = models.DateTimeField()
    voided_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, blank=True, default="")
    copy_returned = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["range", "number"], name="invoice_paper_once"),
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(state="issued"), name="invoice_paper_one_stands"
            ),
            models.CheckConstraint(
                condition=Q(state="issued", invoice__isnull=False, voided_at__isnull=True, copy_returned__isnull=True)
                | (Q(state="void", voided_at__isnull=False, copy_returned__isnull=False) & ~Q(void_reason="")),
                name="invoice_paper_void_says_why",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["hospital", "-id"], name="invoice_paper_of_hospital"),
            models.Index(fields=["invoice", "-id"], name="invoice_paper_of_invoice"),
            models.Index(fields=["paper_no"], name="invoice_paper_by_no"),
        ]
        triggers = [
            audited(),
            kept(),
            fixed("hospital", "range", "number", "paper_no", "invoice", "copy", "issued_by", "issued_at"),
            pgtrigger.Protect(
                name="void_for_good", operation=pgtrigger.Update, condition=pgtrigger.Q(old__state="void")
            ),
            pgtrigger.Trigger(
                name="next_only", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_NEXT
            ),
        ]
