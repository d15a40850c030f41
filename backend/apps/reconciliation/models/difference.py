from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.identity.models import Hospital, StaffMember
from apps.reconciliation.models.run import CounterpartyKind, ReconciliationRun
from apps.reconciliation.states import DIFFERENCES
from apps.worklist.models import Approval
from kernel.models import VersionedModel


class DifferenceKind(models.TextChoices):
    """What does not agree. `late_refund`: they gave back later what we had given up; `foreign`: another merchant's."""

    MISSING_OURS = "missing_ours"
    MISSING_THEIRS = "missing_theirs"
    AMOUNT = "amount"
    STATE = "state"
    FEE = "fee"
    DUPLICATE = "duplicate"
    FOREIGN = "foreign"
    LATE_REFUND = "late_refund"
    TOTALS = "totals"


class Direction(models.TextChoices):
    """Payments come in, refunds go out."""

    IN = "in"
    OUT = "out"


class Action(models.TextChoices):
    """How a difference is settled. `take_up`: put on the books to be explained, or made good, later.

    `tell_his`, `withdraw_his`: HIS is told of it once more, or to forget it.
    """

    WRITE_OFF = "write_off"
    TAKE_UP = "take_up"
    LINK = "link"
    CARRY_FORWARD = "carry_forward"
    VOID_TEST = "void_test"
    TELL_HIS = "tell_his"
    WITHDRAW_HIS = "withdraw_his"


class ReasonCode(models.TextChoices):
    """Why it is settled so, beside what is written about it."""

    ROUNDING = "rounding"
    TIMING = "timing"
    CONFIRMED = "confirmed"
    TYPING = "typing"
    PAID_TWICE = "paid_twice"
    SYSTEM_FAULT = "system_fault"
    TEST = "test"
    OTHER = "other"


class Difference(VersionedModel):
    """对账差异. `our_fen` and `their_fen` as each side counts them.

    `effect_fen`: how much more (长款, > 0) or less (短款, < 0) of our money the counterparty holds than we believe.

    `ours`, `theirs`: both rows as they were, for the eye. `carried_until`: asked again after the run of that day.
    `linked_ids`: differences that this one is settled with. `settled_as`: the action, or what answered by itself.
    """

    worker: ClassVar[str] = "apps.reconciliation.tasks.examine_difference"

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    run = models.ForeignKey(
        ReconciliationRun, on_delete=models.PROTECT, related_name="differences", db_index=False
    )
    counterparty = models.CharField(
        max_length=16,
        choices=CounterpartyKind.choices,
        default=CounterpartyKind.MERCHANT,
        db_default="merchant",
    )
    business_date = models.DateField()
    channel = models.CharField(max_length=24, blank=True, default="")
    kind = models.CharField(max_length=16, choices=DifferenceKind.choices)
    direction = models.CharField(max_length=4, choices=Direction.choices)
    state = models.CharField(max_length=12, choices=DIFFERENCES.choices)
    key = models.CharField(max_length=64)
    reference = models.CharField(max_length=64, blank=True, default="")
    our_fen = models.BigIntegerField(default=0)
    their_fen = models.BigIntegerField(default=0)
    effect_fen = models.BigIntegerField(default=0)
    ours = models.JSONField(default=dict)
    theirs = models.JSONField(default=dict)
    subject_id = models.UUIDField(null=True, help_text="our attempt or refund")
    order_id = models.UUIDField(null=True)
    carried_until = models.DateField(null=True)
    action = models.CharField(max_length=16, choices=Action.choices, blank=True, default="")
    reason_code = models.CharField(
        max_length=16, choices=ReasonCode.choices, blank=True, default="", db_default=""
    )
    reason = models.CharField(max_length=200, blank=True, default="")
    linked_ids = ArrayField(models.UUIDField(), default=list)
    proposed_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    approval = models.ForeignKey(
        Approval, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    outcome = models.CharField(max_length=64, blank=True, default="")
    settled_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "kind", "direction", "key"], name="difference_once_in_a_run"
            ),
            models.CheckConstraint(
                condition=(Q(state__in=("done", "cross_day")) & Q(settled_at__isnull=False))
                | (~Q(state__in=("done", "cross_day")) & Q(settled_at__isnull=True)),
                name="difference_settled_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="difference_of_hospital"),
            models.Index(fields=["hospital", "state", "business_date"], name="difference_by_state"),
            models.Index(
                fields=["key"],
                condition=Q(state__in=("pending", "examining", "open")),
                name="difference_unmatched",
            ),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="difference_due"),
        ]
        triggers = [audited(exclude=("due_at", "tries"))]
