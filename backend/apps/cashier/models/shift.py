from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.cashier.models.deposit import BankDeposit
from apps.cashier.models.drawer import CashDrawer
from apps.cashier.states import SHIFTS, ShiftState
from apps.identity.models import Hospital, StaffMember
from kernel import clock
from kernel.models import VersionedModel
from kernel.money import FenField


class CashierShift(VersionedModel):
    """收费班次: one clerk at one drawer, from the opening float to the bank. `…_cash`: name of a denomination → pieces.

    `expected_fen`, `difference_fen` (counted − expected) and everything else that tells them is empty until the count
    is entered. `handed_over_at`: the first time; clerk and drawer are free from then on. `takings_fen`: what is for the
    bank: counted − float + safe drops. `count_no`: how often it was counted. `difference_posted`: the ledger has it.
    `tenders_explained`: no slip differs from what was taken by it, or the reason says why.
    `first_difference_fen`: what the first count showed, whatever a later one does. `closed_by`: who counted or handed
    over in the clerk's place. `safe_drop_fen`, `paid_out_fen`: what the clerk alone says, known with the count.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    clerk = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False)
    drawer = models.ForeignKey(CashDrawer, on_delete=models.PROTECT, related_name="+", db_index=False)
    shift_no = models.CharField(max_length=32)
    state = models.CharField(max_length=12, choices=SHIFTS.choices, default=ShiftState.OPEN.value)
    float_fen = FenField(default=0)
    float_cash = models.JSONField(default=dict)
    opened_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, help_text="no cash since")
    count_no = models.PositiveSmallIntegerField(default=0)
    counted_at = models.DateTimeField(null=True)
    counted_fen = FenField(null=True)
    counted_cash = models.JSONField(null=True)
    expected_fen = models.BigIntegerField(null=True)
    difference_fen = models.BigIntegerField(null=True)
    first_difference_fen = models.BigIntegerField(null=True)
    safe_drop_fen = FenField(null=True)
    paid_out_fen = FenField(null=True)
    difference_reason = models.CharField(max_length=200, blank=True, default="")
    tenders_explained = models.BooleanField(default=True, db_default=True)
    difference_posted = models.BooleanField(default=False)
    needs_countersign = models.BooleanField(default=False)
    countersigned_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    countersigned_at = models.DateTimeField(null=True)
    receiver = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    handed_over_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    reject_reason = models.CharField(max_length=200, blank=True, default="")
    takings_fen = models.BigIntegerField(null=True)
    deposit = models.ForeignKey(
        BankDeposit, on_delete=models.PROTECT, null=True, related_name="shifts", db_index=False
    )
    closed_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    unbanked_at = models.DateTimeField(
        null=True, help_text="when somebody was told that its takings lie here"
    )
    overdue_at = models.DateTimeField(null=True, help_text="when somebody was told that it is open too long")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "shift_no"], name="cashier_shift_no"),
            models.UniqueConstraint(
                fields=["clerk"], condition=Q(handed_over_at__isnull=True), name="cashier_shift_one_of_clerk"
            ),
            models.UniqueConstraint(
                fields=["drawer"],
                condition=Q(handed_over_at__isnull=True),
                name="cashier_shift_one_of_drawer",
            ),
            models.CheckConstraint(
                condition=Q(counted_fen__isnull=True, expected_fen__isnull=True, difference_fen__isnull=True)
                | Q(difference_fen=models.F("counted_fen") - models.F("expected_fen")),
                name="cashier_shift_difference",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("handed_over", "accepted", "banked"))
                | Q(counted_fen__isnull=False, receiver__isnull=False),
                name="cashier_shift_counted_first",
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="cashier_shift_of_hospital"),
            models.Index(fields=["hospital", "state", "-id"], name="cashier_shift_by_state"),
            models.Index(fields=["clerk", "-id"], name="cashier_shift_of_clerk"),
            models.Index(fields=["receiver", "-id"], name="cashier_shift_of_receiver"),
            models.Index(
                fields=["deposit"], condition=Q(deposit__isnull=False), name="cashier_shift_of_deposit"
            ),
            models.Index(
                fields=["opened_at"], condition=Q(handed_over_at__isnull=True), name="cashier_shift_live"
            ),
        ]
        triggers = [audited()]
